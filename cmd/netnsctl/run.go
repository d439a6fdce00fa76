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
	setup, err := setupOf(c)
	if err != nil {
		return usageError{err}
	}
	setup.Up = c.Bool("up")
	argv := c.Args().Slice()
	if len(argv) == 0 {
		if call.Face != compat.FaceNetnsctl {
			return misuse("COMMAND is missing")
		}
		start, err := newShellStart("", setup.User)
		if err != nil {
			return err
		}
		start.dropOuterName()
		argv, setup.Env = start.argv, append(setup.Env, start.env...)
	}
	if call.Batch {
		ended, err := call.Host.RunNew(argv, setup, proc.IfOpen(call.Stdin), proc.IfOpen(os.Stdout), proc.IfOpen(os.Stderr))
		if mayNotCreate(err) {
			u.note("in a batch only root can run a command in a new namespace")
			return status(statusNotEntered)
		}
		return u.ended(call.Host, ended, err)
	}
	outer, started, err := proc.UserNamespace()
	if started {
		if err == nil {
			err = proc.MapUser(innerUser(&setup), outer)
		}
		if err != nil {
			return u.refusedUserNamespace(err)
		}
	}
	err = call.Host.ExecNew(argv, setup)
	switch {
	case !mayNotCreate(err):
	case started:
		return u.refusedUserNamespace(err)
	case setup.User != nil && !isCaller(*setup.User):
		u.note("become user: only root may run a command as another user")
		return status(statusNotEntered)
	default:
		return u.refusedUserNamespace(proc.ExecInUserNamespace(os.Args))
	}
	return u.execFailed(call.Host, err)
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
// capability there, or the user of the setup. That is the caller, who need not become another
// user, and loses the capabilities in execve(2).
func innerUser(setup *netnsctl.Setup) (inner proc.User) {
	if user := setup.User; user != nil {
		inner = proc.User{UID: int(user.UID), GID: int(user.GID)}
		setup.User = nil
	}
	return inner
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
