// Package netnsctl works with the named network namespaces of a Linux host, as `ip
// netns` does, from within a Go program: it adds, attaches and deletes names, runs
// functions and commands inside, asks for nsids and watches names. Package discover
// finds all other namespaces and what keeps them alive, package clean deletes stale names and
// releases orphans, and package netnstest gives tests namespaces of their own.
//
// A program begins with a [Host], whose zero value is the machine that it runs on:
//
//	var host netnsctl.Host
//	if err := host.Add("blue"); err != nil { … }
//	defer host.Delete("blue")
//	err := host.Do("blue", func() error { … }) // runs inside
//
// # Words
//
//   - a name is a file in the run directory (/run/netns);
//   - an [ID] is (dev, ino) of a namespace's nsfs file, shown as net:[4026532177]. The
//     kernel uses inode numbers again within seconds;
//   - a cookie is a 64-bit number of a namespace that is never used again, and an
//     [Identity] is both;
//   - an [NSID] is rtnetlink's number for a peer namespace, relative to the asking
//     namespace;
//   - a pin is anything that keeps a namespace alive: a process, a thread, an open
//     descriptor, a socket, a mount;
//   - a name is stale when the namespace that it should lead to is not there;
//   - a namespace is an orphan when it has no name, no process and no other use;
//   - a namespace is idle when it has a name, but no process. Idle is not stale: VPNs,
//     routers and containers about to start look like this.
//
// # Handles
//
// An open namespace is a [netns.NsHandle] of github.com/vishvananda/netns: [Host.Open]
// gives one, [Do] and [NSIDs.Of] take one, and so does netlink.NewHandleAt of
// github.com/vishvananda/netlink. Whoever opened it closes it: it keeps the namespace
// alive.
//
// # Errors
//
// A failure is an [OpError], which has the step that failed, the name, the file and the
// kernel's errno: errors.Is(err, syscall.EEXIST). The package prints nothing, never exits and
// knows no command line. [Host.Warn] gets the failures after which a function goes on.
//
// # Threads
//
// Linux changes namespaces per thread. Every function works from any goroutine, without
// [runtime.LockOSThread], and leaves the calling thread in its namespaces: work inside another
// namespace is done on a new thread, which ends with the work. The exceptions are
// [Host.Enter], which is for programs that go inside for good, and [Host.LockedThread].
//
// # Requirements
//
// Linux 4.11 (NS_GET_NSTYPE). If a function needs a newer kernel, its documentation says
// which. Changes need
// CAP_SYS_ADMIN, in the initial user namespace or in the one that owns the mount and
// network namespaces.
package netnsctl
