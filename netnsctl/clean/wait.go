package clean

import (
	"time"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// look is how long Wait sleeps between two looks: short at first, as most
// namespaces go at once.
const (
	firstLook = time.Millisecond
	lastLook  = 200 * time.Millisecond
)

// Wait waits until the kernel has let go of the namespaces, or until limit has
// passed (0: however long it takes), and gives those that are left. Nothing of
// theirs may be open in the caller, such as their snapshot. tell, if not nil, is
// told after each look how many are left.
//
// The proof is that the kernel says so ([netnsctl.Tracked.Gone]), or else that a scan
// does not find them.
func Wait(host netnsctl.Host, tracked []netnsctl.Tracked, limit time.Duration, tell func(left int)) (left []netnsctl.Tracked, err error) {
	start := time.Now()
	pause := firstLook
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
		pause = min(2*pause, lastLook)
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
