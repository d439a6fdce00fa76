package clean

import "github.com/netnsctl/netnsctl/netnsctl/discover"

// namespace decides on a namespace without a name.
func (p *planner) namespace(ns *discover.Namespace) {
	byID := ns.ID.Ino != 0 && p.asksIno(ns.ID.Ino)
	explicit, byPath := byID, map[string]bool{}
	for _, pin := range ns.Pins {
		// The path of a name, as seen from here, stands for that.
		if m := pin.Mount; pin.Kind == discover.MountPin && !(m.Host && m.Usable) {
			byPath[m.Path] = p.asksBelow(m.Path)
			explicit = explicit || byPath[m.Path]
		}
	}
	switch {
	case !explicit && (!p.everything || ns.Verdict != discover.Orphan):
		return
	case ns.Verdict != discover.Orphan && ns.Verdict != discover.Idle:
		p.skip(nil, ns, inUse(ns))
	case len(ns.Names) > 0:
		p.skip(nil, ns, "it has the name "+ns.Names[0]+": remove that")
	default:
		p.orphan(ns, byID, byPath)
	}
}

// orphan decides on a namespace that nothing but mounts may pin.
func (p *planner) orphan(ns *discover.Namespace, byID bool, byPath map[string]bool) {
	step := Step{Action: Release, Namespace: ns, tidy: byPath}
	why := p.keepOrphan(ns)
	for _, pin := range ns.Pins {
		if why != "" {
			break
		}
		named := byID || byPath[pin.Mount.Path]
		if why = p.keepMount(pin.Mount, ns.ID.Ino, named); why == "" {
			step.Mounts = append(step.Mounts, *pin.Mount)
		}
	}
	if why != "" {
		p.skip(nil, ns, why)
		return
	}
	p.plan.Steps = append(p.plan.Steps, step)
}

func (p *planner) keepOrphan(ns *discover.Namespace) string {
	if len(ns.Pins) == 0 {
		return ns.Reason
	}
	for _, pin := range ns.Pins {
		if pin.Kind != discover.MountPin {
			return "held by " + pin.String()
		}
	}
	switch {
	case len(ns.Hardware) > 0:
		return physical(ns)
	case ns.Unlisted:
		return unlisted
	}
	if ns.Cookie == 0 && !ns.Held() {
		return "it could not be opened, so it might be mistaken for another"
	}
	if why := p.unseen(); why != "" {
		return why
	}
	return p.young(ns.Born)
}

// keepMount says why a mount stays, if it does. Where one stays the namespace
// would not be released, so nothing is touched.
func (p *planner) keepMount(m *discover.Mount, ino uint64, named bool) string {
	if m.Spreads && !m.Covered {
		if other, found := p.snap.OnFile.Other(m.File, ino, outside(m.Namespace)); found {
			return other.String()
		}
	}
	if named && !m.Covered {
		return ""
	}
	switch {
	case named:
	case m.Foreign() != "":
		return "mounted at " + m.Path + ", which belongs to " + m.Foreign() + ": name it to release it"
	case m.Host && !m.Covered:
		return "mounted at " + m.Path + ": name it to release it"
	case m.Host && m.Name != "":
		return "the name " + m.Name + " leads to it, but is covered by another mount: unmount that"
	case m.Usable:
		return "named " + m.Name + " in another mount namespace: name it by its ID to release it"
	}
	switch {
	case m.Carries:
		return "something else is mounted on its mount at " + m.Path
	case m.Covered && m.File == "":
		return "covered, and what else is on the same file cannot be told"
	case m.Covered:
		if other, found := p.snap.OnFile.Other(m.File, ino, anywhere); found {
			return "covered, and " + other.String()
		}
	}
	return ""
}
