package clean

import (
	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// Uncovered is a path that leads to a network namespace again when a step has taken away what
// was mounted over that.
type Uncovered struct {
	ID   netnsctl.ID `json:"id"`
	Path string      `json:"path"`
	// MountNamespace is the inode number of the mount namespace that has the path, 0 for that of
	// the process which cleans up.
	MountNamespace uint64 `json:"mount_namespace,omitempty"`
}

// belowName is the namespace to which a name leads when the layers above are taken off: another
// one than ns, which is that of the name, nil for a stale name. It is nil where the name goes.
func (p *planner) belowName(n *discover.Name, ns *discover.Namespace) []Uncovered {
	for _, l := range n.Layers {
		if l.Net && (ns == nil || l.Ino != ns.ID.Ino) {
			return []Uncovered{{ID: netnsctl.ID{Dev: n.Top.Dev, Ino: l.Ino}, Path: n.Path(p.snap.Host)}}
		}
	}
	return nil
}

// belowMounts are the namespaces on whose mounts those of an orphan lie.
func (p *planner) belowMounts(mounts []discover.Mount) (all []Uncovered) {
	type mount struct{ namespace, id uint64 }
	below := map[mount]string{}
	for _, s := range stacks(mounts) {
		if s.Bottom.ParentPath == s.Bottom.Path && !s.Top.Covered {
			below[mount{s.Bottom.Namespace, s.Bottom.ParentID}] = s.Bottom.Path
		}
	}
	if len(below) == 0 {
		return nil
	}
	for _, ns := range p.snap.Namespaces {
		for _, pin := range ns.Pins {
			if pin.Kind != discover.MountPin || below[mount{pin.Mount.Namespace, pin.Mount.ID}] != pin.Mount.Path {
				continue
			}
			u := Uncovered{ID: ns.ID, Path: pin.Mount.Path}
			if !pin.Mount.Own {
				u.MountNamespace = pin.Mount.Namespace
			}
			all = append(all, u)
		}
	}
	return all
}
