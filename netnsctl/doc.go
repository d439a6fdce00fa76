// Package netnsctl looks at and changes the network namespaces of a Linux host.
//
// Its words are those of the man page:
//
//   - a name is a file in the run directory (/run/netns);
//   - an [ID] is what a network namespace is: (dev, ino) of its nsfs file,
//     shown as net:[4026532177]. The kernel reuses inode numbers within seconds;
//   - an nsid is rtnetlink's number for a peer namespace, relative to the
//     asking namespace;
//   - a pin is anything that keeps a namespace alive: a process, a thread, an
//     open descriptor, a socket, a mount;
//   - a name is stale when the namespace it should lead to is not there;
//   - a namespace is an orphan when it has no name, no process and no thread;
//   - a name is idle when its namespace is healthy and has no process. Idle is
//     not stale: VPNs, routers and containers about to start look like this.
//
// The package prints nothing, never exits and knows no command line. A failure
// is an [OpError].
//
// Linux changes namespaces per thread. Every function works from any goroutine and
// leaves the calling thread where it is: what has to be done inside a namespace is done
// on a thread that ends with it. The exceptions are [Host.Enter] and [Host.Exec],
// which are for programs that go inside for good.
package netnsctl
