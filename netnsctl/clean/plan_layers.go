package clean

import "github.com/netnsctl/netnsctl/netnsctl/discover"

// layered says that a mount on the file of a name keeps the name: one on it that is no namespace,
// or one to which its path does not lead. Where a namespace lies below, the layers above are
// all that goes.
func (p *planner) layered(n *discover.Name, ns *discover.Namespace) reason {
	below := p.belowName(n, ns)
	for _, l := range n.Layers {
		if below != nil && l.Ino == below[0].ID.Ino {
			return reason{}
		}
		if l.Ino == 0 {
			return NotNetns.because("something that is not a namespace is mounted on it")
		}
	}
	l, busy := n.Busy()
	if !busy || p.onlyOne(n) {
		return reason{}
	}
	r := Mounted.because(l.String())
	switch ns := p.byIno[l.Ino]; {
	case l.Cover != "":
		r.cover = p.cover(l.Path, l.Cover, l.CoverBears)
	case ns != nil && ns.Seen() == discover.Orphan:
		r.other = ns
	default:
		r.unmount = l.Path
	}
	return r
}

// onlyOne reports whether nothing but one namespace is mounted on the file of a name, in any
// mount namespace: then the clean-up removes the file with all its mounts at once
// ([applier.severalOf]).
func (p *planner) onlyOne(n *discover.Name) bool {
	_, other := p.snap.OnFile.Other(n.On, n.Top.Ino, anywhere)
	return n.Top.Ino != 0 && !other
}
