package discover

import (
	"slices"
	"strings"

	"github.com/vishvananda/netns"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/container"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// noted adds what runtimes have noted of a namespace or its container. What a
// runtime still has a way into is no orphan: it may want it back.
func (s *scan) noted(ns *Namespace) {
	state := s.state()
	for _, r := range state.Records {
		switch {
		case s.leadsTo(r.Netns, ns):
			ns.Owner.noted(r)
			if ns.Verdict == Orphan {
				ns.Verdict, ns.Reason = Idle, "kept by "+keeper(r)
				s.keepMounts(ns)
			}
		case ns.mountedAt(r.Netns), ns.Owner.Container != "" && r.ID == ns.Owner.Container:
			ns.Owner.noted(r)
		}
	}
	if len(state.Leases) == 0 {
		return
	}
	var assigned []string
	if ns.Verdict == Orphan && ns.held {
		found, _ := s.scratch.Addresses(netns.NsHandle(ns.fd))
		for _, a := range found {
			assigned = append(assigned, a.Prefix.Addr().String())
		}
	}
	for _, l := range state.Leases {
		if s.leased(ns, l, assigned) {
			ns.Leases = append(ns.Leases, l)
			if ns.Owner.Container == "" {
				ns.Owner.Container = l.Container
				if r, ok := state.ByID(l.Container); ok {
					ns.Owner.noted(r)
				}
			}
		}
	}
}

// leased tells whether an address was given to a namespace: to its container, under
// one of its names, or, where the path leads nowhere any more, because it has it.
func (s *scan) leased(ns *Namespace, l container.Lease, assigned []string) bool {
	byName := func(name string) bool { return container.Copied(s.host.NamePath(name), l.Netns) }
	switch {
	case ns.Owner.Container != "":
		return l.Container == ns.Owner.Container
	case ns.mountedAt(l.Netns), slices.ContainsFunc(ns.Names, byName):
		return true
	}
	if _, _, err := sys.Stat(s.host.StateRoot + l.Netns); l.Netns != "" && err == nil {
		return false // another's
	}
	address, _, _ := strings.Cut(l.Address, "/")
	return slices.Contains(assigned, address)
}

// noted keeps what is already known better: a process' own cgroup.
func (o *Owner) noted(r container.Record) {
	if o.Container == "" {
		o.Container = r.ID
	}
	if o.Container == r.ID {
		o.Runtime, o.Name, o.PodName = r.Runtime, r.Name, r.Pod
	}
}

// leadsTo tells whether a path is the namespace's file.
func (s *scan) leadsTo(path string, ns *Namespace) bool {
	if path == "" || path[0] != '/' {
		return false
	}
	dev, ino, err := sys.Stat(s.host.StateRoot + path)
	return err == nil && netnsctl.ID{Dev: dev, Ino: ino} == ns.ID
}

// mountedAt tells whether a mount of the namespace is a copy of one at the path.
// Who has a mount namespace of his own may pretend that: it names, and decides
// nothing.
func (ns *Namespace) mountedAt(path string) bool {
	return slices.ContainsFunc(ns.Pins, func(p Pin) bool {
		return p.Mount != nil && container.Copied(p.Mount.Path, path)
	})
}

func keeper(r container.Record) string {
	switch {
	case r.Name != "" && r.Pod != "":
		return r.Runtime + " for container " + r.Name + " of pod " + r.Pod
	case r.Pod != "":
		return r.Runtime + " for pod " + r.Pod
	case r.Name != "":
		return r.Runtime + " for container " + r.Name
	}
	return r.Runtime + " for container " + r.ID
}

// addresses says which an orphan still has from CNI.
func (ns *Namespace) addresses() (s string) {
	for _, l := range ns.Leases {
		s += ", has " + l.Address + " of CNI network " + l.Network
	}
	return s
}
