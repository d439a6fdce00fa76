package sys

import "golang.org/x/sys/unix"

// ReserveFDs makes room in the table of descriptors for n, if it may be that
// large. A table that threads share grows by doubling, and each time waits for
// all processors (expand_fdtable in the kernel's fs/file.c): milliseconds.
func ReserveFDs(fd, n int) {
	if high, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, n); err == nil {
		unix.Close(high)
	}
}

// SpareFDs tells whether more than n numbers, or half of all where they are few, are
// left above the descriptor fd, the highest that is open.
func SpareFDs(fd, n int) bool {
	var limit unix.Rlimit
	err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit)
	return err != nil || uint64(fd)+min(uint64(n), limit.Cur/2) < limit.Cur
}
