package sys

import (
	"slices"
	"strings"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys/entry"
)

// Recorded reports whether the program has the entry point that records what the
// process was given. Without it the functions of this package, and the commands
// that the program executes, get what the Go runtime has left.
func Recorded() bool { return entry.Recorded() }

// StdClosed reports whether the standard descriptor fd was closed when the process
// began.
func StdClosed(fd int) bool { return entry.StdClosed(fd) }

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

// changedEnviron is [Environ] with changes: a word NAME=value takes the place of
// every variable of that name, a word NAME removes it.
func changedEnviron(changes []string) []string {
	env := Environ()
	for _, change := range changes {
		name, _, sets := strings.Cut(change, "=")
		env = slices.DeleteFunc(env, func(word string) bool { return strings.HasPrefix(word, name+"=") })
		if sets {
			env = append(env, change)
		}
	}
	return env
}
