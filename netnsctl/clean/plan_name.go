package clean

import (
	"cmp"
	"path"
	"slices"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/internal/mountns"
)

// name decides on a name.
func (p *planner) name(n *discover.Name) {
	byWord, byPath := p.asksWord(n.Name), p.asksName(n.Name)
	explicit := byWord || byPath
	if n.Seen() != discover.Stale {
		// A name that could not be looked at may be stale. A plan that left it out would
		// say that nothing is stale.
		switch {
		case explicit, n.Seen() == discover.Unknown && p.everything:
			p.healthy(n)
		case n.Seen() == discover.Idle && p.everything && p.req.Idle:
			p.idle(n)
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
	p.plan.Steps = append(p.plan.Steps, Step{
		Action: Remove, Name: n, Uncovers: p.belowName(n, nil), Mounts: p.mountsOn(n, nil), named: explicit, copies: p.copies(n),
	})
}

// keepStale says why a stale name stays, if it does. named says that it is a target.
func (p *planner) keepStale(n *discover.Name, named bool) reason {
	switch {
	case n.WantedBy != "":
		return wanted(n.WantedBy)
	case n.Mounted && n.Top == (netnsctl.ID{}):
		r := NotNetns.because("something that is not a namespace is mounted on it")
		if len(n.Layers) > 0 && len(n.Beside) == 0 { // a mount below it would be one beside
			r.unmount = n.Layers[0].Path
		}
		return r
	case n.File.Kind == "":
		return Unknown.because("the file under the mount cannot be seen")
	case p.obstacle(n) != netnsctl.NoObstacle:
		return Protected.because(string(p.obstacle(n)))
	case n.File.Full:
		return NotNetns.because("it is a directory that is not empty")
	case !named:
		if r := p.foreignFile(n); r.keeps() {
			return r
		}
	}
	// Another mount covers the run directory, or the name, and shows the same file. To unlink
	// that would end the mount below the cover, too. A name that is mounted itself is that cover.
	if c, found := p.covered[n.Name]; found && !n.Mounted && (c.mount.File == n.On || n.On == "") {
		return p.coveredBy(c.ns.ID.String()+" is mounted on it, but ", c.mount)
	}
	if r := p.layered(n, nil); r.keeps() {
		return r
	}
	if r := p.mountedOn(n, named); r.keeps() {
		return r
	}
	return p.young(n.File.Born)
}

// obstacle is why the file of a name cannot be removed.
func (p *planner) obstacle(n *discover.Name) netnsctl.Obstacle {
	if path.IsAbs(n.Name) {
		return n.Obstacle
	}
	return cmp.Or(p.snap.Obstacle, n.Obstacle)
}

// foreignFile says that a stale name is none of what `ip netns` leaves over: an empty regular
// file that nobody has open, or a link that leads nowhere. Something else made it.
func (p *planner) foreignFile(n *discover.Name) reason {
	if r := p.foreignDir(n); r.keeps() {
		return r
	}
	for _, g := range p.hidden {
		switch {
		case g.What == discover.GapRecords:
			return hidden("a runtime may have noted it", g)
		case g.What == discover.GapRunDirectories && g.UID == 0 && n.LeadsNowhere():
			return hidden("it may lead to a namespace there", g)
		}
	}
	switch {
	case n.Keeper != "":
		return Kept.because("it is in the records of ", n.Keeper)
	case n.Cause == discover.DeadFile && n.Opener != nil:
		return heldBy("its file is open: ", *n.Opener)
	case n.Cause == discover.DeadFile && n.Open:
		return Held.because("its file is open, but no descriptor of it was found")
	case n.Elsewhere != "":
		return Named.because("it leads to ", n.Elsewhere)
	case n.Cause == discover.DeadFile, n.Cause == discover.DanglingLink, n.Cause == discover.LinkLoop:
		return reason{}
	case n.Cause == discover.RecycledPID:
		return InUse.because("it leads to ", n.Top.String(), ", which is alive: ", n.Detail)
	case n.Mounted:
		return NotNetns.because("a namespace ", n.Detail, " is mounted on it")
	case n.Cause == discover.WrongType:
		return NotNetns.because("it leads to a namespace ", n.Detail)
	case n.File.Kind == discover.Regular:
		return NotNetns.because("it has content")
	}
	return NotNetns.because("it is ", n.Detail)
}

// mountedOn says that a mount in another mount namespace, or in a detached tree, would end with
// the file of the name, and that it is not of the namespace that the name leads to. For a target
// the mounts of an ordinary user who is alone in his mount namespace, or has the tree, do not
// count. What is mounted where the scan could not look counts, unless that is his, too; for a
// target a tree that could not be looked at does not count.
func (p *planner) mountedOn(n *discover.Name, named bool) reason {
	copies := p.copies(n)
	m, found := p.snap.OnFile.Other(n.On, n.Top.Ino, func(m mountns.FileMount) bool {
		return m.Namespace != p.snap.OwnMounts && !slices.ContainsFunc(copies, m.Same) && !(named && p.only(m))
	})
	if found {
		r := mounted(m)
		if ns := p.byIno[m.Ino]; ns != nil && len(ns.Names) == 0 && (ns.Seen() == discover.Idle || ns.Seen() == discover.Orphan) {
			r.other = ns
		}
		return r
	}
	for _, g := range p.hidden {
		if g.What == discover.GapMountNamespaces && g.UID == 0 {
			return hidden("something may be mounted on its file", g)
		}
	}
	for _, g := range p.snap.Gaps {
		// Before Linux 6.15 the kernel shows no detached tree. A descriptor in flight or a file of an
		// io_uring may be of one, or of a mount namespace.
		if !named && g.UID == 0 && slices.Contains([]string{discover.GapDetachedTrees, discover.GapInFlight, discover.GapIOUring}, g.What) {
			return hidden("something may be mounted on its file", g)
		}
	}
	return reason{}
}

// copies are the mounts on the file of a dead name that are copies, in other mount namespaces,
// of what was mounted here, and nobody's name there. Only a private mount can be one: a shared
// copy would have gone with its original.
func (p *planner) copies(n *discover.Name) (copies []mountns.FileMount) {
	if n.Cause != discover.DeadFile {
		return nil
	}
	for _, m := range p.snap.OnFile.On[n.On] {
		if m.Net && m.Private && m.Tree == "" && p.leftOver(m) {
			copies = append(copies, m)
		}
	}
	return copies
}

// mountsOn are the mounts that the removal of a name ends: those above the namespace that it
// uncovers or, as the file goes, all that are on it, in whatever mount namespace.
func (p *planner) mountsOn(n *discover.Name, ns *discover.Namespace) (mounts []discover.Mount) {
	on := p.snap.OnFile.On[n.On]
	if below := p.belowName(n, ns); below != nil {
		on = nil
		for _, l := range n.Layers {
			if l.Ino == below[0].ID.Ino {
				break
			}
			on = append(on, l.FileMount)
		}
	}
	for _, m := range on {
		here := m.Namespace == p.snap.OwnMounts
		mounts = append(mounts, discover.Mount{Namespace: m.Namespace, ID: m.ID, Path: m.Path, Through: m.Through, Host: here, Own: here})
	}
	return mounts
}

// leftOver reports whether a mount is no name in its mount namespace, and its end harms nobody:
// the namespace has a name here, or the clean-up would release it anyway.
func (p *planner) leftOver(m mountns.FileMount) bool {
	ns := p.byIno[m.Ino]
	if ns == nil || !slices.ContainsFunc(ns.Pins, func(pin discover.Pin) bool {
		return pin.Mount != nil && pin.Mount.Namespace == m.Namespace && pin.Mount.ID == m.ID && !pin.Mount.Usable
	}) {
		return false
	}
	notNamed := func(*discover.Mount) bool { return false }
	return ns.Seen() == discover.Idle && len(ns.Names) > 0 ||
		ns.Seen() == discover.Orphan && !p.excludes(nil, ns) && !p.keepOrphan(ns, false, notNamed).keeps()
}

// healthy decides on a name that was asked for and is not stale.
func (p *planner) healthy(n *discover.Name) {
	ns := p.byIno[n.ID.Ino]
	if r := p.keepHealthy(n, ns, true); r.keeps() {
		p.skip(n, ns, r, nil)
		return
	}
	p.plan.Steps = append(p.plan.Steps, Step{
		Action: Remove, Name: n, Namespace: ns, Uncovers: p.belowName(n, ns), Mounts: p.mountsOn(n, ns), named: true,
	})
}

// keepHealthy says why a name that is not stale stays, if it does. named says that it is a target.
func (p *planner) keepHealthy(n *discover.Name, ns *discover.Namespace, named bool) reason {
	switch {
	case n.WantedBy != "":
		return wanted(n.WantedBy)
	case n.Seen() == discover.Unknown:
		return Unknown.because("it cannot be looked at: ", n.Detail)
	case p.obstacle(n) != netnsctl.NoObstacle:
		return Protected.because(string(p.obstacle(n)))
	case ns == nil || ns.Seen() != discover.Idle:
		return inUse(ns)
	}
	if r := hardware(ns); r.keeps() && (len(ns.Names) == 1 || !named) {
		return r
	}
	if r := p.unseen(ns, named); r.keeps() {
		return r
	}
	if r := p.layered(n, ns); r.keeps() {
		return r
	}
	if r := p.mountedOn(n, named); r.keeps() {
		return r
	}
	return p.young(ns.Born)
}
