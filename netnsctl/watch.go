package netnsctl

import (
	"context"
	"os"
	"syscall"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Event is a name that was created or deleted.
type Event struct {
	Name    string
	Deleted bool // false: created
}

// Watcher reports the names that any program creates or deletes (inotify(7)). A Watcher is
// not safe for concurrent use: Close must not be called while Next waits. Next returns when its
// context is done.
type Watcher struct {
	host  Host
	watch *sys.Watch
}

// Watch begins to watch the run directory, and makes the directory where there is none.
// The caller closes the watcher.
func (h Host) Watch() (*Watcher, error) {
	watch, err := sys.NewWatch()
	if err != nil {
		return nil, newOpError(OpOpenWatch, "", h.Dir(), err)
	}
	w := &Watcher{h, watch}
	if err := w.begin(); err != nil {
		watch.Close()
		return nil, err
	}
	return w, nil
}

func (w *Watcher) begin() error {
	dir := w.host.Dir()
	if err := os.Mkdir(dir, 0o755); err != nil && !os.IsExist(err) {
		return newOpError(OpMakeRunDir, "", dir, err)
	}
	return newOpError(OpWatchRunDir, "", dir, w.watch.Add(dir))
}

// Close ends the watch.
func (w *Watcher) Close() { w.watch.Close() }

// Next waits for at least one event, or until ctx is done, whose error it then returns.
// The error is ENOENT when the run directory is gone, and ENOBUFS when more than
// max_queued_events (inotify(7)) were waiting, so that the kernel has dropped some. A
// created name may not have its namespace yet.
func (w *Watcher) Next(ctx context.Context) ([]Event, error) {
	for {
		switch readable, _, err := w.wait(ctx, nil, -1); {
		case err != nil:
			return nil, err
		case readable:
			return w.read()
		}
	}
}

func (w *Watcher) wait(ctx context.Context, mounts *sys.Mounts, limit time.Duration) (readable, changed bool, err error) {
	defer context.AfterFunc(ctx, w.watch.Wake)()
	if readable, changed, err = w.watch.Wait(mounts, limit); err != nil {
		return false, false, newOpError(OpReadWatch, "", w.host.Dir(), err)
	}
	return readable, changed, ctx.Err()
}

// read reads the events that are there.
func (w *Watcher) read() ([]Event, error) {
	raw, err := w.watch.Read()
	if err != nil {
		return nil, newOpError(OpReadWatch, "", w.host.Dir(), err)
	}
	var events []Event
	for _, e := range raw {
		switch {
		case e.Ended:
			return events, newOpError(OpReadWatch, "", w.host.Dir(), syscall.ENOENT)
		case e.Overflow:
			return events, newOpError(OpReadWatch, "", w.host.Dir(), syscall.ENOBUFS)
		}
		events = append(events, Event{Name: e.Name, Deleted: !e.Created})
	}
	return events, nil
}

// MountWatcher is a [Watcher] that also reports when something is mounted or
// unmounted in the mount namespace of the thread that made it: a name exists
// before a namespace is mounted on it.
type MountWatcher struct {
	*Watcher
	mounts *sys.Mounts
}

// WatchMounts is [Host.Watch] with mounts. The caller closes the watcher.
func (h Host) WatchMounts() (*MountWatcher, error) {
	w, err := h.Watch()
	if err != nil {
		return nil, err
	}
	mounts, err := sys.OpenMounts()
	if err != nil {
		w.Close()
		return nil, newOpError(OpReadProc, "", h.Proc(), err)
	}
	return &MountWatcher{w, mounts}, nil
}

// WaitAlsoFor makes [MountWatcher.NextWithin] return when there is news for the witness, too.
func (w *MountWatcher) WaitAlsoFor(witness *Witness) {
	if witness != nil {
		w.watch.WaitAlsoFor(witness.notices.FD())
	}
}

// Close ends the watch.
func (w *MountWatcher) Close() {
	w.mounts.Close()
	w.Watcher.Close()
}

// NextWithin waits for names to be created or deleted or for mounts to change, at most
// until limit has passed; a limit below 0 is none. It may return early with neither. Its
// errors are those of [Watcher.Next].
func (w *MountWatcher) NextWithin(ctx context.Context, limit time.Duration) (events []Event, mounts bool, err error) {
	readable, mounts, err := w.wait(ctx, w.mounts, limit)
	if err == nil && readable {
		events, err = w.read()
	}
	return events, mounts, err
}
