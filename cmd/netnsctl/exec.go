package main

import (
	"errors"
	"syscall"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl"
)

// statusNotEntered is what `ip netns exec` ends with where it cannot enter: a
// command's own statuses are below.
const statusNotEntered = 255

func (u *ui) exec(call compat.Call, c *cli.Context) error {
	setup, err := setupOf(c)
	if err != nil {
		return usageError{err}
	}
	words := c.Args().Slice()
	if c.Bool("all") {
		return u.execAll(call, c, words, setup)
	}
	name, argv := words[0], words[1:]
	switch {
	case isMissingNamespace(call.Host, name):
		return u.noNamespace(call.Host, name, "exec")
	case len(argv) == 0 && call.Face == compat.FaceNetnsctl:
		return u.startShell(call, name, setup, "")
	case len(argv) == 0:
		return misuse("COMMAND is missing")
	}
	return u.start(call, name, argv, setup)
}

// start replaces the process by a command in a namespace or, in a batch, runs the
// command and waits for it.
func (u *ui) start(call compat.Call, name string, argv []string, setup netnsctl.Setup) error {
	u.fleeting(call.Host, name)
	if !call.Batch {
		return u.notRun(call.Host.ExecIn(name, argv, setup))
	}
	ended, err := call.Host.RunIn(name, argv, setup, call.Stdin)
	switch {
	case err != nil:
		return u.notRun(err)
	case ended != netnsctl.ExitStatus{}:
		return status(statusFailed)
	}
	return nil
}

func setupOf(c *cli.Context) (setup netnsctl.Setup, err error) {
	setup.KeepSys, setup.NoSysfs = c.Bool("keep-sys"), c.Bool("no-sysfs")
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
		return text + "; sysfs cannot be mounted in a container, or in a user namespace that does not own the network namespace: use --no-sysfs"
	case op.Op == netnsctl.OpBecomeUser && errors.Is(err, syscall.EINVAL):
		return "become user: the user, or one of its groups, is not mapped in this user namespace"
	case op.Op == netnsctl.OpBecomeUser && errors.Is(err, syscall.EPERM):
		return "become user: not permitted; it needs CAP_SETUID and CAP_SETGID, and a user namespace where setgroups(2) is allowed"
	}
	return text
}

// fleeting warns of files that may not stay over those of /etc.
func (u *ui) fleeting(host netnsctl.Host, name string) {
	for _, f := range host.Fleeting(name) {
		u.note("warning: %s is a symbolic link: %s covers only its target, until that file is replaced", f.Link, f.File)
	}
}
