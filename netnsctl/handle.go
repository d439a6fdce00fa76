package netnsctl

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"syscall"

	"github.com/vishvananda/netns"

	"github.com/netnsctl/netnsctl/netnsctl/internal/helper"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Open opens the network namespace of a name, or of a word that [Host.Resolve] understands.
// The caller closes the handle, which can be passed to netlink.NewHandleAt as it is. The error
// is ENOENT if there is no such name, and EINVAL for a namespace of another type and for a
// file that is not a namespace.
func (h Host) Open(name string) (netns.NsHandle, error) {
	ns, _, err := h.open(name)
	if err != nil {
		return netns.None(), forOp(OpOpenNetns, "", err)
	}
	// Where the type cannot be asked for (qemu's user mode has no NS_GET_NSTYPE), setns(2)
	// refuses the handle with the same error.
	kind, err := sys.NamespaceType(int(ns))
	if err == nil && kind != sys.TypeNet || err == syscall.ENOTTY {
		ns.Close()
		return netns.None(), newOpError(OpOpenNetns, name, "", syscall.EINVAL)
	}
	return ns, nil
}

// open opens the namespace that a word stands for, whatever its type. A name comes before
// what [Host.Resolve] knows; named tells that the word is a name. The Op of the error is
// [OpEnterNet] for a file that `ip` would open and could not enter then.
func (h Host) open(word string) (ns netns.NsHandle, named bool, err error) {
	defer helper.Or(h.Helper).Rest() // PIDs would see the child, and a program that is executed would inherit it
	path := h.NamePath(word)
	// With Resolve a word with a slash is a path, and not one from the run directory.
	if h.Resolve == nil || ValidName(word) {
		var fd int
		if fd, err = h.openFile(word); err == nil {
			return netns.NsHandle(fd), true, nil
		}
		if err == sys.ErrNotNamespace {
			return netns.None(), true, newOpError(OpEnterNet, word, path, err)
		}
	} else {
		err = syscall.ENOENT
	}
	if h.Resolve != nil && !h.IsName(word) {
		if ns, resolveErr := h.Resolve(h, word); resolveErr == nil {
			return ns, false, nil
		} else if resolveErr != syscall.ENOENT {
			path, err = word, resolveErr
		}
	}
	return netns.None(), false, newOpError(OpOpenNetns, word, path, err)
}

// openFile opens the file of a name. The error is that of open(2) if the caller could
// not open the file at all, [ErrNoAnswer] where a link leads to a file system that does not
// answer, and [sys.ErrNotNamespace] for any other file, which is not opened.
func (h Host) openFile(name string) (int, error) {
	held, err := h.lookup(name)
	if err != nil {
		return -1, err
	}
	defer sys.Close(held)
	fd, err := sys.OpenHeld(held)
	if err == sys.ErrNotNamespace {
		if refused := helper.Or(h.Helper).Refused(held, h.NamePath(name)); refused != nil {
			err = refused
		}
	}
	return fd, err
}

// forOp gives an error of [OpEnterNet] another Op and Path.
func forOp(op Op, path string, err error) error {
	if e, ok := errors.AsType[*OpError](err); ok && e.Op == OpEnterNet {
		return newOpError(op, e.Name, path, e.Err)
	}
	return err
}

// Resolves reports whether a word that is not a name stands for a network namespace for
// [Host.Resolve], or may do so where the caller may not look.
func (h Host) Resolves(word string) bool {
	if h.Resolve == nil || h.IsName(word) {
		return false
	}
	ns, err := h.Resolve(h, word)
	if err == nil {
		ns.Close()
	}
	return err != syscall.ENOENT
}

// Do runs f in the network namespace of name, or of a word that [Host.Resolve] understands,
// as the function [Do] does. If the namespace cannot be opened, f does not run and the error
// is that of [Host.Open].
func (h Host) Do(name string, f func() error) error {
	ns, err := h.Open(name)
	if err != nil {
		return err
	}
	defer ns.Close()
	return do(name, ns, f)
}

// Do runs f in the network namespace ns, on a thread of its own, and returns f's
// error as it is. If the namespace cannot be entered, f does not run and the error is
// an [OpError] of [OpEnterNet]: EPERM without CAP_SYS_ADMIN over the namespace. The
// calling goroutine waits. Its own thread stays in its namespace; the thread of f ends with f.
//
// f sees another network namespace, but the same files: /sys shows the devices of the
// namespace in which it was mounted, /proc/self/net that of the process' first thread (use
// /proc/thread-self/net), and the files of /etc/netns are not mounted over those of /etc.
//
// Linux moves threads, not processes, so other goroutines do not run in ns:
//
//   - A socket belongs to the namespace in which it was opened, wherever it is used
//     afterwards: f may return a listener or a connection for others to use.
//   - What f starts by a go statement runs outside ns, unless it calls Do itself.
//     That includes the goroutines of the standard library: net/http dials from one, and
//     so may net.Dial of a host name.
//   - A child process that f starts, such as by os/exec, runs in ns and stays there.
//
// If f ends its goroutine by [runtime.Goexit], as the methods FailNow, Fatal and Skip of
// package testing do, Do ends that of the caller. If f panics, Do panics on the caller's
// goroutine, so that the deferred functions of the caller run; the value is an error whose
// text has the value and the stack of f, and which wraps the value if that is an error.
func Do(ns netns.NsHandle, f func() error) error {
	// Do opens a descriptor of its own, which could get the number of a closed ns.
	if _, _, err := sys.Fstat(int(ns)); err != nil {
		return newOpError(OpEnterNet, "", "", err)
	}
	return do("", ns, f)
}

func do(name string, ns netns.NsHandle, f func() error) (err error) {
	returned := false
	var panicked any
	sys.OnThrowAwayThread(func() {
		// Nobody could recover from a panic on this goroutine, so it would end the program,
		// without the deferred functions of the caller.
		defer func() {
			if value := recover(); value != nil {
				panicked = &panicError{value, debug.Stack()}
			}
		}()
		// The thread leaves before it ends, so that nobody sees it inside any more once Do
		// has returned.
		if home, err := sys.OpenNamespace(sys.ThreadNetPath); err == nil {
			defer sys.Close(home)
			defer func() { _ = sys.SetNet(home) }()
		}
		if err = newOpError(OpEnterNet, name, "", netns.Set(ns)); err == nil {
			err = f()
		}
		returned = true
	})
	if panicked != nil {
		panic(panicked)
	}
	if !returned {
		runtime.Goexit()
	}
	return err
}

// panicError is the value of a panic, with the stack of the goroutine on which it was.
type panicError struct {
	value any
	stack []byte
}

func (p *panicError) Error() string { return fmt.Sprintf("%v\n\n%s", p.value, p.stack) }

// Unwrap is nil unless the value is an error.
func (p *panicError) Unwrap() error {
	err, _ := p.value.(error)
	return err
}

// UserNamespace is a user namespace. Capabilities in it are capabilities over the
// network namespaces that it owns.
type UserNamespace struct {
	Ino uint64 `json:"ino"`
	// UID is the user who created it, as seen from our own user namespace (Linux 4.11).
	UID uint32 `json:"uid"`
}

// OwningUser returns the user namespace that owns the network namespace ns (Linux 4.11). The
// error is EPERM if that user namespace is not ours or below ours, and ENOTTY for a file that
// is not a namespace.
func OwningUser(ns netns.NsHandle) (UserNamespace, error) {
	ino, uid, err := sys.OwningUser(int(ns))
	return UserNamespace{ino, uid}, newOpError(OpStatNetns, "", "", err)
}
