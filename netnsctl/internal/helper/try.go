package helper

import (
	"os"
	"runtime"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Try takes one short step that may wait until SIGKILL, such as a look at the process pid in
// procfs, as [Helper.Each] takes many. f runs on another thread. Where it waits for too long,
// it is given up ([ErrSilent]), and so is the process: see [Helper.Silent]. late gets a
// result that comes after that; it may be nil. h may be nil.
func Try[T any](h *Helper, pid int, f func() (T, error), late func(T)) (v T, err error) {
	h = Or(h)
	h.startPeriod()
	if h.usedUp() {
		return v, ErrNotAsked
	}
	type result struct {
		v   T
		err error
	}
	done, tid, givenUp := make(chan result), make(chan int, 1), make(chan struct{})
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		tid <- sys.ThreadID()
		v, err := f()
		select {
		case done <- result{v, err}:
		case <-givenUp:
			if err == nil && late != nil {
				late(v)
			}
		}
	}()
	watch, ticker := h.newStopwatch(), time.NewTicker(tick)
	defer ticker.Stop()
	for thread := <-tid; ; {
		select {
		case r := <-done:
			return r.v, r.err
		case <-ticker.C:
		}
		if watch.look(sys.Blocks(os.Getpid(), thread), true) {
			close(givenUp)
			h.Silent(pid)
			return v, ErrSilent
		}
	}
}
