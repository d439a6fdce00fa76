package sys

import (
	"io"
	"time"

	"golang.org/x/sys/unix"
)

// WorkingDir stands for the working directory of the calling thread where a function wants an
// open directory.
const WorkingDir = unix.AT_FDCWD

// Reader reads an open file. [os.File] needs eight system calls more, for the poller of the
// runtime.
type Reader int

// Read is that of [io.Reader].
func (fd Reader) Read(buf []byte) (int, error) {
	n, err := retry(func() (int, error) { return unix.Read(int(fd), buf) })
	if err == nil && n == 0 && len(buf) > 0 {
		return 0, io.EOF
	}
	return max(n, 0), err
}

// ThreadTime is the processor time that the calling thread has taken, in the kernel and
// outside.
func ThreadTime() time.Duration {
	var now unix.Timespec
	if unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &now) != nil {
		return 0
	}
	return time.Duration(now.Nano())
}
