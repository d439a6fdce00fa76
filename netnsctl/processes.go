package netnsctl

import (
	"strconv"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Process is a process and its name (comm in proc(5)), which may be any bytes.
type Process struct {
	PID     int
	Command string
}

// Processes gives those that procfs shows, in its order. Kernel threads, which
// have no command line, are left out.
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
		line, err := sys.ReadFile(h.Proc() + "/" + entry + "/cmdline")
		if err != nil || len(line) == 0 {
			continue
		}
		if comm, err := sys.ReadFile(h.Proc() + "/" + entry + "/comm"); err == nil {
			found = append(found, Process{pid, strings.TrimSuffix(string(comm), "\n")})
		}
	}
	return found, nil
}
