package sys

import (
	"time"

	"golang.org/x/sys/unix"
)

// Mounts tells when a mount namespace changes.
type Mounts struct{ fd int }

// OpenMounts begins to look at the calling thread's mount namespace.
func OpenMounts() (*Mounts, error) {
	fd, err := Open("/proc/thread-self/mountinfo")
	if err != nil {
		return nil, err
	}
	return &Mounts{fd}, nil
}

// Close ends it.
func (m *Mounts) Close() { unix.Close(m.fd) }

// WaitEither waits until the watch has something to read or the mounts have changed
// (proc(5): mountinfo has priority data then, Linux 2.6.30), at most until limit
// has passed; a signal may end it earlier. A limit below 0 is none.
func WaitEither(w *Watch, m *Mounts, limit time.Duration) (readable, changed bool, err error) {
	fds := []unix.PollFd{{Fd: int32(w.fd), Events: unix.POLLIN}, {Fd: int32(m.fd), Events: unix.POLLPRI}}
	var timeout *unix.Timespec
	if limit >= 0 {
		t := unix.NsecToTimespec(limit.Nanoseconds())
		timeout = &t
	}
	if _, err := unix.Ppoll(fds, timeout, nil); err != nil && err != unix.EINTR {
		return false, false, err
	}
	return fds[0].Revents != 0, fds[1].Revents != 0, nil
}
