package clean

import (
	"time"

	"github.com/netnsctl/netnsctl/netnsctl"
)

const (
	// maxLockWait bounds one wait for the lock, and maxLockWaits all long ones of a clean-up
	// together: any user who may read the run directory can lock it as often as he likes.
	maxLockWait  = 1500 * time.Millisecond
	maxLockWaits = 5 * time.Second
	// longLockWait is a wait that no `ip netns add` and no clean-up causes. What was seen
	// before is looked at again after it.
	longLockWait = 100 * time.Millisecond
)

// locked looks, takes the lock on the run directory, which `ip netns add` and other cleaners
// take, too, and acts. A look may take long where there are many processes and mounts, so it
// comes before: the lock is held for comparing and acting only.
func (a *applier) locked(look, act func() error) error {
	for {
		if err := look(); err != nil {
			return err
		}
		if a.dir == nil { // where there is no run directory, there is nothing to lock
			return act()
		}
		waited, err := a.lock()
		if err != nil {
			return err
		}
		if waited < longLockWait {
			defer a.dir.Unlock()
			return act()
		}
		a.dir.Unlock()
		a.forget()
	}
}

// lock takes the lock. Once that has failed, it fails for the other steps, too.
func (a *applier) lock() (waited time.Duration, err error) {
	if a.lockErr != nil {
		return 0, a.lockErr
	}
	waited, err = a.dir.Lock(min(maxLockWait, maxLockWaits-a.waited))
	if waited >= longLockWait {
		a.waited += waited
	}
	a.lockErr = netnsctl.NewOpError(netnsctl.OpLockRunDir, "", a.snap.Host.Dir(), err)
	return waited, a.lockErr
}
