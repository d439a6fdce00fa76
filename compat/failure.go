package compat

import "fmt"

// The exit statuses of `ip`.
const (
	statusFailed  = 1   // the command failed
	statusRefused = 2   // rtnetlink refused
	statusUsage   = 255 // wrong words
)

// failure ends a command.
type failure struct {
	status int
	// text is for standard error, without the final newline; empty if all has
	// been said.
	text string
	// exits says that `ip` leaves the program here: a batch ends, with this
	// status, and -force does not help.
	exits bool
}

func (f *failure) Error() string { return f.text }

func failed(format string, args ...any) error {
	return &failure{status: statusFailed, text: fmt.Sprintf(format, args...)}
}

// wrongWords is what `ip` answers before it has done anything.
func wrongWords(format string, args ...any) error {
	return &failure{status: statusUsage, text: fmt.Sprintf(format, args...), exits: true}
}

func invalidArgument(word, reason string) error {
	return wrongWords("Error: argument \"%s\" is wrong: %s", word, reason)
}

// ended is no failure: an option has done all there is to do.
type ended struct{}

func (ended) Error() string { return "" }

// silent is a status without a message.
func silent(status int) error { return &failure{status: status} }
