package netnsctl

import (
	"os"
	"strconv"
)

// PIDs gives the processes in the namespace of name, in the order of procfs:
// those whose leading thread is in it and that the caller may look at
// (ptrace(2), PTRACE_MODE_READ).
func (h Host) PIDs(name string) ([]int, error) {
	id, err := h.openID(name, h.NamePath(name))
	if err != nil {
		return nil, err
	}
	proc, err := os.Open(h.procRoot())
	if err != nil {
		return nil, newOpError(OpReadProc, name, h.procRoot(), err)
	}
	defer proc.Close()
	entries, err := proc.Readdirnames(-1)
	if err != nil {
		return nil, newOpError(OpReadProc, name, h.procRoot(), err)
	}
	var pids []int
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry)
		if err != nil {
			continue
		}
		if other, err := statID(h.PIDPath(entry)); err == nil && other == id {
			pids = append(pids, pid)
		}
	}
	return pids, nil
}
