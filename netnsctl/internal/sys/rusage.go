package sys

import (
	"time"

	"golang.org/x/sys/unix"
)

// CPUTime is the processor time of the process, user and system.
func CPUTime() time.Duration {
	var used unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &used) != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
