package clean

import (
	"path"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// namespace decides on a namespace without a name.
func (p *planner) namespace(ns *discover.Namespace) {
	byID := p.asked(func(t string) bool {
		ino, ok := netnsctl.ParseIno(t)
		return ok && ino == ns.ID.Ino && !p.isName(t)
	})
	byPath := map[string]bool{}
	for _, pin := range ns.Pins {
		if pin.Kind == discover.MountPin && !p.isNamePath(pin.Mount) {
			byPath[pin.Mount.Path] = p.asked(func(t string) bool { return leadsTo(t, pin.Mount.Path) })
		}
	}
	explicit := byID || anyOf(byPath)
	switch {
	case !explicit && (!p.everything() || ns.Verdict != discover.Orphan):
		return
	case ns.Verdict != discover.Orphan && ns.Verdict != discover.Idle:
		p.spare(ns, inUse(ns))
	case len(ns.Names) > 0:
		p.spare(ns, "it has the name "+ns.Names[0]+": remove that")
	default:
		p.orphan(ns, byID, byPath)
	}
}

func (p *planner) spare(ns *discover.Namespace, why string) {
	p.plan.Spared = append(p.plan.Spared, Spared{Namespace: ns, Why: why})
}

// isName tells whether a target is a name: that comes first.
func (p *planner) isName(target string) bool {
	for _, n := range p.snap.Names {
		if n.Name == target {
			return true
		}
	}
	return false
}

// isNamePath tells whether a mount is a name's, seen from here.
func (p *planner) isNamePath(m *discover.Mount) bool {
	return m.Host && m.Usable
}

// leadsTo tells whether a target is the path of a mount or a directory above it.
func leadsTo(target, mount string) bool {
	if !path.IsAbs(target) {
		return false
	}
	target = path.Clean(target)
	return mount == target || target != "/" && strings.HasPrefix(mount, target+"/")
}

func anyOf(m map[string]bool) bool {
	for _, v := range m {
		if v {
			return true
		}
	}
	return false
}

// orphan decides on a namespace that nothing but mounts may pin.
func (p *planner) orphan(ns *discover.Namespace, byID bool, byPath map[string]bool) {
	step := Step{Action: Release, Namespace: ns, tidy: byPath}
	why := p.spareOrphan(ns)
	for _, pin := range ns.Pins {
		if why != "" {
			break
		}
		named := byID || byPath[pin.Mount.Path]
		if why = p.spareMount(pin.Mount, ns.ID.Ino, named); why == "" {
			step.Mounts = append(step.Mounts, *pin.Mount)
		}
	}
	if why != "" {
		p.spare(ns, why)
		return
	}
	p.plan.Steps = append(p.plan.Steps, step)
}

func (p *planner) spareOrphan(ns *discover.Namespace) string {
	if len(ns.Pins) == 0 {
		return ns.Reason
	}
	for _, pin := range ns.Pins {
		if pin.Kind != discover.MountPin {
			return "held by " + pin.String()
		}
	}
	if len(ns.Hardware) > 0 {
		return physical(ns)
	}
	if ns.Cookie == 0 && !ns.Held() {
		return "it could not be opened, so it might be mistaken for another"
	}
	return p.young(ns.Born)
}

// spareMount says why a mount stays, if it does. Where one stays the namespace
// would not be released, so nothing is touched.
func (p *planner) spareMount(m *discover.Mount, ino uint64, named bool) string {
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
