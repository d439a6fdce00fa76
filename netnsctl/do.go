package netnsctl

import (
	"runtime"

	"github.com/vishvananda/netns"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Do runs f in the network namespace of name, or of what [Host.Resolve] takes for
// one, as the function [Do] does.
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
// calling goroutine waits. It may run on any thread, which stays where it is; the
// thread of f ends with f.
//
// Only the network namespace is another one: /sys shows the devices of the namespace
// in which it was mounted, /proc/self/net that of the process' first thread (use
// /proc/thread-self/net), and /etc/netns is not looked at.
//
// Linux moves threads, not processes, so f's place is not inherited by goroutines:
//
//   - A socket belongs to the namespace in which it was opened, wherever it is used
//     afterwards: f may return a listener or a connection for others to use.
//   - What f starts by a go statement runs outside ns, unless it calls Do itself.
//     That includes the goroutines of the standard library: net/http dials from one, and
//     so may net.Dial of a host name.
//   - A child process that f starts, such as by os/exec, runs in ns and stays there.
//
// If f ends its goroutine by [runtime.Goexit], as the methods FailNow, Fatal and Skip of
// package testing do, Do ends that of the caller.
func Do(ns netns.NsHandle, f func() error) error { return do("", ns, f) }

func do(name string, ns netns.NsHandle, f func() error) (err error) {
	returned := false
	sys.OnThrowAwayThread(func() {
		if err = newOpError(OpEnterNet, name, "", netns.Set(ns)); err == nil {
			err = f()
		}
		returned = true
	})
	if !returned {
		runtime.Goexit()
	}
	return err
}
