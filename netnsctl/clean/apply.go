package clean

import (
	"errors"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Outcome is what became of a step.
type Outcome string

// The outcomes.
const (
	Removed  Outcome = "removed"
	Released Outcome = "released"
	// Gone means that somebody else was faster.
	Gone Outcome = "gone"
	// Changed means that it is not any more what was planned: nothing was done.
	Changed Outcome = "spared"
	// Failed means that the kernel refused. What is left is in Err.
	Failed Outcome = "failed"
)

// Result is what became of one step.
type Result struct {
	Step    Step
	Outcome Outcome
	// Detail says what has changed.
	Detail string
	Err    error
}

// changed is the error of a step whose subject is not what was planned.
type changed string

func (c changed) Error() string { return string(c) }

// errGone is the error of a step whose subject is not there any more.
var errGone = errors.New("gone")

// Apply does the steps one by one and tells each one's result. The snapshot must be
// the plan's, made with [discover.Options.Files], and not closed yet.
func (p *Plan) Apply(snap *discover.Snapshot, tell func(Result)) {
	a := applier{snap: snap, present: present{snap: snap}}
	defer a.close()
	defer a.tidy()
	for _, step := range p.Steps {
		tell(result(step, a.apply(step)))
	}
}

func result(step Step, err error) Result {
	var c changed
	switch {
	case err == nil && step.Action == Remove:
		return Result{Step: step, Outcome: Removed}
	case err == nil:
		return Result{Step: step, Outcome: Released}
	case errors.Is(err, errGone):
		return Result{Step: step, Outcome: Gone}
	case errors.As(err, &c):
		return Result{Step: step, Outcome: Changed, Detail: string(c)}
	}
	return Result{Step: step, Outcome: Failed, Err: err}
}

// applier does steps, with the run directory open from one to the next as long as
// it is the same one.
type applier struct {
	snap *discover.Snapshot
	dir  *discover.RunDir // nil if not open
	present
}

// apply does one step under the lock on the run directory, which `ip netns add`
// and other cleaners take, too.
func (a *applier) apply(step Step) error {
	err := a.open()
	switch {
	case err == nil:
		if err := sys.LockDir(a.dir.FD()); err != nil {
			return netnsctl.NewOpError(netnsctl.OpLockRunDir, "", a.snap.Host.Dir(), err)
		}
		defer sys.UnlockDir(a.dir.FD())
	case step.Action == Remove || !errors.Is(err, syscall.ENOENT):
		return err
	}
	if step.Action == Release {
		return release(a.snap, &a.present, step)
	}
	return remove(a.snap, a.dir, &a.present, step)
}

func (a *applier) open() (err error) {
	if a.dir != nil && a.dir.Current() {
		return nil
	}
	a.close()
	a.dir, err = discover.OpenRunDir(a.snap.Host)
	return err
}

func (a *applier) close() {
	if a.dir != nil {
		a.dir.Close()
	}
}
