package clean

import (
	"time"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// Wait sleeps between two looks, first for a short time, as most namespaces go at once.
const (
	firstPause = time.Millisecond
	lastPause  = 200 * time.Millisecond
)

// Wait waits until the kernel has removed the namespaces, or until limit has passed (0: no
// limit), and gives those that are left. Nothing of theirs may be open in the caller, such
// as their snapshot. Wait calls tell, if that is not nil, with the number of those left
// after each look.
//
// The proof is the kernel's word ([netnsctl.Tracked.Gone]), or else that a scan does not
// find them.
func Wait(host netnsctl.Host, tracked []netnsctl.Tracked, limit time.Duration, tell func(left int)) (left []netnsctl.Tracked, err error) {
	start := time.Now()
	pause := firstPause
	for {
		if tracked, err = alive(host, tracked); err != nil || len(tracked) == 0 {
			return tracked, err
		}
		if limit > 0 && time.Since(start) >= limit {
			return tracked, nil
		}
		if tell != nil {
			tell(len(tracked))
		}
		time.Sleep(pause)
		pause = min(2*pause, lastPause)
	}
}

func alive(host netnsctl.Host, tracked []netnsctl.Tracked) (left []netnsctl.Tracked, err error) {
	var unproven []netnsctl.Tracked
	for _, g := range tracked {
		switch gone, known := g.Gone(); {
		case !known:
			unproven = append(unproven, g)
		case !gone:
			left = append(left, g)
		}
	}
	if len(unproven) == 0 {
		return left, nil
	}
	snap, err := discover.Scan(host, discover.Options{Everything: true})
	if err != nil {
		return nil, err
	}
	defer snap.Close()
	for _, ns := range snap.Namespaces {
		for _, g := range unproven {
			if same, _ := g.Same(ns.Identity); same {
				left = append(left, g)
			}
		}
	}
	return left, nil
}
