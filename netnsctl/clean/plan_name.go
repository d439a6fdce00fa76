package clean

import (
	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/internal/mountns"
)

// name decides on a name.
func (p *planner) name(n *discover.Name) {
	byWord, byPath := p.asksWord(n.Name), p.asksPath(p.snap.Host.NamePath(n.Name))
	explicit := byWord || byPath
	if n.Verdict != discover.Stale {
		// A name that could not be looked at may be stale. A plan that left it out would
		// say that nothing is stale.
		if explicit || n.Verdict == discover.Unknown && p.everything {
			p.healthy(n)
		}
		return
	}
	if !explicit && !p.everything {
		return
	}
	if why := p.keepStale(n, explicit); why != "" {
		p.skip(n, nil, why)
		return
	}
	p.plan.Steps = append(p.plan.Steps, Step{Action: Remove, Name: n})
}

// keepStale says why a stale name stays, if it does.
func (p *planner) keepStale(n *discover.Name, explicit bool) string {
	switch {
	case n.Mounted && n.Top == (netnsctl.ID{}):
		return "something that is not a namespace is mounted on it"
	case n.File.Kind == "":
		return "the file under the mount cannot be seen"
	case n.File.Kind == discover.Regular && n.File.Size > 0 && !explicit:
		return "it has content: name it to remove it"
	}
	// Another mount covers the run directory, or the name. To unlink the file would end the
	// mount below the cover, too. A name that is mounted itself is that cover.
	if ns := p.covered[n.Name]; ns != nil && !n.Mounted {
		return ns.ID.String() + " is mounted on it, but covered by another mount: unmount that"
	}
	if m, found := p.mountedOn(n); found {
		return m.String()
	}
	return p.young(n.File.Born)
}

// mountedOn finds a mount in another mount namespace that would end with the file of the
// name, and that is not of the namespace that the name leads to.
func (p *planner) mountedOn(n *discover.Name) (m mountns.FileMount, found bool) {
	return p.snap.OnFile.Other(n.On, n.Top.Ino, func(m mountns.FileMount) bool {
		return m.Namespace != p.snap.OwnMounts && !(leftover(n, m) && p.unused(m.Ino))
	})
}

// unused reports whether the network namespace with an inode number is idle or an orphan.
func (p *planner) unused(ino uint64) bool {
	ns := p.byIno[ino]
	return ns != nil && (ns.Verdict == discover.Idle || ns.Verdict == discover.Orphan)
}

// healthy decides on a name that was asked for and is not stale.
func (p *planner) healthy(n *discover.Name) {
	ns := p.byIno[n.ID.Ino]
	why := ""
	switch {
	case n.Verdict == discover.Unknown:
		why = "it cannot be looked at: " + n.Detail
	case ns == nil || ns.Verdict != discover.Idle:
		why = inUse(ns)
	case len(ns.Hardware) > 0 && len(ns.Names) == 1:
		why = physical(ns)
	case ns.Unlisted && len(ns.Names) == 1:
		why = unlisted
	case len(p.hidden) > 0:
		why = p.unseen()
	default:
		why = p.young(ns.Born)
		if m, found := p.mountedOn(n); found {
			why = m.String()
		}
	}
	if why != "" {
		p.skip(n, ns, why)
		return
	}
	p.plan.Steps = append(p.plan.Steps, Step{Action: Remove, Name: n, Namespace: ns})
}
