package main

import (
	"errors"
	"os"
	"strings"
	"syscall"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/compat/proc"
	"github.com/netnsctl/netnsctl/netnsctl"
)

// runNew replaces the process by a command, or a shell, in a new namespace. In a batch it runs
// the command and waits for it.
func (u *ui) runNew(call compat.Call, c *cli.Context) error {
	outer, inUserNamespace, err := proc.UserNamespace()
	if inUserNamespace {
		if err == nil {
			err = proc.MapUser(innerUser(c, outer), outer)
		}
		if err != nil {
			return u.refusedUserNamespace(err)
		}
	}
	setup, login, err := setupOf(c)
	if err != nil {
		return err
	}
	setup.Up = c.Bool("up")
	argv := c.Args().Slice()
	if len(argv) == 0 {
		if call.Face != compat.FaceNetnsctl {
			return misuse("COMMAND is missing")
		}
		start, err := newShellStart("", login, setup.Env)
		if err != nil {
			return err
		}
		start.dropOuterName()
		argv, setup.Env = start.argv, start.env
	}
	switch {
	case call.Batch:
		ended, err := call.Host.RunNew(argv, setup, proc.IfOpen(call.Stdin), proc.IfOpen(os.Stdout), proc.IfOpen(os.Stderr))
		if mayNotCreate(err) {
			u.note("in a batch only root can run a command in a new namespace")
			return status(statusNotEntered)
		}
		return u.ended(call.Host, ended, err)
	case inUserNamespace:
		setup.User = nil // it is already
	}
	err = call.Host.ExecNew(argv, setup)
	switch {
	case !mayNotCreate(err):
		return u.execFailed(call.Host, err)
	case inUserNamespace:
		return u.refusedUserNamespace(err)
	case setup.User != nil && !isCaller(*setup.User):
		u.note("only root may run a command as another user")
		return status(statusNotEntered)
	}
	return u.refusedUserNamespace(proc.ExecInUserNamespace(os.Args))
}

// mayNotCreate reports whether the caller may not create a network namespace.
func mayNotCreate(err error) bool {
	op, _ := errors.AsType[*netnsctl.OpError](err)
	return op != nil && op.Op == netnsctl.OpUnshareNet && errors.Is(err, syscall.EPERM)
}

// isCaller reports whether a user is the one of this process.
func isCaller(user netnsctl.User) bool {
	return int(user.UID) == os.Geteuid() && int(user.GID) == os.Getegid()
}

// innerUser is the user that the command runs as in the user namespace: root, who has every
// capability there, or with --user the caller, who loses them in execve(2).
func innerUser(c *cli.Context, outer proc.User) proc.User {
	if c.IsSet("user") {
		return outer
	}
	return proc.User{}
}

// refusedUserNamespace says why an ordinary user gets no network namespace.
func (u *ui) refusedUserNamespace(err error) error {
	u.note("no new namespace for an ordinary user: %s; root can use this command", refusal(parameter, err))
	return status(statusNotEntered)
}

// refusal names the kernel parameter that forbids user namespaces, or gives the error.
func refusal(valueOf func(key string) string, err error) string {
	for _, parameter := range []struct{ key, refuses string }{
		{"kernel/unprivileged_userns_clone", "0"}, // Debian and Ubuntu
		{"user/max_user_namespaces", "0"},
		{"kernel/apparmor_restrict_unprivileged_userns", "1"}, // Ubuntu 23.10
	} {
		if valueOf(parameter.key) == parameter.refuses {
			return strings.ReplaceAll(parameter.key, "/", ".") + " is " + parameter.refuses
		}
	}
	switch {
	case errors.Is(err, syscall.ENOTSUP):
		return "this program was built without its entry point (see netnsctl --version)"
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EUSERS):
		return "the limit user.max_user_namespaces is reached, or 32 user namespaces are nested"
	case errors.Is(err, syscall.EINVAL):
		return "the kernel has no user namespaces (CONFIG_USER_NS)"
	case errors.Is(err, syscall.EPERM):
		return err.Error() + ": user namespaces are not allowed here (a seccomp filter, a chroot or a security module)"
	}
	return err.Error()
}
