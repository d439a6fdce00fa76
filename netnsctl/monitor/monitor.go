package monitor

import (
	"time"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/textjson"
)

// Kind is what happened.
type Kind string

// The kinds of events.
const (
	NameAdded     Kind = "add"
	NameDeleted   Kind = "delete"
	NamespaceNew  Kind = "new"
	NamespaceGone Kind = "gone"
)

// Event is one change.
type Event struct {
	Time time.Time `json:"time"`
	Kind Kind      `json:"event"`
	// Name is the name that came or went.
	Name string `json:"name,omitempty"`
	// ID and Cookie are those of the namespace; zero where a name leads to none, or
	// [Options.Identify] is not set. The cookie is 0 before Linux 5.14.
	ID     netnsctl.ID `json:"id,omitzero"`
	Cookie uint64      `json:"cookie,omitempty"`
	// Names are those that a new namespace has, Pin is what was first found to pin
	// it, nil if that cannot be seen.
	Names []string      `json:"names,omitempty"`
	Pin   *discover.Pin `json:"pin,omitempty"`
}

// MarshalJSON encodes e, see package textjson.
func (e Event) MarshalJSON() ([]byte, error) { return textjson.Marshal(e) }

// UnmarshalJSON decodes e.
func (e *Event) UnmarshalJSON(data []byte) error { return textjson.Unmarshal(data, e) }

// Options say what to tell.
type Options struct {
	// Identify tells the namespace of a name. An added name is then told of when a
	// namespace has been mounted on it, or after a second.
	Identify bool
	// Namespaces tells of namespaces, too. They are looked for every Interval, and
	// when names or mounts change.
	Namespaces bool
	Interval   time.Duration
}

// shortest is the time between two looks at the host that changes bring about.
const shortest = 100 * time.Millisecond

// Run tells of changes from now on. It ends with tell's error, or with that of
// [netnsctl.Watcher.Next].
func Run(host netnsctl.Host, opts Options, tell func(Event) error) error {
	w, err := host.WatchMounts()
	if err != nil {
		return err
	}
	defer w.Close()
	n := newNames(host, opts.Identify)
	var all *namespaces
	if opts.Namespaces {
		if all, err = newNamespaces(host, opts.Interval); err != nil {
			return err
		}
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
			limit = sooner(limit, time.Until(all.next))
		}
		changes, mounts, watchErr := w.NextWithin(limit)
		if err := tellAll(n.changed(changes)); err != nil {
			return err
		}
		if watchErr != nil {
			return watchErr
		}
		if all == nil {
			continue
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

// sooner is the shorter of two waits, of which those below 0 have no end: but a
// time that has passed is one to wait no more.
func sooner(limit, until time.Duration) time.Duration {
	until = max(until, 0)
	if limit < 0 {
		return until
	}
	return min(limit, until)
}
