package discover

import (
	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Occupant gives a process that is, or has a thread, in the namespace id; 0 if
// there is none now.
func Occupant(host netnsctl.Host, id netnsctl.ID) (pid int, err error) {
	s := &scan{host: host}
	if s.proc, err = sys.OpenDir(host.Proc()); err != nil {
		return 0, netnsctl.NewOpError(netnsctl.OpReadProc, "", host.Proc(), err)
	}
	defer sys.Close(s.proc)
	pids, err := s.pids()
	if err != nil {
		return 0, err
	}
	w := newWalker(s)
	for _, pid := range pids {
		if w.occupies(pid, id.Ino) {
			return pid, nil
		}
	}
	return 0, nil
}

func (w *walker) occupies(pid int, ino uint64) bool {
	if net, err := w.namespaceLink(w.path.Set(pid, "/ns/net"), "net:["); err == nil && net == ino {
		return true
	}
	var st sys.FileStat
	if sys.StatProc(w.s.proc, w.path.Set(pid, "/task"), &st) != nil || st.Links <= 3 {
		return false
	}
	for _, tid := range w.tasks(pid) {
		if net, err := w.namespaceLink(w.path.SetTask(pid, tid, "/ns/net"), "net:["); err == nil && net == ino {
			return true
		}
	}
	return false
}
