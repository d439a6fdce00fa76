package main

import (
	"errors"
	"fmt"
	"syscall"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl"
)

// statusNotEntered is what `ip netns exec` ends with where it cannot enter: a
// command's own statuses are below.
const statusNotEntered = 255

func (u *ui) execCommand(call compat.Call) *cli.Command {
	return &cli.Command{
		Name:  "exec",
		Usage: "run a command inside, as another user, or in all namespaces at once",
		UsageText: "netnsctl exec [--user U[:G]] [--keep-sys|--no-sysfs] NAME|pid:N|net:[N]|PATH COMMAND [ARGUMENT...]\n" +
			"netnsctl [-j] exec --all [--parallel N] [--user U[:G]] [--keep-sys|--no-sysfs] COMMAND [ARGUMENT...]",
		Description: "Exit status: that of COMMAND; 1 where it cannot be run, 255 where the namespace cannot\n" +
			"be entered, 2 wrong words. With --all: 0 if all commands ended with 0, else 1.",
		HideHelpCommand: true,
		OnUsageError:    usageError,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "user", Usage: "become `U[:G]`, names or numbers, after entering; the environment stays"},
			&cli.BoolFlag{Name: "keep-sys", Usage: "show what is mounted below /sys (cgroup, bpf, tracing) below the new /sys, too"},
			&cli.BoolFlag{Name: "no-sysfs", Usage: "leave /sys as it is"},
			&cli.BoolFlag{Name: "all", Usage: "in every named namespace; each line of output begins with the name"},
			&cli.IntFlag{Name: "parallel", Value: 1, Usage: "in `N` namespaces at once"},
			&cli.BoolFlag{Name: "json", Aliases: []string{"j"}, Usage: "with --all, one object per namespace, as JSON"},
		},
		Action: func(c *cli.Context) error { return u.exec(call, c) },
	}
}

func (u *ui) exec(call compat.Call, c *cli.Context) error {
	setup, err := setupOf(c)
	if err != nil {
		return wrongWords{err}
	}
	words := c.Args().Slice()
	switch {
	case c.Bool("all") || call.All:
		return u.execAll(call, c, words, setup)
	case c.IsSet("parallel") || c.Bool("json"):
		return wrongWords{errors.New("--parallel and --json need --all")}
	case len(words) == 0:
		return wrongWords{errors.New("a namespace is needed")}
	}
	name, argv := words[0], words[1:]
	if len(argv) > 0 && argv[0] == "--" {
		argv = argv[1:]
	}
	if len(argv) == 0 {
		return wrongWords{errors.New("a command is needed")}
	}
	if !netnsctl.ValidName(name) && !call.Host.Resolves(name) {
		return wrongWords{fmt.Errorf("%s is neither a name nor the path of a network namespace", quote(name))}
	}
	u.fleeting(call.Host, name)
	if !call.Batch {
		return u.notRun(call.Host.ExecIn(name, argv, setup))
	}
	ended, err := call.Host.RunIn(name, argv, setup, call.Stdin)
	if err != nil {
		return u.notRun(err)
	}
	if ended != (netnsctl.ExitStatus{}) {
		return status(statusFailed)
	}
	return nil
}

func setupOf(c *cli.Context) (setup netnsctl.Setup, err error) {
	setup.KeepSys, setup.NoSysfs = c.Bool("keep-sys"), c.Bool("no-sysfs")
	if setup.KeepSys && setup.NoSysfs {
		return setup, errors.New("--keep-sys is about the new /sys, which --no-sysfs leaves out")
	}
	if c.IsSet("user") {
		setup.User, err = lookupUser(c.String("user"))
	}
	return setup, err
}

// notRun says why a command was not run.
func (u *ui) notRun(err error) error {
	u.note("%s", whyNotRun(err))
	if op, ok := errors.AsType[*netnsctl.OpError](err); ok && op.Op == netnsctl.OpExec {
		return status(statusFailed)
	}
	return status(statusNotEntered)
}

func whyNotRun(err error) string {
	text := err.Error()
	op, ok := errors.AsType[*netnsctl.OpError](err)
	if !ok {
		return text
	}
	switch {
	case op.Op == netnsctl.OpMountSysfs && errors.Is(err, syscall.EPERM):
		return text + "; in a container, or a user namespace that does not own the network namespace, it cannot be: --no-sysfs leaves /sys as it is"
	case op.Op == netnsctl.OpBecomeUser && errors.Is(err, syscall.EINVAL):
		return "become user: the user or a group of his has no number in this user namespace"
	case op.Op == netnsctl.OpBecomeUser && errors.Is(err, syscall.EPERM):
		return "become user: not permitted; it takes CAP_SETUID and CAP_SETGID, and a user namespace where setgroups(2) is allowed"
	}
	return text
}

// fleeting warns of files that may not stay over those of /etc.
func (u *ui) fleeting(host netnsctl.Host, name string) {
	for _, f := range host.Fleeting(name) {
		u.note("warning: %s is a symbolic link: %s lies over what it leads to, until that is replaced", f.Link, f.File)
	}
}
