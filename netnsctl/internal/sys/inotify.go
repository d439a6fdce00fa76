package sys

import (
	"bytes"
	"sync"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Watch reports the entries that are created and deleted in directories (inotify(7)).
type Watch struct {
	fd  int
	buf [64 << 10]byte
	// also is a further descriptor that ends a wait when it is readable; -1 if there is none.
	also int

	mu   sync.Mutex // guards wake
	wake int        // an eventfd; -1 once closed
}

// WatchEvent is one change.
type WatchEvent struct {
	Name    string
	Created bool // false: deleted
	// Ended: the directory itself is gone or was unmounted. No event follows.
	Ended bool
	// Overflow: the queue of the kernel was full, and events were lost.
	Overflow bool
}

// NewWatch returns a watch without directories.
func NewWatch() (*Watch, error) {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC)
	if err != nil {
		return nil, err
	}
	wake, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		unix.Close(fd)
		return nil, err
	}
	return &Watch{fd: fd, also: -1, wake: wake}, nil
}

// Add adds the directory dir.
func (w *Watch) Add(dir string) error {
	_, err := unix.InotifyAddWatch(w.fd, dir, unix.IN_CREATE|unix.IN_DELETE)
	return err
}

// WaitAlsoFor makes every [Watch.Wait] end when fd is readable, too.
func (w *Watch) WaitAlsoFor(fd int) { w.also = fd }

// Close ends the watch. No [Watch.Wait] may be running.
func (w *Watch) Close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	unix.Close(w.fd)
	unix.Close(w.wake)
	w.wake = -1
}

// Wake ends the present [Watch.Wait], or else the next one. Any goroutine may call it,
// also after Close.
func (w *Watch) Wake() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.wake >= 0 {
		_, _ = unix.Write(w.wake, []byte{1, 1, 1, 1, 1, 1, 1, 1}) // a number above 0 in any byte order
	}
}

// Read waits for at least one change.
func (w *Watch) Read() ([]WatchEvent, error) {
	n, err := retry(func() (int, error) { return unix.Read(w.fd, w.buf[:]) })
	if err != nil {
		return nil, err
	}
	var events []WatchEvent
	for buf := w.buf[:n]; len(buf) >= unix.SizeofInotifyEvent; {
		raw := (*unix.InotifyEvent)(unsafe.Pointer(&buf[0]))
		end := unix.SizeofInotifyEvent + int(raw.Len)
		name, _, _ := bytes.Cut(buf[unix.SizeofInotifyEvent:end], []byte{0})
		events = append(events, WatchEvent{
			Name:     string(name),
			Created:  raw.Mask&unix.IN_CREATE != 0,
			Ended:    raw.Mask&unix.IN_IGNORED != 0,
			Overflow: raw.Mask&unix.IN_Q_OVERFLOW != 0,
		})
		buf = buf[end:]
	}
	return events, nil
}

// Mounts reports changes of a mount namespace.
type Mounts struct{ fd int }

// OpenMounts opens the mounts of the mount namespace of the calling thread.
func OpenMounts() (*Mounts, error) {
	fd, err := open("/proc/thread-self/mountinfo", openFlags)
	if err != nil {
		return nil, err
	}
	return &Mounts{fd}, nil
}

// Close closes the descriptor.
func (m *Mounts) Close() { unix.Close(m.fd) }

// Wait waits until the watch is readable, the mounts have changed (mountinfo has
// priority data then, proc(5), Linux 2.6.30), [Watch.Wake] is called, what [Watch.WaitAlsoFor]
// has added is readable, or limit has passed.
// A signal may end it earlier. A limit below 0 is none; m may be nil.
func (w *Watch) Wait(m *Mounts, limit time.Duration) (readable, changed bool, err error) {
	fds := []unix.PollFd{
		{Fd: int32(w.fd), Events: unix.POLLIN},
		{Fd: int32(w.wake), Events: unix.POLLIN},
		{Fd: -1},
		{Fd: int32(w.also), Events: unix.POLLIN},
	}
	if m != nil {
		fds[2] = unix.PollFd{Fd: int32(m.fd), Events: unix.POLLPRI}
	}
	if err := poll(fds, limit); err != nil {
		return false, false, err
	}
	if fds[1].Revents != 0 {
		_, _ = unix.Read(w.wake, make([]byte, 8))
	}
	return fds[0].Revents != 0, fds[2].Revents != 0, nil
}

// WaitReadable waits until fd is readable, or limit has passed. A signal may end it earlier. A
// limit below 0 is none.
func WaitReadable(fd int, limit time.Duration) error {
	return poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, limit)
}

func poll(fds []unix.PollFd, limit time.Duration) error {
	var timeout *unix.Timespec
	if limit >= 0 {
		t := unix.NsecToTimespec(limit.Nanoseconds())
		timeout = &t
	}
	if _, err := unix.Ppoll(fds, timeout, nil); err != unix.EINTR {
		return err
	}
	return nil
}
