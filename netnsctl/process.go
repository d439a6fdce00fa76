package netnsctl

import (
	"syscall"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// DropCapabilities takes the process' capabilities away where they come from
// the binary's file capabilities and not from the caller: an ordinary user's
// process without CAP_NET_ADMIN in its inheritable set.
func DropCapabilities() error {
	return newOpError(OpDropCaps, "", "", sys.DropCapabilities())
}

// HasMoreThanCaller tells whether the process has privileges that its caller has
// not: the program is set-id, or has file capabilities. The caller's environment
// must then not choose what is run.
func HasMoreThanCaller() bool { return sys.HasMoreThanCaller() }

// RestoreIgnored ignores the signals that the caller ignored.
func RestoreIgnored() { sys.RestoreIgnored() }

// RestoreSignals gives signals the effect they have on a C program: what the
// caller ignored is ignored, everything else does its default action, such as
// ending the process by SIGQUIT or SIGUSR1. It takes 57 system calls: only what
// waits needs it, not what is over in a millisecond. The process must not use
// os/signal afterwards.
func RestoreSignals() { sys.RestoreSignals() }

// CheckStd is EBADF if standard descriptor fd was closed when the process
// began. The Go runtime opens /dev/null in its place.
func CheckStd(fd int) error {
	if sys.StdClosed(fd) {
		return syscall.EBADF
	}
	return nil
}

// Readable tells whether a read of the descriptor fd will not wait.
func Readable(fd int) bool { return sys.Readable(fd) }

// IsTerminal tells whether fd is a terminal.
func IsTerminal(fd int) bool { return sys.IsTerminal(fd) }

// TerminalWidth is how many columns the terminal fd has; 0 where fd is none, or the
// terminal does not say.
func TerminalWidth(fd int) int { return sys.TerminalWidth(fd) }

// Getenv gives the value of a variable of the environment that the process was
// given.
func Getenv(name string) (value string, ok bool) { return sys.Getenv(name) }

// CPUTime is what the process has used of processors so far, in the kernel too.
func CPUTime() time.Duration { return sys.CPUTime() }
