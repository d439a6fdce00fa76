package clean

import (
	"fmt"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// occupants tells who is in a namespace just before it is cleaned up. To look takes
// as long as there are processes, tens of milliseconds where they are thousands, and
// what it saw first is that old when it ends. So it may serve for as long again.
type occupants struct {
	host  netnsctl.Host
	pids  map[uint64]int // by the namespace's inode number
	until time.Time
}

// noneIn makes sure that nobody has entered a namespace.
func (o *occupants) noneIn(ns *discover.Namespace) error {
	if start := time.Now(); !start.Before(o.until) {
		pids, err := discover.Occupants(o.host)
		if err != nil {
			return err
		}
		end := time.Now()
		o.pids, o.until = pids, end.Add(end.Sub(start))
	}
	if pid, ok := o.pids[ns.ID.Ino]; ok {
		return changed(fmt.Sprintf("pid %d has entered it", pid))
	}
	return nil
}
