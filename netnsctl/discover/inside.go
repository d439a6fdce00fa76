package discover

import "github.com/netnsctl/netnsctl/netnsctl/internal/sys"

// eachInside calls f on a thread in each of the namespaces that can be opened, in our own one
// first, until f returns false.
func (v *vantage) eachInside(namespaces []*Namespace, f func(ns *Namespace) bool) {
	if len(namespaces) == 0 {
		return
	}
	// What it takes to open covered mounts here must not be missing where an orphan is described.
	before := v.uncovering
	v.uncovering = 0
	defer func() { v.uncovering = before }()
	sys.OnThrowAwayThread(func() {
		for _, ns := range namespaces {
			if ns.ID == v.own && !f(ns) {
				return
			}
		}
		for _, ns := range namespaces {
			if ns.ID == v.own {
				continue
			}
			fd, err := v.open(ns)
			if err != nil {
				continue
			}
			err = sys.SetNet(fd)
			sys.Close(fd)
			if err == nil && !f(ns) {
				return
			}
		}
	})
}
