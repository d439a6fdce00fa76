package proc

import (
	"os"
	"strings"
	"syscall"

	"github.com/netnsctl/netnsctl/compat/proc/entry"
)

// Recorded reports whether the program has the entry point that records what the
// process was given. Without it the functions of this package, and the commands
// that the program executes, get what the Go runtime has left.
func Recorded() bool { return entry.Recorded() }

// CheckStd is EBADF if the standard descriptor fd was closed when the process began.
// The Go runtime opens /dev/null in its place.
func CheckStd(fd int) error {
	if fd < 3 && entry.StdClosed(fd) {
		return syscall.EBADF
	}
	return nil
}

// Environ is the environment that the process was given, with duplicates and with
// words that have no "=", which os.Environ leaves out.
func Environ() []string {
	if !entry.Recorded() {
		return syscall.Environ()
	}
	return entry.Environ()
}

// Getenv returns the value of the first word NAME=value of [Environ].
func Getenv(name string) (value string, ok bool) {
	for _, word := range Environ() {
		if rest, found := strings.CutPrefix(word, name); found && strings.HasPrefix(rest, "=") {
			return rest[1:], true
		}
	}
	return "", false
}

// IfOpen is file, or nil if it is a standard descriptor that was closed when the
// process began.
func IfOpen(file *os.File) *os.File {
	if CheckStd(int(file.Fd())) != nil {
		return nil
	}
	return file
}
