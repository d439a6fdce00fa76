package clean

import (
	"maps"
	"slices"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/internal/mountns"
)

// namespace decides on a namespace without a name.
func (p *planner) namespace(ns *discover.Namespace) {
	byID := ns.ID.Ino != 0 && p.asksIno(ns.ID.Ino)
	byPlace, files := map[place]bool{}, map[string]bool{}
	selected := p.everything
	for _, pin := range ns.Pins {
		m := pin.Mount
		if pin.Kind != discover.MountPin || m.Host && m.Usable { // the path of a name stands for that
			continue
		}
		at := placeOf(m)
		named, below := p.asksMount(at)
		if named {
			byPlace[at] = true
			files[m.File] = files[m.File] || m.Own
		}
		selected = selected || below
	}
	explicit, tidy := byID || len(byPlace) > 0, maps.Clone(byPlace)
	// A target is a file, with the copies of its mount that are nobody's name: a new mount namespace
	// has one of each mount.
	for _, pin := range ns.Pins {
		if m := pin.Mount; pin.Kind == discover.MountPin && m.File != "" && files[m.File] && !m.Usable {
			byPlace[placeOf(m)] = true
		}
	}
	switch {
	case !explicit && (!selected || ns.Seen() != discover.Orphan && ns.Seen() != discover.Wired):
		return
	case ns.Seen() != discover.Orphan && ns.Seen() != discover.Wired && ns.Seen() != discover.Idle:
		p.skip(nil, ns, inUse(ns), nil)
	case len(ns.Names) > 0:
		p.skip(nil, ns, Named.because("it has the name ", ns.Names[0], ": remove that"), nil)
	default:
		p.orphan(ns, byID, byPlace, tidy)
	}
}

// orphan decides on a namespace that nothing but mounts may pin. A target may have pins of
// ordinary users, too: they keep them, so that the release of the mounts harms nobody.
func (p *planner) orphan(ns *discover.Namespace, byID bool, byPlace, tidy map[place]bool) {
	step := Step{Action: Release, Namespace: ns, tidy: tidy}
	mounts := 0
	for _, pin := range ns.Pins {
		switch {
		case pin.Kind != discover.MountPin:
			step.Left = append(step.Left, pin)
			continue
		case byPlace[placeOf(pin.Mount)]:
			mounts++
		}
		step.Mounts = append(step.Mounts, *pin.Mount)
	}
	named := func(m *discover.Mount) bool { return byID || byPlace[placeOf(m)] }
	step.named = byID || mounts > 0 && mounts == len(step.Mounts)
	if r := p.keepOrphan(ns, step.named, named); r.keeps() {
		all := func(p *planner) bool { return !p.keepOrphan(ns, true, anyMount).keeps() }
		if byID {
			all = nil
		}
		p.skip(nil, ns, r, all)
		return
	}
	step.Uncovers = p.belowMounts(step.Mounts)
	p.plan.Steps = append(p.plan.Steps, step)
}

// keepOrphan says why a namespace stays, if it does. named reports whether a mount is a target:
// all are, where the namespace is one.
func (p *planner) keepOrphan(ns *discover.Namespace, target bool, named func(*discover.Mount) bool) reason {
	mounts := slices.ContainsFunc(ns.Pins, func(p discover.Pin) bool { return p.Kind == discover.MountPin })
	if ns.WantedBy != "" {
		return wanted(ns.WantedBy)
	}
	if len(ns.Pins) == 0 {
		return Unknown.because(ns.Reason)
	}
	if ns.Seen() == discover.Wired && !target {
		return Wired.because("wired: ", ns.Reason)
	}
	for _, pin := range ns.Pins {
		if pin.Kind != discover.MountPin && !(target && mounts && pin.UID > 0 && !pin.Uses) {
			return heldBy(pin.Verb()+" ", pin)
		}
	}
	if r := hardware(ns); r.keeps() {
		return r
	}
	if ns.Cookie == 0 && !ns.Held() {
		return heldBy("it could not be opened, so it might be mistaken for another: ", ns.Pins[0]).as(Unknown)
	}
	if r := p.unseen(ns, target); r.keeps() {
		return r
	}
	if r := p.young(ns.Born); r.keeps() {
		return r
	}
	for _, pin := range ns.Pins {
		if pin.Kind != discover.MountPin {
			continue
		}
		if r := p.keepMount(pin, ns, named(pin.Mount)); r.keeps() {
			return r
		}
	}
	return reason{}
}

// keepMount says why a mount stays, if it does. Where one stays the namespace would not be
// released, so nothing is touched.
func (p *planner) keepMount(pin discover.Pin, ns *discover.Namespace, named bool) reason {
	m, ino := pin.Mount, ns.ID.Ino
	if m.Stays != "" {
		r := Mounted.because(m.Stays)
		if m.Own && strings.HasPrefix(m.Stays, discover.CoveredBy) {
			r.cover = p.cover(m.Path, m.Cover, m.CoverBears)
		}
		if !m.Covered {
			r.holder = heldBy("", pin).holder
		}
		return r
	}
	if m.ByFile {
		if other, found := p.snap.OnFile.Other(m.File, ino, anywhere); found {
			return mounted(other)
		}
	}
	if m.Spreads {
		other, found := p.snap.OnFile.Other(m.File, ino, func(other mountns.FileMount) bool {
			return other.Namespace != m.Namespace && !(named && p.only(other))
		})
		if found {
			return mounted(other)
		}
	}
	where := heldBy("", pin).as(Mounted)
	where.text = "mounted at " + strings.TrimPrefix(strings.TrimPrefix(where.text, "covered "), "mount ")
	switch {
	case named:
	case m.Foreign() != "":
		where.text += ", owned by " + m.Foreign()
		where.owner = m.Foreign()
		return where.as(Owned)
	case m.Host && !m.Covered:
		return where
	case m.Host && m.Name != "":
		return p.coveredBy("the name "+m.Name+" would lead to it, but is ", m)
	case m.Host && len(ns.FarEnds) > 0:
		// An application may have prepared it, and may find it again when the cover is gone.
		return p.coveredBy(where.text+", but ", m)
	case m.Usable:
		where.text = "it has the name " + m.Name + " there: " + where.text
		return where.as(Named)
	}
	if m.Carries {
		where.text = "something else is mounted on its mount at " + strings.TrimPrefix(where.text, "mounted at ")
		if m.Own && m.Cover == m.Path {
			where.unmount = m.Path
		}
		return where
	}
	return reason{}
}
