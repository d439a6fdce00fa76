// Command netnsctl does what `ip netns` does, and more: see man/netnsctl.8. Most
// calls of iproute2's commands end in package fastpath, before main.
package main

import (
	"errors"
	goflag "flag"
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

// The main goroutine stays on the process' first thread: a command that replaces
// the process inherits the properties of the thread, such as the parent-death signal.
func init() { runtime.LockOSThread() }

func main() {
	// The entry point of the program made the runtime start with one processor.
	runtime.SetDefaultGOMAXPROCS()
	program := fastpath.Program()
	program.Version, program.Help, program.Extend = version(), overview, extend
	program.Host.Resolve = discover.Open
	if program.Face == compat.FaceNetnsctl {
		u := &ui{out: os.Stdout, err: os.Stderr}
		program.Busy = func(name string, before netnsctl.Layer) { u.explainBusy(program.Host, name, before) }
		program.AtLimit = func(e *netnsctl.OpError) { u.explainLimit(program.Host, e) }
		if f := fastpath.Failed(); f != nil {
			if f.AtLimit != nil {
				program.AtLimit(f.AtLimit)
			} else {
				program.Busy(f.Name, f.Before)
			}
			fastpath.Exit(f.Status)
		}
		if status, done := u.beforeCommand(program, os.Args[1:]); done {
			fastpath.Exit(status)
		}
	}
	fastpath.Exit(program.Run(os.Args))
}

// The exit statuses of netnsctl's own commands.
const (
	statusFailed = 1
	statusUsage  = 2
	statusFound  = 3 // something was found, skipped or left
)

// status is the error of a command that ends with this exit status, and that has
// printed the reason already.
type status int

func (s status) Error() string { return fmt.Sprintf("status %d", int(s)) }

// err is nil for status 0.
func (s status) err() error {
	if s == 0 {
		return nil
	}
	return s
}

// statusIf is the error of the status where bad is true.
func statusIf(bad bool, s status) error {
	if bad {
		return s
	}
	return nil
}

// extend gives the function that runs a call, or nil where iproute2's grammar is to
// answer it. The face netnsctl runs every call that reaches extend; the other faces
// run netnsctl's own commands, and commands with one of its long flags.
func extend(call compat.Call) (run func() int) {
	row := lookup(call.Command)
	if call.Face != compat.FaceNetnsctl && (row == nil || !row.isExtension() && !row.hasFlag(call.Args)) {
		return nil
	}
	return func() int {
		// A scan is short and keeps most of the memory that it allocates. A scan of
		// 10,000 namespaces fits into a container of 64 MiB (make soak).
		debug.SetGCPercent(150)
		u := &ui{out: os.Stdout, err: os.Stderr, colour: term.When(call.Color)}
		return u.run(row, call)
	}
}

// hasFlag reports whether one of the words is a long flag of the command. In its own
// faces, iproute2 reads short flags and unknown flags.
func (c *command) hasFlag(words []string) bool {
	if c.flagsFirst {
		words = words[:min(1, len(words))]
	}
	return slices.ContainsFunc(words, func(word string) bool {
		name, _, _ := strings.Cut(word, "=")
		return strings.HasPrefix(name, "--") && c.flag(name) != nil
	})
}

// run runs the command of a row and gives the exit status; row is nil for an unknown
// command.
func (u *ui) run(row *command, call compat.Call) int {
	if row == nil {
		return u.misused(unknownCommand(call.Command), "help")
	}
	l, err := u.runRow(row, call)
	failed, misused := statusFailed, statusUsage
	if l.given("nagios") {
		failed, misused = nagiosUnknown, nagiosUnknown
	}
	if u.writeFailed() {
		return failed
	}
	if err == nil {
		return 0
	}
	if s, ok := errors.AsType[status](err); ok {
		return int(s)
	}
	if wrong, ok := errors.AsType[usageError](err); ok {
		topic := "help " + row.name
		if row.name == "help" {
			topic = "help"
		}
		u.misused(wrong, topic)
		return misused
	}
	u.note("%v", err)
	u.explainLimit(call.Host, err)
	return failed
}

// runRow reads the words after the command and runs the command. Package cli keeps
// the values of the flags. Its own parser is not used: it prints help and ends the
// process by itself, and takes flags before the first argument only.
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
	set := goflag.NewFlagSet(row.name, goflag.ContinueOnError)
	set.SetOutput(io.Discard)
	for i := range row.Flags {
		if err := row.Flags[i].cli().Apply(set); err != nil {
			return l, err
		}
	}
	words := slices.Concat(l.flags, []string{"--"}, l.args)
	if slices.Contains(implied, "all") {
		words = slices.Insert(words, 0, "--all")
	}
	if err := set.Parse(words); err != nil {
		return l, usageError{err}
	}
	return l, row.run(u, call, cli.NewContext(nil, set, nil))
}

// misused prints a usage error and the command that prints the help on topic.
func (u *ui) misused(err error, topic string) int {
	u.note("%v; nothing was done, try \"netnsctl %s\"", err, topic)
	return statusUsage
}
