package clean

import (
	"slices"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// Left is a namespace that is not proven to be gone.
type Left struct {
	netnsctl.Tracked
	Stage netnsctl.Stage
}

const (
	// askAfter is how long a wait lasts before it asks what is pinned: most namespaces go at once,
	// and the barrier for that would delay the one that proves it.
	askAfter = 200 * time.Millisecond
	// tellEvery is the time between two calls of tell.
	tellEvery = time.Second
)

// Wait waits until namespaces are gone ([netnsctl.StageGone]), or until limit has passed (0: no
// limit), and returns those that are left. Nothing of theirs may be open in the caller, such as
// their snapshot. Every second it calls tell, if that is not nil, with those that are left.
//
// For a namespace without a witness Wait ends when a scan does not find it. It then is left with
// [netnsctl.StageUnknown].
func Wait(host netnsctl.Host, w *netnsctl.Witness, tracked []netnsctl.Tracked, limit time.Duration, tell func([]Left)) ([]Left, error) {
	wait := &wait{host: host, w: w, start: time.Now(), limit: limit, tell: tell, next: tellEvery}
	known := func(t netnsctl.Tracked) bool { return w.Stage(t) != netnsctl.StageUnknown }
	left, err := wait.witnessed(slices.DeleteFunc(slices.Clone(tracked), func(t netnsctl.Tracked) bool { return !known(t) }))
	if err != nil {
		return left, err
	}
	unknown, err := wait.unknown(slices.DeleteFunc(slices.Clone(tracked), known))
	return append(left, unknown...), err
}

type wait struct {
	host  netnsctl.Host
	w     *netnsctl.Witness
	start time.Time
	limit time.Duration
	tell  func([]Left)
	next  time.Duration // when to call tell, after start
}

// over reports whether the limit has passed.
func (w *wait) over() bool { return w.limit > 0 && time.Since(w.start) >= w.limit }

// within shortens a pause so that it ends when there is something to do.
func (w *wait) within(pause time.Duration) time.Duration {
	elapsed := time.Since(w.start)
	if w.limit > 0 {
		pause = min(pause, w.limit-elapsed)
	}
	return max(0, min(pause, w.next-elapsed))
}

// report calls tell when it is time.
func (w *wait) report(left []Left) {
	if time.Since(w.start) >= w.next {
		if w.tell != nil {
			w.tell(left)
		}
		w.next = time.Since(w.start) + tellEvery
	}
}

// witnessed waits for namespaces that the witness tracks.
func (w *wait) witnessed(tracked []netnsctl.Tracked) (left []Left, err error) {
	asked := false
	for {
		left = nil
		for _, t := range tracked {
			if stage := w.w.Stage(t); stage != netnsctl.StageGone {
				left = append(left, Left{t, stage})
			}
		}
		if len(left) == 0 || w.over() {
			return left, nil
		}
		pause := tellEvery
		switch elapsed := time.Since(w.start); {
		case asked:
		case elapsed >= askAfter:
			w.w.Ask()
			asked = true
		default:
			pause = askAfter - elapsed
		}
		w.report(left)
		if err := w.w.Wait(w.within(pause)); err != nil {
			return left, err
		}
	}
}

// unknown waits for namespaces without a witness.
func (w *wait) unknown(tracked []netnsctl.Tracked) (left []Left, err error) {
	const firstPause, lastPause = 10 * time.Millisecond, 200 * time.Millisecond
	for pause := firstPause; len(tracked) > 0; pause = min(2*pause, lastPause) {
		var found bool
		if left, found, err = w.lookFor(tracked); err != nil || w.over() {
			return left, err
		}
		if !found {
			return left, w.settle(len(tracked))
		}
		w.report(left)
		time.Sleep(w.within(pause))
	}
	return left, nil
}

// lookFor scans for namespaces. What a scan does not find may still be pinned.
func (w *wait) lookFor(tracked []netnsctl.Tracked) (left []Left, found bool, err error) {
	snap, err := discover.Scan(w.host, discover.Options{IdentityOnly: true})
	if err != nil {
		return nil, false, err
	}
	defer snap.Close()
	byID := map[netnsctl.ID][]*discover.Namespace{}
	for _, ns := range snap.Namespaces {
		byID[ns.ID] = append(byID[ns.ID], ns)
	}
	for _, t := range tracked {
		l := Left{t, netnsctl.StageUnknown}
		for _, ns := range byID[t.ID] {
			if same, _ := t.Same(ns.Identity); same {
				l.Stage, found = netnsctl.StagePinned, true
			}
		}
		left = append(left, l)
	}
	return left, found, nil
}

// settle waits until the kernel has taken apart what is unpinned, where the limit of namespaces
// was reached: that makes room for a witness and its barrier, which ask for two namespaces for
// a moment. Where fewer were released, there would be no room for others.
func (w *wait) settle(released int) error {
	const most = 5 * time.Second
	if released <= 2 {
		return nil
	}
	end := time.Now().Add(most)
	if last := w.start.Add(w.limit); w.limit > 0 && last.Before(end) {
		end = last
	}
	for time.Now().Before(end) {
		witness, err := netnsctl.NewWitness()
		switch {
		case err == nil:
			defer witness.Close()
			_, err = witness.Settle(time.Until(end))
			return err
		case !netnsctl.AtLimit(err):
			return nil // nothing can be told
		}
		time.Sleep(10 * time.Millisecond)
	}
	return nil
}
