package sys

import "golang.org/x/sys/unix"

// The functions of this file keep the table of descriptors from growing in small steps.
// A table that threads share grows by doubling, and waits for all processors each time
// (expand_fdtable in the kernel's fs/file.c): milliseconds.

// ReserveFDs makes room for n descriptors, as far as the limit of open files permits.
// fd is any open descriptor.
func ReserveFDs(fd, n int) {
	if high, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, n); err == nil {
		unix.Close(high)
	}
}

// SpareFDs reports whether the limit of open files leaves more than n descriptors above
// fd, the highest that is open. Half of the limit suffices where that is less.
func SpareFDs(fd, n int) bool {
	var limit unix.Rlimit
	err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit)
	return err != nil || uint64(fd)+min(uint64(n), limit.Cur/2) < limit.Cur
}

// InFlight holds open files without descriptors: they are in flight on a socket that
// nobody reads (SCM_RIGHTS, unix(7)).
type InFlight struct {
	waiting []int // descriptors that are not sent yet
	pair    []int // nil, or the two sockets
}

// inOneMessage descriptors fit into the table that a process begins with
// (NR_OPEN_DEFAULT, 64).
const inOneMessage = 48

// Hold takes over the descriptor fd. If no more can be held, it releases all.
func (f *InFlight) Hold(fd int) {
	f.waiting = append(f.waiting, fd)
	if len(f.waiting) < inOneMessage && SpareFDs(fd, inOneMessage) {
		return
	}
	if f.send() != nil {
		f.Release()
	}
	f.closeWaiting()
}

// send fails when the socket is full, after some ten thousand files, or when more files
// are in flight than RLIMIT_NOFILE permits an ordinary user.
func (f *InFlight) send() error {
	if f.pair == nil {
		pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			return err
		}
		f.pair = pair[:]
	}
	return retryErr(func() error {
		return unix.Sendmsg(f.pair[0], []byte{0}, unix.UnixRights(f.waiting...), nil, unix.MSG_DONTWAIT)
	})
}

// Release closes all files.
func (f *InFlight) Release() {
	f.closeWaiting()
	for _, fd := range f.pair {
		unix.Close(fd)
	}
	f.pair = nil
}

func (f *InFlight) closeWaiting() {
	for _, fd := range f.waiting {
		unix.Close(fd)
	}
	f.waiting = f.waiting[:0]
}
