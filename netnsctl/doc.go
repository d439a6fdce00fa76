// Package netnsctl works with the named network namespaces of a Linux host, as `ip
// netns` does, from within a Go program: it adds, attaches and deletes names, runs
// functions and commands inside, asks for nsids and watches names. Package discover
// finds all other namespaces and what keeps them alive, package clean removes what is
// left over, package netnstest is for tests.
//
// All begins with a [Host], whose zero value is the machine:
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
// A failure is an [OpError], which says what failed, for which name and file, and has
// the kernel's errno: errors.Is(err, syscall.EEXIST). The package prints nothing, never
// exits and knows no command line. What is worth a warning only goes to [Host.Warn].
//
// # Threads
//
// Linux changes namespaces per thread. Every function works from any goroutine and
// leaves the calling thread where it is: what has to be done inside a namespace is done
// on a thread that ends with it. The exception is [Host.Enter], which is for programs
// that go inside for good.
//
// # Requirements
//
// Linux 4.11 (NS_GET_NSTYPE). What needs a newer kernel says so. Changes need
// CAP_SYS_ADMIN, in the initial user namespace or in the one that owns the mount and
// network namespaces.
package netnsctl
