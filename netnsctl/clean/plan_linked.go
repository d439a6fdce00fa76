package clean

import (
	"cmp"
	"slices"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/internal/mountns"
)

// links tells which namespaces a plan takes, as the kernel deletes devices in others with them.
type links struct {
	*planner
	names    map[string]bool      // those that go
	releases map[netnsctl.ID]bool // the namespaces without a name that go
	// by has the steps that depend on whether a namespace goes.
	by map[netnsctl.ID][]int
}

// keepLinked takes back each step by which a namespace would end that is no target and has another
// name that stays, or whose end would take a device away from a namespace that stays. What is taken
// back stays, too, so the steps that depend on it are looked at again: a chain may have thousands.
func (p *planner) keepLinked() {
	l := links{p, map[string]bool{}, map[netnsctl.ID]bool{}, map[netnsctl.ID][]int{}}
	var queue []int
	for i := range p.plan.Steps {
		step := &p.plan.Steps[i]
		queue = append(queue, i)
		if step.Name != nil {
			l.names[step.Name.Name] = true
		} else {
			l.releases[step.Namespace.ID] = true
		}
		for _, ns := range l.endsWith(step) {
			l.by[ns.ID] = append(l.by[ns.ID], i)
			for _, end := range ns.FarEnds {
				l.by[end.Namespace] = append(l.by[end.Namespace], i)
			}
		}
	}
	back := map[int]bool{}
	for ; len(queue) > 0; queue = queue[1:] {
		step := &p.plan.Steps[queue[0]]
		if back[queue[0]] || !l.takesBack(step) {
			continue
		}
		back[queue[0]] = true
		if step.Name != nil {
			delete(l.names, step.Name.Name)
		}
		if step.Namespace != nil {
			delete(l.releases, step.Namespace.ID)
			queue = append(queue, l.by[step.Namespace.ID]...)
		}
	}
	var steps []Step
	for i, step := range p.plan.Steps {
		if !back[i] {
			steps = append(steps, step)
		}
	}
	p.plan.Steps = steps
}

// endsWith gives the namespaces that are no targets and may end with a step: the one that is
// released, or whose name is removed, or those that copies on the file of a dead name pin.
func (l *links) endsWith(step *Step) (all []*discover.Namespace) {
	if step.Namespace != nil && !step.named {
		return []*discover.Namespace{step.Namespace}
	}
	for _, m := range step.copies {
		if ns := l.byIno[m.Ino]; ns.Seen() == discover.Orphan && !slices.Contains(all, ns) {
			all = append(all, ns)
		}
	}
	return all
}

// takesBack skips a step if a namespace would end with it that has to stay.
func (l *links) takesBack(step *Step) bool {
	for _, ns := range l.endsWith(step) {
		r := l.keeps(ns)
		switch {
		case !r.keeps():
			continue
		case step.Namespace == nil:
			i := slices.IndexFunc(step.copies, func(m mountns.FileMount) bool { return m.Ino == ns.ID.Ino })
			r = mounted(step.copies[i])
			r.other = ns
			l.skip(step.Name, nil, r, nil)
		case step.Name != nil:
			l.skip(step.Name, ns, r, l.ifNamed(step.Name, ns))
		default:
			l.skip(nil, ns, r, func(p *planner) bool { return !p.keepOrphan(ns, true, anyMount).keeps() })
		}
		return true
	}
	return false
}

// keeps says why a namespace has to stay.
func (l *links) keeps(ns *discover.Namespace) reason {
	if len(ns.Names) > 0 {
		if name := l.staying(ns.ID); name != "" {
			return Named.because("it also has the name ", name, ", which stays")
		}
	}
	for _, end := range ns.FarEnds {
		if far := l.staying(end.Namespace); far != "" {
			return Wired.because(cmp.Or(end.Device, "a device"), " of ", far, ", which stays, would be deleted with it")
		}
	}
	return reason{}
}

// staying is a namespace that the plan does not take, by a name that stays or else its ID. It is
// empty for one that goes, and for the host's: each left-over pod has a link to that.
func (l *links) staying(id netnsctl.ID) string {
	ns := l.byIno[id.Ino]
	switch {
	case ns == nil:
		return "a namespace that was not found"
	case ns.Verdict == discover.Own || l.releases[id]:
		return ""
	case len(ns.Names) == 0:
		return ns.String()
	}
	if i := slices.IndexFunc(ns.Names, func(name string) bool { return !l.names[name] }); i >= 0 {
		return ns.Names[i]
	}
	return ""
}
