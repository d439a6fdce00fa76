package sys

import (
	"math"

	"golang.org/x/sys/unix"
)

// IsOpenElsewhere reports whether another open file than the caller's is that of the regular file
// name in an open directory, in any process or on its way to one, as the locks of flock(2) and
// fcntl(2) need one. With [SameMount] no mount on the file is asked, and it needs Linux 5.6.
// O_PATH descriptors do not count. It is false where that cannot be told: without privilege over
// the file, or on a file system without leases.
//
// The kernel grants a write lease only where nobody else has the file open (fcntl(2),
// F_SETLEASE). Before Linux 5.3 an O_PATH descriptor counts, so the file is not held meanwhile.
func IsOpenElsewhere(dirfd int, name string, how How) bool {
	held, err := Hold(dirfd, name, NoLinks|Beneath|how)
	if err != nil {
		return false
	}
	file, err := openRegular(held, math.MaxInt)
	unix.Close(held)
	if err != nil {
		return err == unix.EAGAIN // another process has a lease
	}
	defer unix.Close(file)
	lease := func(kind int) error {
		return retryErr(func() error {
			_, err := unix.FcntlInt(uintptr(file), unix.F_SETLEASE, kind)
			return err
		})
	}
	// Whoever opens the file meanwhile makes the kernel send a signal. SIGIO, the default, would end
	// this process; SIGURG ends none.
	if _, err := unix.FcntlInt(uintptr(file), unix.F_SETSIG, int(unix.SIGURG)); err != nil {
		return false
	}
	if err := lease(unix.F_WRLCK); err != nil {
		return err == unix.EAGAIN
	}
	_ = lease(unix.F_UNLCK)
	return false
}
