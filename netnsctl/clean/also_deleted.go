package clean

import (
	"slices"

	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// alsoDeleted fills in [Step.AlsoDeleted] of the steps after which nothing keeps a namespace.
func (p *planner) alsoDeleted() {
	removed, last := map[string]bool{}, map[*discover.Namespace]*Step{}
	files := map[string]bool{}
	for i := range p.plan.Steps {
		step := &p.plan.Steps[i]
		if step.Action == Release && len(step.Left) == 0 {
			step.AlsoDeleted = step.Namespace.FarEnds
		}
		if step.Action == Remove && len(step.Uncovers) == 0 {
			removed[step.Name.Name] = true
			files[step.Name.On] = step.Name.On != ""
			last[step.Namespace] = step
		}
	}
	for ns, step := range last {
		kept := func(name string) bool { return !removed[name] }
		pinned := func(pin discover.Pin) bool { return pin.Kind != discover.MountPin || !files[pin.Mount.File] }
		if ns != nil && !slices.ContainsFunc(ns.Names, kept) && !slices.ContainsFunc(ns.Pins, pinned) {
			step.AlsoDeleted = ns.FarEnds
		}
	}
}
