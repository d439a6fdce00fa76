// Package kill ends the processes that are in network namespaces.
//
// A process is in a namespace if its leading thread is or, where that has ended, another thread of
// it. A process elsewhere of which a single thread is inside, as of a daemon that works in many
// namespaces, is not ended, and neither is one that only holds a namespace by a descriptor or a
// socket.
//
// A PID is no process: the kernel gives it to another one when the process has ended. [End]
// therefore opens the process (pidfd_open(2), Linux 5.3), looks after that whether it is in the
// namespace, and makes sure after that look that it has not ended. A process can still leave the
// namespace between the look and the signal, a few microseconds, and only by its own setns(2): that
// process was inside, and nobody can put another one into its place.
package kill
