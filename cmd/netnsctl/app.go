package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/cmd/netnsctl/early"
	"github.com/netnsctl/netnsctl/compat"
)

// The exit statuses of the extensions.
const (
	statusFailed = 1
	statusUsage  = 2
	statusFound  = 3 // something found, spared or left
)

// status is an action's result where that is not 0.
type status int

func (s status) Error() string { return fmt.Sprintf("status %d", int(s)) }

// wrongWords is a mistake in the command line.
type wrongWords struct{ error }

// run has the App answer a call.
func (u *ui) run(call compat.Call) int {
	app := u.app(call)
	command := app.Command(call.Command)
	words := call.Args
	if call.Command != "exec" { // whose command has flags of its own
		words = flagsFirst(words, command.Flags)
	}
	err := app.Run(append([]string{"netnsctl", call.Command}, words...))
	failed, misused := statusFailed, statusUsage
	if command.Name == "check" && slices.Contains(call.Args, "--nagios") {
		failed, misused = nagiosUnknown, nagiosUnknown
	}
	var s status
	var wrong wrongWords
	switch {
	case u.broken != nil:
		u.note("write error: %v", bare(u.broken))
		return failed
	case err == nil:
		return 0
	case errors.As(err, &s):
		return int(s)
	case errors.As(err, &wrong):
		words := call.Command
		if !early.IsCommand(words) {
			words += " " + helpFlag(command)
		}
		u.note("%v, try \"netnsctl %s --help\"", err, words)
		return misused
	}
	u.note("%v", err)
	return failed
}

// helpFlag is a flag before --help that makes it a question to netnsctl: one
// without a value.
func helpFlag(command *cli.Command) string {
	for _, f := range command.Flags {
		flag := "--" + f.Names()[0]
		if _, isBool := f.(*cli.BoolFlag); isBool && early.IsFlag(command.Name, flag) {
			return flag
		}
	}
	return ""
}

// app is the tree of commands. It costs half a millisecond to build, so it is
// built for the calls that need it only.
//
// The package's own habits are off: it would exit on its own, show help for a
// wrong word on standard output, and complete words of the user's command line.
func (u *ui) app(call compat.Call) *cli.App {
	return &cli.App{
		Name:            "netnsctl",
		Usage:           "find and clean up network namespaces",
		Writer:          printer{u},
		ErrWriter:       io.Discard,
		HideHelpCommand: true,
		HideVersion:     true,
		ExitErrHandler:  func(*cli.Context, error) {},
		OnUsageError:    usageError,
		Commands: []*cli.Command{
			u.listCommand(call),
			u.deleteCommand(call),
			u.execCommand(call),
			u.pidsCommand(call),
			u.identifyCommand(call),
			u.monitorCommand(call),
			u.findCommand(call),
			u.graphCommand(call),
			u.inspectCommand(call),
			u.checkCommand(call),
			u.snapshotCommand(call),
			u.metricsCommand(call),
			u.completionCommand(call),
			u.shellCommand(call),
		},
	}
}

func usageError(_ *cli.Context, err error, _ bool) error { return wrongWords{err} }

// flagsFirst moves flags before the other words: the flag package stops at the
// first one. "--" ends the flags.
func flagsFirst(words []string, flags []cli.Flag) []string {
	var first, rest []string
	for i := 0; i < len(words); i++ {
		word := words[i]
		if word == "--" {
			rest = append(rest, words[i+1:]...)
			break
		}
		if len(word) < 2 || word[0] != '-' {
			rest = append(rest, word)
			continue
		}
		first = append(first, word)
		if takesValue(word, flags) && i+1 < len(words) {
			i++
			first = append(first, words[i])
		}
	}
	return slices.Concat(first, []string{"--"}, rest)
}

// takesValue tells whether a flag's value is the next word.
func takesValue(word string, flags []cli.Flag) bool {
	name := strings.TrimLeft(word, "-")
	for _, f := range flags {
		if !slices.Contains(f.Names(), name) {
			continue
		}
		if g, ok := f.(*cli.GenericFlag); ok {
			optional, ok := g.Value.(interface{ IsBoolFlag() bool })
			return !ok || !optional.IsBoolFlag()
		}
		_, isBool := f.(*cli.BoolFlag)
		return !isBool
	}
	return false
}
