package monitor

import (
	"slices"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl"
)

// patience is how long an added name without a namespace waits before it is reported.
const patience = time.Second

// names follows the names and their namespaces.
type names struct {
	host     netnsctl.Host
	identify bool
	known    map[string]netnsctl.Identity
	// waiting are the added names without a namespace.
	waiting []Event
}

func newNames(host netnsctl.Host, identify bool) *names {
	host.Resolve = nil
	n := &names{host: host, identify: identify, known: map[string]netnsctl.Identity{}}
	if !identify {
		return n
	}
	all, _ := host.Names() // the watch reports its errors
	for _, name := range all {
		n.look(name)
	}
	return n
}

// look records the namespace of a name.
func (n *names) look(name string) bool {
	id, err := n.host.Identity(name)
	if err != nil {
		return false
	}
	n.known[name] = id
	return true
}

// changed gives the events of changes in the run directory, and of waiting names that
// now have a namespace or have waited long enough.
func (n *names) changed(changes []netnsctl.Event) (events []Event) {
	now := time.Now()
	for _, c := range changes {
		e := Event{Time: now, Kind: NameAdded, Name: c.Name}
		if c.Deleted {
			events = append(events, n.settle(c.Name)...)
			e.Kind = NameDeleted
			e.ID, e.Cookie = n.known[c.Name].ID, n.known[c.Name].Cookie
			delete(n.known, c.Name)
		} else if n.identify {
			n.waiting = append(n.waiting, e)
			continue
		}
		events = append(events, e)
	}
	n.waiting = slices.DeleteFunc(n.waiting, func(e Event) bool {
		if !n.look(e.Name) && now.Sub(e.Time) < patience {
			return false
		}
		e.ID, e.Cookie = n.known[e.Name].ID, n.known[e.Name].Cookie
		events = append(events, e)
		return true
	})
	return events
}

// settle ends the waiting of a name that was deleted.
func (n *names) settle(name string) (events []Event) {
	n.waiting = slices.DeleteFunc(n.waiting, func(e Event) bool {
		if e.Name == name {
			events = append(events, e)
		}
		return e.Name == name
	})
	return events
}

// limit is how long the first of the waiting names may still wait. It is below 0 if
// there is none.
func (n *names) limit() time.Duration {
	if len(n.waiting) == 0 {
		return -1
	}
	return max(0, time.Until(n.waiting[0].Time.Add(patience)))
}
