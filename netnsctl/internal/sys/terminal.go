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
