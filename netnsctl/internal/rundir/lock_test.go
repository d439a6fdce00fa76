package rundir

import (
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
)

// TestLockHolder: who has the lock can be told, and the lock is free again once he has
// given it up.
func TestLockHolder(t *testing.T) {
	for _, c := range []struct {
		name   string
		holder string // a script that takes the lock, and says so with "ready"
		want   string // of the error, after "pid N"
	}{
		{name: "a process", holder: `exec 9<.; flock 9; ready; exec sleep 1000`, want: " (sleep"},
		{name: "several", holder: `for i in 1 2 3; do flock -s . sh -c 'echo >>/run/got; exec sleep 1000' & done
			until [ "$(wc -l </run/got)" = 3 ]; do sleep 0.01; done; ready; wait`, want: " and 2 more processes"},
		// The command flock has ended, and its number may be that of any process by now.
		{name: "the descriptor of a process that has ended", holder: `exec 9<.; (flock 9); ready; exec sleep 1000`, want: " (sleep"},
	} {
		t.Run(c.name, func(t *testing.T) {
			nstest.Run(t, func(t *testing.T) {
				d := opened(t, "")
				nstest.Shell(t, `mkfifo /run/ready; ready() { echo >/run/ready; }
					cd /run/netns; (`+c.holder+`) >/dev/null 2>&1 & read _ </run/ready`)
				waited, err := d.Lock(20 * time.Millisecond)
				if err != ErrLocked || waited < 20*time.Millisecond {
					t.Errorf("waited %v: %v", waited, err)
				}
				if by := d.LockHolders(); !strings.HasPrefix(by, "pid ") || !strings.Contains(by, c.want) {
					t.Error(by)
				}
				nstest.Shell(t, `pkill -x sleep`)
				if _, err := d.Lock(10 * time.Second); err != nil {
					t.Error("the lock is free:", err)
				}
				d.Unlock()
			})
		})
	}
}

// TestLockWaits: a lock that comes in time is taken, and can be given up.
func TestLockWaits(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		d := opened(t, "")
		other, err := os.Open(runDir)
		nstest.Must(t, err)
		nstest.Must(t, unix.Flock(int(other.Fd()), unix.LOCK_EX))
		locked := make(chan error)
		go func() {
			_, err := d.Lock(10 * time.Second)
			locked <- err
		}()
		waits := func() bool {
			text, err := os.ReadFile("/proc/locks")
			nstest.Must(t, err)
			return strings.Contains(string(text), "-> FLOCK")
		}
		for !waits() {
			time.Sleep(time.Millisecond)
		}
		nstest.Must(t, unix.Flock(int(other.Fd()), unix.LOCK_UN))
		nstest.Must(t, <-locked)
		if err := unix.Flock(int(other.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != unix.EWOULDBLOCK {
			t.Error("not locked:", err)
		}
		d.Unlock()
		nstest.Must(t, unix.Flock(int(other.Fd()), unix.LOCK_EX|unix.LOCK_NB))
	})
}

// TestLockOfAnotherKind: locks of fcntl(2) are other locks, and nobody waits for them.
func TestLockOfAnotherKind(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		d := opened(t, "")
		other, err := os.Open(runDir)
		nstest.Must(t, err)
		for _, kind := range []int{unix.F_SETLK, unix.F_OFD_SETLK} {
			nstest.Must(t, unix.FcntlFlock(other.Fd(), kind, &unix.Flock_t{Type: unix.F_RDLCK}))
		}
		if waited, err := d.Lock(0); err != nil || waited != 0 {
			t.Errorf("waited %v: %v", waited, err)
		}
		d.Unlock()
		if text := d.LockHolders(); !strings.HasPrefix(text, "a process that is not visible") {
			t.Error("without a lock:", text)
		}
	})
}
