// Package discover finds every network namespace of a host and everything that
// pins it, and judges which names are stale and which namespaces orphaned.
//
// There is one file per source: processes and threads (process.go), descriptors
// (descriptor.go), sockets, tun devices and descriptors in flight (socket.go),
// inotify and fanotify marks and io_uring files (fdinfo.go), mounts in every
// mount namespace (mount.go, mountns.go), detached mount trees (tree.go), names
// (name.go) and the kernel's own roll call (rollcall.go). No source is complete;
// what could not be looked at becomes a [Blind] spot.
//
// The words are those of package netnsctl. All of it only looks.
package discover
