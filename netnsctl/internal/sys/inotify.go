package sys

import (
	"bytes"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Watch reports what is created and deleted in one directory (inotify(7)).
type Watch struct {
	fd  int
	buf [64 << 10]byte
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
	return &Watch{fd: fd}, nil
}

// Add watches dir, too.
func (w *Watch) Add(dir string) error {
	_, err := unix.InotifyAddWatch(w.fd, dir, unix.IN_CREATE|unix.IN_DELETE)
	return err
}

// Close ends the watch.
func (w *Watch) Close() { unix.Close(w.fd) }

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
