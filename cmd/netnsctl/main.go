// Command netnsctl does what `ip netns` does, and more: see man/netnsctl.8. Most
// calls of iproute2's commands end in package fastpath, before main.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/cmd/netnsctl/internal/fastpath"
	"github.com/netnsctl/netnsctl/cmd/netnsctl/internal/term"
	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// The main goroutine stays on the process' first thread: a command executed in
// our place inherits what belongs to the thread, such as the parent-death
// signal.
func init() { runtime.LockOSThread() }

func main() {
	// The entry point of the program has the runtime start with one processor.
	runtime.SetDefaultGOMAXPROCS()
	program := fastpath.Program()
	program.Version, program.Help, program.Extend = version(), overview, extend
	program.Host.Resolve = discover.Open
	if program.Face == compat.FaceNetnsctl {
		u := &ui{out: os.Stdout, err: os.Stderr}
		program.Uncovered = func(name string, before netnsctl.Layer) { u.afterBusy(program.Host, name, before) }
		if f := fastpath.Failed(); f != nil {
			program.Uncovered(f.Name, f.Before)
			os.Exit(f.Status)
		}
		if status, done := u.beforeCommand(program.Host, os.Args[1:]); done {
			os.Exit(status)
		}
	}
	os.Exit(program.Run(os.Args))
}

// The exit statuses of netnsctl's own answers.
const (
	statusFailed = 1
	statusUsage  = 2
	statusFound  = 3 // something found, skipped or left
)

// status is an action's result where that is not 0.
type status int

func (s status) Error() string { return fmt.Sprintf("status %d", int(s)) }

// extend answers the calls that iproute2's grammar alone does not: in the face
// netnsctl every call that comes here, in the others only netnsctl's own commands
// and those with one of its flags.
func extend(call compat.Call) (run func() int) {
	row := lookup(call.Command)
	if call.Face != compat.FaceNetnsctl && (row == nil || !row.isExtension() && !row.hasFlag(call.Args)) {
		return nil
	}
	return func() int {
		// A scan is short and keeps most of what it allocates; one of 10,000
		// namespaces fits into a container of 64 MiB all the same (make soak).
		debug.SetGCPercent(400)
		debug.SetMemoryLimit(44 << 20)
		u := &ui{out: os.Stdout, err: os.Stderr, colour: term.When(call.Color)}
		return u.run(row, call)
	}
}

// hasFlag reports whether one of the words is a long flag of the command, with or
// without a value. Short ones and unknown ones are iproute2's in its faces.
func (c *command) hasFlag(words []string) bool {
	if c.flagsFirst {
		words = words[:min(1, len(words))]
	}
	return slices.ContainsFunc(words, func(word string) bool {
		name, _, _ := strings.Cut(word, "=")
		return strings.HasPrefix(name, "--") && c.flag(name) != nil
	})
}

// run answers a call by its row of the table; row is nil for an unknown command.
func (u *ui) run(row *command, call compat.Call) int {
	if row == nil {
		return u.misused(unknownCommand(call.Command), "help")
	}
	l, err := u.runRow(row, call)
	failed, misused := statusFailed, statusUsage
	if l.given("nagios") {
		failed, misused = nagiosUnknown, nagiosUnknown
	}
	var s status
	var wrong usageError
	switch {
	case u.broken != nil:
		u.note("write error: %v", bare(u.broken))
		return failed
	case err == nil:
		return 0
	case errors.As(err, &s):
		return int(s)
	case errors.As(err, &wrong):
		topic := "help " + row.name
		if row.name == "help" {
			topic = "help"
		}
		u.misused(wrong, topic)
		return misused
	}
	u.note("%v", err)
	return failed
}

// runRow reads the words and calls the row's action.
func (u *ui) runRow(row *command, call compat.Call) (line, error) {
	if row.hidden {
		return line{}, row.run(u, call, nil)
	}
	var implied []string
	if call.All && row.takesAll {
		implied = append(implied, "all")
	}
	if call.JSON && row.flag("--json") != nil {
		implied = append(implied, "json")
	}
	l, err := row.parse(call.Args, implied...)
	switch {
	case errors.Is(err, errHelpWanted):
		u.print(row.help())
		return l, nil
	case errors.Is(err, errVersionWanted):
		u.print(versionText())
		return l, nil
	case err != nil:
		return l, err
	}
	row.withoutNSIDs(call.Host, &l)
	if err := row.checkArgs(l); err != nil {
		return l, err
	}
	app := &cli.App{
		Name:        "netnsctl",
		HideHelp:    true,
		HideVersion: true,

		DisableSliceFlagSeparator: true, // a comma is for the flag to read
		Writer:                    io.Discard,
		ErrWriter:                 io.Discard,
		ExitErrHandler:            func(*cli.Context, error) {}, // the package would exit on its own
		Commands:                  []*cli.Command{row.cli(func(c *cli.Context) error { return row.run(u, call, c) })},
	}
	words := slices.Concat([]string{"netnsctl", row.name}, l.flags, []string{"--"}, l.args)
	if slices.Contains(implied, "all") {
		words = slices.Insert(words, 2, "--all")
	}
	return l, app.Run(words)
}

func usageErrorOf(_ *cli.Context, err error, _ bool) error { return usageError{err} }

// misused says what is wrong with the command line, and where to read about it.
func (u *ui) misused(err error, topic string) int {
	u.note("%v; nothing was done, try \"netnsctl %s\"", err, topic)
	return statusUsage
}
