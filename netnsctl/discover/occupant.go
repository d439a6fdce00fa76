package discover

import (
	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Occupants gives, for each network namespace that a process is or has a thread in
// now, one such process. The key is the namespace's inode number.
func Occupants(host netnsctl.Host) (pids map[uint64]int, err error) {
	s := &scan{host: host}
	if s.proc, err = sys.OpenDir(host.Proc()); err != nil {
		return nil, netnsctl.NewOpError(netnsctl.OpReadProc, "", host.Proc(), err)
	}
	defer sys.Close(s.proc)
	pids = map[uint64]int{}
	w := newWalker(s)
	looked := map[int]bool{}
	// A process may have ended between the list and the look at it, and its child
	// have begun: who is new is looked at, too.
	for range maxRelists {
		all, err := s.pids()
		if err != nil {
			return nil, err
		}
		news := false
		for _, pid := range all {
			if !looked[pid] {
				looked[pid], news = true, true
				w.eachTask(pid, func(tid int) {
					if ino, err := w.namespaceLink(w.path.Set(tid, "/ns/net"), "net:["); err == nil {
						pids[ino] = pid
					}
				})
			}
		}
		if !news {
			break
		}
	}
	return pids, nil
}

// maxRelists bounds the looks where processes keep beginning.
const maxRelists = 20
