package netnsctl

import (
	"strconv"
)

// PIDs gives the processes in the namespace of name, or of what [Host.Resolve]
// takes for one, in the order of procfs:
// those whose leading thread is in it and that the caller may look at
// (ptrace(2), PTRACE_MODE_READ).
func (h Host) PIDs(name string) ([]int, error) {
	ns, _, err := h.open(name)
	if err != nil {
		return nil, err
	}
	defer ns.Close() // The open file keeps the inode number from being reused.
	id, err := h.fdID(name, int(ns))
	if err != nil {
		return nil, err
	}
	found, err := inNamespace(id, h.Proc(), isNumber, "/ns/net")
	if err != nil {
		return nil, newOpError(OpReadProc, name, h.Proc(), err)
	}
	pids := make([]int, len(found))
	for i, entry := range found {
		pids[i], _ = strconv.Atoi(entry)
	}
	return pids, nil
}

func isNumber(entry string) bool { return entry[0] >= '0' && entry[0] <= '9' }
