package main

import (
	"errors"
	"strconv"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

func (u *ui) attachCommand(call compat.Call) *cli.Command {
	return &cli.Command{
		Name:            "attach",
		Usage:           "name the namespace of a process",
		UsageText:       "netnsctl attach [--replace] NAME PID|NAME|net:[N]|PATH",
		HideHelpCommand: true,
		OnUsageError:    usageError,
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "replace", Usage: "replace a stale name; a name in use is left alone"},
		},
		Action: func(c *cli.Context) error { return u.attach(call, c) },
	}
}

func (u *ui) attach(call compat.Call, c *cli.Context) error {
	words := c.Args().Slice()
	if len(words) != 2 || !netnsctl.ValidName(words[0]) {
		return wrongWords{errors.New("a NAME and what to name are needed")}
	}
	name, what := words[0], words[1]
	if c.Bool("replace") && call.Host.IsName(name) {
		return u.replace(call.Host, name, what)
	}
	taken := call.Host.IsName(name)
	s := call.Plain(words)
	if s != 0 && taken {
		if advice := u.adviceFor(call.Host, name); advice.ns == nil {
			if text := advice.sentence("attach", what); text != "" {
				u.note("%s", text)
			}
		}
	}
	return asError(s)
}

// replace attaches over a stale name. All that can be checked is, before the stale
// name is deleted.
func (u *ui) replace(host netnsctl.Host, name, what string) error {
	word := what
	if pid, err := strconv.ParseInt(what, 0, 32); err == nil && pid > 0 {
		word = "pid:" + strconv.FormatInt(pid, 10)
	}
	fail := func(text string) error {
		u.note("%s", text)
		return status(statusFailed)
	}
	// A name of digits is a pid for attach.
	if _, known := identity(host, word); !known {
		advice := u.adviceFor(host, word)
		text, remedy := advice.parts("exec")
		if text == "" {
			text = quote(what) + " is not a network namespace"
		}
		return fail(problem{what: text, remedy: remedy}.String())
	}
	snap, err := discover.Scan(host, discover.Options{Files: true})
	if err != nil {
		return err
	}
	advice := u.whatIs(snap, name)
	snap.Close()
	if advice.name == nil || advice.name.Verdict != discover.Stale || advice.onFile != nil {
		text, remedy := advice.parts("attach", what)
		if text == "" {
			text = quote(name) + " has changed while it was inspected"
		}
		return fail(problem{what: text, remedy: remedy}.String())
	}
	before, mounted := host.TopLayer(name)
	if err := host.Replace(name, word); err != nil {
		u.note("cannot replace %s: %v", quote(name), err)
		u.afterFailure(host, name, before, mounted)
		return status(statusFailed)
	}
	return nil
}
