package rundir

import (
	"errors"
	"syscall"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// ErrLocked says that other processes have had the lock on the run directory for too long:
// whoever may read the directory can lock it for ever.
var ErrLocked = errors.New("the run directory is locked")

// Lock takes the lock on the directory that `ip netns add` takes, too. It waits for the lock
// until patience has passed ([ErrLocked]), and returns how long it has waited. It may be called
// on a thread in any mount namespace.
func (d *Dir) Lock(patience time.Duration) (waited time.Duration, err error) {
	if err := sys.TryLockDir(d.fd); !errors.Is(err, syscall.EWOULDBLOCK) {
		return 0, err
	}
	begin := time.Now()
	// Another open file description: it is closed where its lock comes too late.
	fd, err := sys.OpenAt(d.fd, sys.CPath(".\x00"))
	if err != nil {
		return 0, err
	}
	locked, late := make(chan error), make(chan struct{})
	go func() {
		err := sys.LockDir(fd)
		select {
		case locked <- err:
		case <-late:
			sys.Close(fd)
		}
	}()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case err = <-locked:
		d.waiter = fd
		if err != nil {
			d.Unlock()
		}
		return time.Since(begin), err
	case <-timer.C:
		close(late)
		return time.Since(begin), ErrLocked
	}
}

// Unlock gives up the lock.
func (d *Dir) Unlock() {
	if d.waiter >= 0 {
		sys.Close(d.waiter)
		d.waiter = -1
		return
	}
	sys.UnlockDir(d.fd)
}
