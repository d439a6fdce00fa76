package netnsctl

import (
	"bytes"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/netnsctl/netnsctl/netnsctl/internal/helper"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// PIDs returns the processes in the namespace of name, or of a word that [Host.Resolve]
// understands, in the order of procfs. A process counts if its leading thread is in the
// namespace. PIDs leaves out, without an error, the processes that the caller may not look at
// (ptrace(2), PTRACE_MODE_READ), and warns of those that do not answer ([Host.Warn]): they hang in
// execve(2). The error is ENOENT if there is no such name; for a name that
// leads to no network namespace the result is empty.
func (h Host) PIDs(name string) ([]int, error) {
	ns, _, err := h.open(name)
	if e, ok := errors.AsType[*OpError](err); ok && e.Op == OpEnterNet {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer ns.Close() // The open file keeps the inode number from being reused.
	id, err := h.fdID(name, int(ns))
	if err != nil {
		return nil, err
	}
	entries, err := sys.Names(h.Proc())
	if err != nil {
		return nil, newOpError(OpReadProc, name, h.Proc(), err)
	}
	return h.inNamespace(id, slices.DeleteFunc(entries, func(entry string) bool { return !isNumber(entry) })), nil
}

func isNumber(entry string) bool { return entry[0] >= '0' && entry[0] <= '9' }

// inNamespace gives those of the processes that are in the namespace id, and warns of those that
// do not answer.
func (h Host) inNamespace(id ID, processes []string) (pids []int) {
	var mu sync.Mutex
	inside := make([]bool, len(processes))
	silent := helper.Or(h.Helper).Each(len(processes), func() (func(int), func()) {
		return func(i int) {
			dev, ino, err := sys.Stat(h.PIDPath(processes[i]))
			mu.Lock()
			defer mu.Unlock()
			inside[i] = err == nil && id == ID{dev, ino}
		}, func() {}
	})
	mu.Lock()
	defer mu.Unlock()
	for i, process := range processes {
		if inside[i] && !slices.Contains(silent, i) {
			pid, _ := strconv.Atoi(process)
			pids = append(pids, pid)
		}
	}
	for _, i := range silent {
		h.warn(newOpError(OpReadProc, "pid "+processes[i], "", ErrNoAnswer))
	}
	return pids
}

// Process is a process.
type Process struct {
	PID int
	// Command is the name of the process (comm in proc(5)), which may be any bytes.
	Command string
}

// Processes returns the processes that procfs shows, in its order, without kernel threads and
// zombies.
func (h Host) Processes() ([]Process, error) {
	entries, err := sys.Names(h.Proc())
	if err != nil {
		return nil, newOpError(OpReadProc, "", h.Proc(), err)
	}
	var found []Process
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry)
		if err != nil {
			continue
		}
		// The command line would tell, too, but its read may not return.
		status, err := sys.ReadFile(h.Proc() + "/" + entry + "/status")
		if err != nil || !bytes.Contains(status, []byte("\nVmSize:")) {
			continue // it has no memory
		}
		if comm, err := sys.ReadFile(h.Proc() + "/" + entry + "/comm"); err == nil {
			found = append(found, Process{pid, strings.TrimSuffix(string(comm), "\n")})
		}
	}
	return found, nil
}
