package sys

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// IsTerminal tells whether fd is a terminal.
func IsTerminal(fd int) bool {
	var t unix.Termios
	return errorOf(unix.RawSyscall(unix.SYS_IOCTL, uintptr(fd), unix.TCGETS, uintptr(unsafe.Pointer(&t)))) == nil
}

// TerminalWidth is how many columns the terminal fd has; 0 where fd is none, or the
// terminal does not say.
func TerminalWidth(fd int) int {
	var size unix.Winsize
	err := errorOf(unix.RawSyscall(unix.SYS_IOCTL, uintptr(fd), unix.TIOCGWINSZ, uintptr(unsafe.Pointer(&size))))
	if err != nil {
		return 0
	}
	return int(size.Col)
}
