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

// Wait waits until the watch has something to read, the mounts have changed (proc(5):
// mountinfo has priority data then, Linux 2.6.30) or [Watch.Wake] is called, at most
// until limit has passed. A signal may end it earlier. A limit below 0 is none; m may be
// nil.
func (w *Watch) Wait(m *Mounts, limit time.Duration) (readable, changed bool, err error) {
	fds := []unix.PollFd{{Fd: int32(w.fd), Events: unix.POLLIN}, {Fd: int32(w.wake), Events: unix.POLLIN}, {Fd: -1}}
	if m != nil {
		fds[2] = unix.PollFd{Fd: int32(m.fd), Events: unix.POLLPRI}
	}
	var timeout *unix.Timespec
	if limit >= 0 {
		t := unix.NsecToTimespec(limit.Nanoseconds())
		timeout = &t
	}
	if _, err := unix.Ppoll(fds, timeout, nil); err != nil && err != unix.EINTR {
		return false, false, err
	}
	if fds[1].Revents != 0 {
		_, _ = unix.Read(w.wake, make([]byte, 8))
	}
	return fds[0].Revents != 0, fds[2].Revents != 0, nil
}
