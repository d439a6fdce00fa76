package clean

import (
	"errors"
	"fmt"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/rundir"
)

const (
	// maxLockWait bounds one wait for the lock, and maxLockWaits all long ones of a clean-up
	// together: any user who may read the run directory can lock it as often as he likes.
	maxLockWait  = 1500 * time.Millisecond
	maxLockWaits = 5 * time.Second
	// longLockWait is a wait that no `ip netns add` and no clean-up causes. What was seen
	// before is looked at again after it.
	longLockWait = 100 * time.Millisecond
	// maxUnderLock is how many mounts on one file may end under the lock: a user may have made
	// tens of thousands, and the kernel takes about a microsecond for each.
	maxUnderLock = 1000
)

// ErrLocked says that other processes have had the lock on the run directory for too long.
var ErrLocked = rundir.ErrLocked

// endsMany reports whether more mounts end with a file than may under the lock, or may do so.
func (r *rechecker) endsMany(file string) bool {
	return len(r.uses.files.On[file]) > maxUnderLock || len(r.uses.unreadMounts) > 0
}

// errLookAgain says that what was looked at before the lock was taken may have changed.
var errLookAgain = errors.New("look again")

// locked looks, takes the lock on the run directory, which `ip netns add` and other cleaners
// take, too, and acts. A look may take long where there are many processes and mounts, so it
// comes before: the lock is held for comparing and acting only. The thread that acts is made
// by enter before the lock is taken, for the same reason; nil is that of the caller.
func (a *applier) locked(look, act func() error, enter func(func() error) error) error {
	if enter == nil {
		enter = func(f func() error) error { return f() }
	}
	for {
		if err := look(); err != nil {
			return err
		}
		err := enter(func() error { return a.underLock(act) })
		switch err {
		case errLookAgain:
			a.forget()
		case rundir.ErrLocked:
			return a.lockFailed(fmt.Errorf("%w by %s", err, a.dir.LockHolders()))
		default:
			return err
		}
	}
}

// underLock acts under the lock. It runs on a thread in any mount namespace.
func (a *applier) underLock(act func() error) error {
	// Where there is no run directory, there is nothing to lock.
	if a.dir == nil || a.slow {
		return act()
	}
	if a.lockErr != nil {
		return a.lockErr
	}
	waited, err := a.dir.Lock(min(maxLockWait, maxLockWaits-a.waited))
	if err == rundir.ErrLocked {
		return err
	}
	if err != nil {
		return a.lockFailed(err)
	}
	defer a.dir.Unlock()
	if waited >= longLockWait {
		a.waited += waited
		return errLookAgain
	}
	return act()
}

// lockFailed is the error of this step and of all that follow.
func (a *applier) lockFailed(err error) error {
	a.lockErr = netnsctl.NewOpError(netnsctl.OpLockRunDir, "", a.dir.Path(), err)
	return a.lockErr
}
