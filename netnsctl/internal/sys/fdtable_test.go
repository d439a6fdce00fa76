package sys

import (
	"testing"

	"golang.org/x/sys/unix"
)

// A pipe tells whether anything still has its other end open.
func TestInFlight(t *testing.T) {
	for _, n := range []int{1, inOneMessage, 1000, 30_000} { // the last are too many at once
		var ends [2]int
		if err := unix.Pipe2(ends[:], unix.O_NONBLOCK|unix.O_CLOEXEC); err != nil {
			t.Fatal(err)
		}
		var f InFlight
		for range n {
			fd, err := unix.FcntlInt(uintptr(ends[1]), unix.F_DUPFD_CLOEXEC, 0)
			if err != nil {
				t.Fatalf("of %d: %v", n, err)
			}
			if fd > 200 {
				t.Fatalf("of %d: they have descriptors: %d", n, fd)
			}
			f.Hold(fd)
		}
		unix.Close(ends[1])
		if _, err := unix.Read(ends[0], make([]byte, 1)); n <= 1000 && err != unix.EAGAIN {
			t.Errorf("of %d, held: %v", n, err)
		}
		f.Release()
		if got, err := unix.Read(ends[0], make([]byte, 1)); got != 0 || err != nil {
			t.Errorf("of %d, released: %d bytes, %v", n, got, err)
		}
		unix.Close(ends[0])
	}
}
