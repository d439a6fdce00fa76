package monitor

import (
	"slices"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl"
)

// patience is how long an added name may lead to no namespace before it is told of
// all the same.
const patience = time.Second

// names follows the names and the namespaces that they lead to.
type names struct {
	host     netnsctl.Host
	identify bool
	known    map[string]netnsctl.Identity
	// waiting are names that were added and lead to no namespace yet.
	waiting []Event
}

func newNames(host netnsctl.Host, identify bool) *names {
	host.Resolve = nil
	n := &names{host: host, identify: identify, known: map[string]netnsctl.Identity{}}
	if !identify {
		return n
	}
	all, _ := host.Names() // that it cannot be read, the watch has told
	for _, name := range all {
		n.look(name)
	}
	return n
}

// look finds out where a name leads.
func (n *names) look(name string) bool {
	id, err := n.host.Identity(name)
	if err != nil {
		return false
	}
	n.known[name] = id
	return true
}

// changed turns changes in the directory into events, and tells of waiting names
// whose time has come.
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

// settle takes a name that is being deleted off the waiting ones.
func (n *names) settle(name string) (events []Event) {
	n.waiting = slices.DeleteFunc(n.waiting, func(e Event) bool {
		if e.Name == name {
			events = append(events, e)
		}
		return e.Name == name
	})
	return events
}

// limit is how long the first of the waiting names may still wait; below 0 if
// none does.
func (n *names) limit() time.Duration {
	if len(n.waiting) == 0 {
		return -1
	}
	return max(0, time.Until(n.waiting[0].Time.Add(patience)))
}
