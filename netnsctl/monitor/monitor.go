// Package monitor reports names and network namespaces when they appear and
// disappear.
//
// inotify reports names at once. The kernel reports no namespaces: no rtnetlink group
// has them (RTNLGRP_NSID reports nsids only), the process connector reports forks but
// not unshare(2), setns(2) or descriptors, and fanotify (Linux 6.14) reports mounts
// in one mount namespace. Run therefore scans the host again and again, and misses
// what lives for less than the time between two scans. The end of a namespace that a scan has
// seen is an event of the kernel's ([netnsctl.Witness]).
package monitor

import (
	"context"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/textjson"
)

// Kind is the kind of an event.
type Kind string

// The kinds of events.
const (
	NameAdded     Kind = "add"
	NameDeleted   Kind = "delete"
	NamespaceNew  Kind = "new"
	NamespaceGone Kind = "gone"
	// NamespaceUnseen is for a namespace that no scan finds any more, and that could not be
	// tracked ([netnsctl.Witness]): it may still exist.
	NamespaceUnseen Kind = "unseen"
)

// Event is one change.
type Event struct {
	// Time is when Run noticed the change.
	Time time.Time `json:"time"`
	Kind Kind      `json:"event"`
	// Name is the name that was added or deleted.
	Name string `json:"name,omitempty"`
	// ID and Cookie are those of the namespace. They are zero if the name leads to
	// none, and for names without [Options.Identify]. The cookie is 0 before Linux
	// 5.14.
	ID     netnsctl.ID `json:"id,omitzero"`
	Cookie uint64      `json:"cookie,omitempty"`
	// Names are the names of a new namespace. Pin is the first pin found, nil if there
	// is none.
	Names []string      `json:"names,omitempty"`
	Pin   *discover.Pin `json:"pin,omitempty"`
}

// MarshalJSON encodes e, see package textjson.
func (e Event) MarshalJSON() ([]byte, error)     { return textjson.Marshal(e) }
func (e *Event) UnmarshalJSON(data []byte) error { return textjson.Unmarshal(data, e) }

// Options select the events.
type Options struct {
	// Identify adds the namespace to the events of names. An added name is then
	// reported when a namespace has been mounted on it, or after a second.
	Identify bool
	// Namespaces selects the events of namespaces, too. Run scans the host every
	// Interval, and when names or mounts change.
	Namespaces bool
	// Interval is the time between two scans, by default (0 or less) one second.
	Interval time.Duration
	// Unproven, if not nil, is called with the reason why no namespace can be proven to be gone.
	Unproven func(error)
}

const defaultInterval = time.Second

// shortest is the least time between two scans because of changes.
const shortest = 100 * time.Millisecond

// Run calls tell, on the caller's goroutine, for each change from now on. The events of
// one name are in the order of its changes; the event of a namespace may come before or after
// that of its name. Names and namespaces that are there when Run is called are not reported.
//
// Run returns the first error of tell, of a scan ([discover.Scan]) or of the watch
// ([netnsctl.Watcher.Next]), and the error of ctx when that is done.
func Run(ctx context.Context, host netnsctl.Host, opts Options, tell func(Event) error) error {
	w, err := host.WatchMounts()
	if err != nil {
		return err
	}
	defer w.Close()
	n := newNames(host, opts.Identify)
	var all *namespaces
	if opts.Namespaces {
		witness, err := netnsctl.NewWitness()
		if err != nil && opts.Unproven != nil {
			opts.Unproven(err)
		}
		defer witness.Close()
		if err := witness.Occupy(host.Helper); err != nil {
			return err
		}
		if all, err = newNamespaces(host, witness, opts.Interval); err != nil {
			return err
		}
		w.WaitAlsoFor(witness)
	}
	tellAll := func(events []Event) error {
		for _, e := range events {
			if err := tell(e); err != nil {
				return err
			}
		}
		return nil
	}
	for {
		limit := n.limit()
		if all != nil {
			limit = all.witness.Within(sooner(limit, time.Until(all.next)))
		}
		changes, mounts, watchErr := w.NextWithin(ctx, limit)
		if err := tellAll(n.changed(changes)); err != nil {
			return err
		}
		if watchErr != nil {
			return watchErr
		}
		if all == nil {
			continue
		}
		gone, err := all.gone()
		if err != nil {
			return err
		}
		if err := tellAll(gone); err != nil {
			return err
		}
		if mounts || len(changes) > 0 {
			all.hurry()
		}
		if time.Now().Before(all.next) {
			continue
		}
		events, err := all.look()
		if err != nil {
			return err
		}
		if err := tellAll(events); err != nil {
			return err
		}
	}
}

// sooner gives the shorter of two waits. A limit below 0 is no limit; until below 0 is
// in the past.
func sooner(limit, until time.Duration) time.Duration {
	until = max(until, 0)
	if limit < 0 {
		return until
	}
	return min(limit, until)
}
