package monitor

import (
	"cmp"
	"slices"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// namespaces follows all namespaces of the host.
type namespaces struct {
	host     netnsctl.Host
	interval time.Duration
	// known are the namespaces that were reported or existed at the beginning.
	known map[netnsctl.ID]netnsctl.Tracked
	// missing are the known namespaces that the last scan did not find and that, for
	// all that the kernel tells, may still exist.
	missing map[netnsctl.ID]bool
	last    time.Time // the last scan
	next    time.Time
}

func newNamespaces(host netnsctl.Host, interval time.Duration) (*namespaces, error) {
	if interval <= 0 {
		interval = defaultInterval
	}
	n := &namespaces{host: host, interval: interval}
	there, err := n.scan()
	if err != nil {
		return nil, err
	}
	n.known = map[netnsctl.ID]netnsctl.Tracked{}
	for id, ns := range there {
		n.known[id] = netnsctl.Track(ns.Identity)
	}
	return n, nil
}

// hurry moves the next scan forward.
func (n *namespaces) hurry() {
	if soon := n.last.Add(min(shortest, n.interval)); soon.Before(n.next) {
		n.next = soon
	}
}

func (n *namespaces) scan() (map[netnsctl.ID]*discover.Namespace, error) {
	snap, err := discover.Scan(n.host, discover.Options{IdentityOnly: true})
	if err != nil {
		return nil, err
	}
	defer snap.Close()
	there := map[netnsctl.ID]*discover.Namespace{}
	for _, ns := range snap.Namespaces {
		if ns.ID != (netnsctl.ID{}) { // else only its nsid is known
			there[ns.ID] = ns
		}
	}
	n.last = time.Now()
	n.next = n.last.Add(n.interval)
	return there, nil
}

// look scans the host and compares the namespaces with the known ones.
func (n *namespaces) look() (events []Event, err error) {
	there, err := n.scan()
	if err != nil {
		return nil, err
	}
	missing := map[netnsctl.ID]bool{}
	for id, tracked := range n.known {
		if ns := there[id]; ns != nil {
			if same, _ := tracked.Same(ns.Identity); same {
				continue
			}
		} else if n.lives(tracked) {
			missing[id] = true
			continue
		}
		delete(n.known, id)
		events = append(events, Event{Time: n.last, Kind: NamespaceGone, ID: id, Cookie: tracked.Cookie})
	}
	n.missing = missing
	for id, ns := range there {
		if _, known := n.known[id]; !known {
			n.known[id] = netnsctl.Track(ns.Identity)
			events = append(events, Event{
				Time: n.last, Kind: NamespaceNew, ID: id, Cookie: ns.Cookie, Names: ns.Names, Pin: n.first(ns),
			})
		}
	}
	slices.SortFunc(events, func(a, b Event) int {
		// "gone" comes before "new" because an inode number may be used again.
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID.Ino, b.ID.Ino))
	})
	return events, nil
}

// lives reports whether a namespace that the scan did not find may still exist: a
// process can pass it to a child during the scan. If the kernel cannot tell, the
// namespace is gone when two scans have not found it.
func (n *namespaces) lives(tracked netnsctl.Tracked) bool {
	if gone, known := tracked.Gone(); known {
		return !gone
	}
	if !n.missing[tracked.ID] {
		n.hurry()
		return true
	}
	return false
}

// first is the first pin of a namespace, with the command of its process.
func (n *namespaces) first(ns *discover.Namespace) *discover.Pin {
	if len(ns.Pins) == 0 {
		return nil
	}
	p := ns.Pins[0]
	pid := p.PID
	if p.Mount != nil && pid == 0 && !p.Mount.Host {
		pid = p.Mount.Through
	}
	if pid != 0 {
		p.Command = discover.Describe(n.host, pid).Command
	}
	return &p
}
