package netnsctl

import (
	"time"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// MountWatcher is a [Watcher] that also tells when something is mounted or
// unmounted in the mount namespace of the thread that made it: a name exists
// before a namespace is mounted on it.
type MountWatcher struct {
	*Watcher
	mounts *sys.Mounts
}

// WatchMounts is [Host.Watch] with mounts.
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

// Close ends the watch.
func (w *MountWatcher) Close() {
	w.mounts.Close()
	w.Watcher.Close()
}

// NextWithin waits, at most until limit has passed (below 0: however long it takes),
// for names to come or go or mounts to change. It may return early and without
// either. Its errors are those of [Watcher.Next].
func (w *MountWatcher) NextWithin(limit time.Duration) (events []Event, mounts bool, err error) {
	readable, mounts, err := sys.WaitEither(w.watch, w.mounts, limit)
	if err != nil {
		return nil, false, newOpError(OpReadWatch, "", w.host.Dir(), err)
	}
	if readable {
		events, err = w.Next()
	}
	return events, mounts, err
}
