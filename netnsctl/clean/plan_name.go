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
	if r := p.keepStale(n, explicit); r.keeps() {
		ifNamed := func(p *planner) bool { return !p.keepStale(n, true).keeps() }
		if explicit {
			ifNamed = nil
		}
		p.skip(n, nil, r, ifNamed)
		return
	}
	p.plan.Steps = append(p.plan.Steps, Step{Action: Remove, Name: n, named: explicit})
}

// keepStale says why a stale name stays, if it does. named says that it is a target.
func (p *planner) keepStale(n *discover.Name, named bool) reason {
	switch {
	case n.Mounted && n.Top == (netnsctl.ID{}):
		return because("something that is not a namespace is mounted on it")
	case n.File.Kind == "":
		return because("the file under the mount cannot be seen")
	case n.File.Kind == discover.Regular && n.File.Size > 0 && !named:
		return because("it has content")
	}
	// Another mount covers the run directory, or the name. To unlink the file would end the
	// mount below the cover, too. A name that is mounted itself is that cover.
	if ns := p.covered[n.Name]; ns != nil && !n.Mounted {
		return because(ns.ID.String(), " is mounted on it, but covered by another mount: unmount that")
	}
	if r := p.mountedOn(n, named); r.keeps() {
		return r
	}
	return p.young(n.File.Born)
}

// mountedOn says that a mount in another mount namespace would end with the file of the name,
// and that it is not of the namespace that the name leads to. For a target the mounts of an
// ordinary user who is alone in his mount namespace do not count. What is mounted where the
// scan could not look counts, unless that is his, too.
func (p *planner) mountedOn(n *discover.Name, named bool) reason {
	m, found := p.snap.OnFile.Other(n.On, n.Top.Ino, func(m mountns.FileMount) bool {
		return m.Namespace != p.snap.OwnMounts && !(leftover(n, m) && p.unused(m.Ino)) && !(named && p.only(m))
	})
	if found {
		return mounted(m)
	}
	for _, g := range p.hidden {
		if g.What == discover.GapMountNamespaces && g.UID == 0 {
			return hidden("something may be mounted on its file", g)
		}
	}
	return reason{}
}

// unused reports whether the network namespace with an inode number is idle or an orphan.
func (p *planner) unused(ino uint64) bool {
	ns := p.byIno[ino]
	return ns != nil && (ns.Verdict == discover.Idle || ns.Verdict == discover.Orphan)
}

// healthy decides on a name that was asked for and is not stale.
func (p *planner) healthy(n *discover.Name) {
	ns := p.byIno[n.ID.Ino]
	if r := p.keepHealthy(n, ns); r.keeps() {
		p.skip(n, ns, r, nil)
		return
	}
	p.plan.Steps = append(p.plan.Steps, Step{Action: Remove, Name: n, Namespace: ns, named: true})
}

// keepHealthy says why a target that is not stale stays, if it does.
func (p *planner) keepHealthy(n *discover.Name, ns *discover.Namespace) reason {
	switch {
	case n.Verdict == discover.Unknown:
		return because("it cannot be looked at: ", n.Detail)
	case ns == nil || ns.Verdict != discover.Idle:
		return inUse(ns)
	}
	if r := hardware(ns); r.keeps() && len(ns.Names) == 1 {
		return r
	}
	if r := p.unseen(ns, true); r.keeps() {
		return r
	}
	if r := p.mountedOn(n, true); r.keeps() {
		return r
	}
	return p.young(ns.Born)
}
