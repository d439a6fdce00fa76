package sys

import "golang.org/x/sys/unix"

// InFlight holds open files without descriptors: they are in flight on a socket
// that nobody reads (SCM_RIGHTS, unix(7)). A table of descriptors that threads
// share waits for all processors each time it grows (expand_fdtable in the
// kernel's fs/file.c): milliseconds.
type InFlight struct {
	waiting []int // to be sent
	pair    []int // nil, or the two sockets
}

// inOneMessage descriptors have room in the table that a process begins with
// (NR_OPEN_DEFAULT, 64).
const inOneMessage = 48

// Hold takes over the descriptor fd. Where no more can be held, all are released.
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

// send fails where the socket is full (after some ten thousand files), or more are in
// flight than RLIMIT_NOFILE allows an ordinary user.
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

// Release closes all files that are held.
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
