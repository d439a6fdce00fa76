package monitor

import (
	"cmp"
	"slices"
	"time"

	"github.com/vishvananda/netns"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// namespaces follows all namespaces of the host.
type namespaces struct {
	host     netnsctl.Host
	witness  *netnsctl.Witness // nil if there can be none
	interval time.Duration
	// known are the namespaces that were reported or existed at the beginning.
	known map[netnsctl.ID]netnsctl.Tracked
	// missing are the known namespaces without a witness that the last scan did not find.
	missing map[netnsctl.ID]bool
	last    time.Time // the last scan
	next    time.Time
}

func newNamespaces(host netnsctl.Host, witness *netnsctl.Witness, interval time.Duration) (*namespaces, error) {
	if interval <= 0 {
		interval = defaultInterval
	}
	n := &namespaces{host: host, witness: witness, interval: interval}
	there, err := n.scan()
	if err != nil {
		return nil, err
	}
	n.known = map[netnsctl.ID]netnsctl.Tracked{}
	for id, ns := range there {
		n.known[id] = ns.tracked
	}
	return n, nil
}

// hurry moves the next scan forward.
func (n *namespaces) hurry() {
	if soon := n.last.Add(min(shortest, n.interval)); soon.Before(n.next) {
		n.next = soon
	}
}

// found is a namespace that a scan has found.
type found struct {
	*discover.Namespace
	tracked netnsctl.Tracked
}

func (n *namespaces) scan() (map[netnsctl.ID]found, error) {
	tracked := map[netnsctl.ID]netnsctl.Tracked{}
	snap, err := discover.Scan(n.host, discover.Options{IdentityOnly: true, Opened: func(ns *discover.Namespace, handle netns.NsHandle) {
		// Without a witness the namespace is unseen when it ends.
		tracked[ns.ID], _ = n.witness.Track(ns.Identity, handle)
	}})
	if err != nil {
		return nil, err
	}
	defer snap.Close()
	there := map[netnsctl.ID]found{}
	for _, ns := range snap.Namespaces {
		if ns.ID == (netnsctl.ID{}) {
			continue // only its nsid is known
		}
		f := found{ns, tracked[ns.ID]}
		f.tracked.Identity = ns.Identity
		there[ns.ID] = f
	}
	n.last = time.Now()
	n.next = n.last.Add(n.interval)
	return there, nil
}

// gone gives the events of the namespaces that the kernel has taken apart.
func (n *namespaces) gone() (events []Event, err error) {
	if n.witness == nil {
		return nil, nil
	}
	if err := n.witness.Wait(0); err != nil {
		return nil, err
	}
	for id, tracked := range n.known {
		if n.witness.Stage(tracked) == netnsctl.StageGone {
			events = append(events, n.forget(id, NamespaceGone))
		}
	}
	return inOrder(events), nil
}

// look scans the host and compares the namespaces with the known ones.
func (n *namespaces) look() (events []Event, err error) {
	there, err := n.scan()
	if err != nil {
		return nil, err
	}
	missing := map[netnsctl.ID]bool{}
	for id, tracked := range n.known {
		now, found := there[id]
		switch {
		case found && !n.same(tracked, now):
			// The kernel uses the number again: it has removed the old namespace.
			events = append(events, n.forget(id, NamespaceGone))
		case found:
			if n.witness.Stage(tracked) == netnsctl.StageUnknown {
				n.known[id] = now.tracked // it may be open only now
			}
		case n.witness.Stage(tracked) != netnsctl.StageUnknown:
			// A process can pass it to a child during the scan. The witness tells when it is gone.
		case n.missing[id]:
			events = append(events, n.forget(id, NamespaceUnseen))
		default:
			missing[id] = true
			n.hurry()
		}
	}
	n.missing = missing
	for id, ns := range there {
		if _, known := n.known[id]; !known {
			n.known[id] = ns.tracked
			if n.witness != nil && n.witness.Stage(ns.tracked) == netnsctl.StageUnknown {
				n.hurry() // it may be possible to open it now
			}
			events = append(events, Event{
				Time: n.last, Kind: NamespaceNew, ID: id, Cookie: ns.Cookie, Names: ns.Names, Pin: n.first(ns.Namespace),
			})
		}
	}
	return inOrder(events), nil
}

// same reports whether a scan has found the namespace that is known by its ID. Without cookies
// (before Linux 5.14) the witness tells.
func (n *namespaces) same(known netnsctl.Tracked, now found) bool {
	same, sure := known.Same(now.Identity)
	unknown := func(t netnsctl.Tracked) bool { return n.witness.Stage(t) == netnsctl.StageUnknown }
	if !same || sure || unknown(known) || unknown(now.tracked) {
		return same
	}
	return known == now.tracked
}

// forget gives the event of the end of a known namespace.
func (n *namespaces) forget(id netnsctl.ID, kind Kind) Event {
	e := Event{Time: time.Now(), Kind: kind, ID: id, Cookie: n.known[id].Cookie}
	delete(n.known, id)
	return e
}

// inOrder sorts events: "new" comes last because an inode number may be used again.
func inOrder(events []Event) []Event {
	rank := map[Kind]int{NamespaceNew: 1}
	slices.SortFunc(events, func(a, b Event) int {
		return cmp.Or(cmp.Compare(rank[a.Kind], rank[b.Kind]), cmp.Compare(a.ID.Ino, b.ID.Ino))
	})
	return events
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
