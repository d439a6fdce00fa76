package main

import (
	"errors"
	"fmt"
	"slices"
	"syscall"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl"
)

// netnsVariable tells the programs in a shell which namespace it is in.
const netnsVariable = "NETNS"

func (u *ui) shellCommand(call compat.Call) *cli.Command {
	return &cli.Command{
		Name:      "shell",
		Usage:     "start an interactive shell inside, with the name in its prompt",
		UsageText: "netnsctl shell [--user U[:G]] [--shell PATH] [--keep-sys|--no-sysfs] [NAME|pid:N|net:[N]|PATH]",
		Description: "Without NAME: the only name, if there is one only. The variable NETNS holds the name.\n" +
			"Exit status: that of the shell; 1 where it cannot be run, 255 where the namespace\n" +
			"cannot be entered, 2 usage error.",
		HideHelpCommand: true,
		OnUsageError:    usageError,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "shell", Usage: "start the shell `PATH` instead of $SHELL"},
			&cli.StringFlag{Name: "user", Usage: "become `U[:G]`, names or numbers, with that user's login shell, HOME, USER and LOGNAME"},
			&cli.BoolFlag{Name: "keep-sys", Usage: "keep what is mounted below /sys (cgroup, bpf, tracing) below the new /sys"},
			&cli.BoolFlag{Name: "no-sysfs", Usage: "leave /sys as it is"},
		},
		Action: func(c *cli.Context) error {
			setup, err := setupOf(c)
			if err != nil {
				return wrongWords{err}
			}
			if c.NArg() > 1 {
				return wrongWords{errors.New("shell takes one NAME; to run a command inside: netnsctl exec NAME COMMAND")}
			}
			if c.IsSet("shell") && c.String("shell") == "" {
				return wrongWords{errors.New("--shell is empty")}
			}
			return u.startShell(call, c.Args().First(), setup, c.String("shell"))
		},
	}
}

// shell replaces the process by the user's shell in the namespace that name stands
// for, or in the only one that has a name where name is empty.
func (u *ui) shell(call compat.Call, name string, setup netnsctl.Setup) error {
	return u.startShell(call, name, setup, "")
}

// startShell is shell with the program that was chosen by --shell, if any.
func (u *ui) startShell(call compat.Call, name string, setup netnsctl.Setup, program string) error {
	if call.All {
		return wrongWords{errors.New("shell starts in one namespace: -all is for exec and delete")}
	}
	if name == "" {
		var err error
		if name, err = onlyName(call.Host); err != nil {
			return err
		}
	}
	if !netnsctl.ValidName(name) && !call.Host.Resolves(name) {
		return wrongWords{fmt.Errorf("%s is neither a name nor the path of a network namespace", quote(name))}
	}
	start, err := newShellStart(program, setup.User)
	if err != nil {
		return err
	}
	stdin := 0
	if call.Batch {
		stdin = call.Stdin
	}
	shown := shownName(call.Host, name)
	if netnsctl.IsTerminal(stdin) && netnsctl.IsTerminal(2) {
		if err := start.showName(shown); err != nil {
			return err
		}
	}
	defer start.close()
	setup.Folder = start.folder
	setup.Env = slices.Concat(setup.Env, start.env, []string{netnsVariable + "=" + shown})
	u.fleeting(call.Host, name)
	if !call.Batch {
		return u.notRun(call.Host.ExecIn(name, start.argv, setup))
	}
	ended, err := call.Host.RunIn(name, start.argv, setup, stdin)
	switch {
	case err != nil:
		return u.notRun(err)
	case ended != netnsctl.ExitStatus{}:
		return status(statusFailed)
	}
	return nil
}

// onlyName gives the name where there is one only.
func onlyName(host netnsctl.Host) (string, error) {
	names, err := host.Names()
	if err != nil && !errors.Is(err, syscall.ENOENT) {
		return "", err
	}
	const most = 20
	slices.Sort(names)
	switch {
	case len(names) == 1:
		return names[0], nil
	case len(names) == 0:
		return "", wrongWords{errors.New("NAME is missing; no namespace has a name yet")}
	case len(names) > most:
		return "", wrongWords{fmt.Errorf("NAME is missing; namespaces: %s and %d more", quoteAll(names[:most], ", "), len(names)-most)}
	}
	return "", wrongWords{errors.New("NAME is missing; namespaces: " + quoteAll(names, ", "))}
}

// shownName is a name of the namespace that a word stands for, or the word where it
// has none.
func shownName(host netnsctl.Host, word string) string {
	if host.IsName(word) {
		return word
	}
	id, _, err := host.Identity(word)
	if err != nil {
		return word
	}
	names, err := host.NamesOf(id)
	if err != nil || len(names) == 0 {
		return word
	}
	return slices.Min(names)
}
