package clean

import (
	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// shown finds the steps of an earlier plan ([Request.Shown]).
type shown struct {
	names      map[string]Step
	namespaces map[netnsctl.ID]Step // of orphans
}

func newShown(plan *Plan) shown {
	s := shown{map[string]Step{}, map[netnsctl.ID]Step{}}
	for _, step := range plan.Steps {
		if step.Name != nil {
			s.names[step.Name.Name] = step
		} else {
			s.namespaces[step.Namespace.ID] = step
		}
	}
	return s
}

// has reports whether a name with its namespace, or a namespace, was to be removed or released.
func (s shown) has(n *discover.Name, ns *discover.Namespace) bool {
	if n == nil {
		step, known := s.namespaces[ns.ID]
		return known && isNamespace(step.Namespace, ns)
	}
	step, known := s.names[n.Name]
	if !known || step.Name.ID != n.ID || step.Name.Cause != n.Cause || step.Name.File.Dev != n.File.Dev || step.Name.File.Ino != n.File.Ino {
		return false
	}
	return ns == nil || step.Namespace == nil || isNamespace(step.Namespace, ns)
}

// isNamespace reports whether two scans have seen the same namespace: for certain, or because the
// first one holds it open, so that the kernel cannot have used its number again.
func isNamespace(before, now *discover.Namespace) bool {
	same, sure := before.Same(now.Identity)
	return same && (sure || before.Held())
}
