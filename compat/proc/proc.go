// Package proc is what the program, not the library, needs of its own process: what
// the process was given at its start and has to pass on, its privileges, its terminal,
// and the real `ip`.
//
// Both compat and cmd/netnsctl use it. The library does not: package entry, which takes
// the start of the process from the Go runtime, is no part of other programs.
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
