package sys

import (
	"bytes"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Watch reports what is created and deleted in one directory (inotify(7)).
type Watch struct {
	fd  int
	buf [64 << 10]byte

	mu   sync.Mutex // guards wake against its being closed
	wake int        // an eventfd; -1 once closed
}

// WatchEvent is one change.
type WatchEvent struct {
	Name    string
	Created bool // else deleted
	// Ended says that the directory itself has gone or was unmounted: no event
	// follows.
	Ended bool
	// Overflow says that the kernel's queue was full and events were lost.
	Overflow bool
}

// NewWatch begins to watch.
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
	return &Watch{fd: fd, wake: wake}, nil
}

// Add watches dir, too.
func (w *Watch) Add(dir string) error {
	_, err := unix.InotifyAddWatch(w.fd, dir, unix.IN_CREATE|unix.IN_DELETE)
	return err
}

// Close ends the watch. Nothing may be waiting for it.
func (w *Watch) Close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	unix.Close(w.fd)
	unix.Close(w.wake)
	w.wake = -1
}

// Wake ends the present or else the next [Watch.Wait]. It may be called by any
// goroutine, also after the watch has been closed.
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
