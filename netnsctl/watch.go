package netnsctl

import (
	"os"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Event is a name that came or went.
type Event struct {
	Name    string
	Deleted bool // else created
}

// Watcher tells of names that come and go.
type Watcher struct {
	host  Host
	watch *sys.Watch
}

// Watch begins to watch the run directory, which it makes if need be.
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

// Next waits for at least one event. It fails with ENOENT when the run
// directory has gone, with ENOBUFS when the kernel has lost events.
func (w *Watcher) Next() ([]Event, error) {
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
