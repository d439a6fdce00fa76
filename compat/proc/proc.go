// Package proc is what the program, not the library, needs of its own process: what
// the process was given at its start and has to pass on, its privileges and its terminal.
//
// Both compat and cmd/netnsctl use it. The library does not: other programs that
// import it must not get package entry, which runs before their Go runtime.
package proc

import (
	"time"

	"golang.org/x/sys/unix"
)

// CPUTime is the processor time that the process has used so far, user and system.
func CPUTime() time.Duration {
	var used unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &used) != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
