package clean

import (
	"context"
	"errors"
	"path"
	"syscall"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/internal/helper"
	"github.com/netnsctl/netnsctl/netnsctl/internal/mountns"
	"github.com/netnsctl/netnsctl/netnsctl/internal/rundir"
)

// The steps of a clean-up that can fail, beside those of package netnsctl.
const (
	OpUnmountName  netnsctl.Op = "unmount name"
	OpUnmountNetns netnsctl.Op = "unmount network namespace"
)

// Outcome is what became of a step.
type Outcome string

// The outcomes.
const (
	Removed  Outcome = "removed"
	Released Outcome = "released"
	// Gone means that the name or mount of the step did not exist any more.
	Gone Outcome = "gone"
	// Changed means that the name or namespace was not any more as planned, as Detail says:
	// nothing was done.
	Changed Outcome = "spared"
	// Failed means that the kernel refused. Err says what, and what is left.
	Failed Outcome = "failed"
)

// Result is what became of one step.
type Result struct {
	Step    Step
	Outcome Outcome `json:"outcome,omitempty"`
	// Detail says what has changed.
	Detail string `json:"detail,omitempty"`
	Err    error
	// Tracked is the namespace that was removed or released, for [Wait]; nil if there is none.
	Tracked *netnsctl.Tracked
}

// Apply does the steps one after the other, and calls tell, which must not be nil, with the
// result of each. When ctx is done it ends after the current step: notDone is how many steps it
// has not begun. A new plan has them again. snap is the snapshot of which [Make] made the plan, taken with
// [discover.Options.Files] and not closed yet. Without Files a step may do nothing ([Changed]).
func (p *Plan) Apply(ctx context.Context, snap *discover.Snapshot, tell func(Result)) (notDone int) {
	a := applier{rechecker: newRechecker(snap, p)}
	defer helper.Or(snap.Host.Helper).Rest()
	defer a.close()
	defer a.tidy()
	for i, step := range p.Steps {
		if ctx.Err() != nil {
			return len(p.Steps) - i
		}
		a.tracked, a.uncovered = nil, nil
		err := a.apply(step)
		if step.Action == Remove || err != nil {
			step.Uncovers = a.uncovered
		}
		if err != nil {
			step.AlsoDeleted = nil
		}
		if err != nil && !errors.Is(err, errGone) && step.Namespace != nil {
			delete(a.goes, step.Namespace.ID)
		}
		if len(a.idle) > 0 && a.idle[0] == step.Namespace {
			a.idle = a.idle[1:]
		}
		r := result(step, err)
		if r.Outcome == Removed || r.Outcome == Released {
			r.Tracked = a.tracked
		}
		tell(r)
	}
	return 0
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

// applier does steps. It keeps the run directory open from one to the next as long as
// that is the same one.
type applier struct {
	rechecker
	dir *rundir.Dir // nil if not open
	// waited is how long it has waited for the lock, lockErr why it does not try again.
	waited  time.Duration
	lockErr error
	// slow says that the act that is looked at takes too long for the lock.
	slow bool
	// mounted are the mounts of network namespaces in mountedIn, which are read again later than
	// mountedUntil.
	mountedIn    *mountns.Namespace
	mounted      []mountns.Mounted
	mountedUntil time.Time
	// uncovered is what the removal of a name has uncovered.
	uncovered []Uncovered
	// released are for [applier.tidy].
	released []released
}

func (a *applier) apply(step Step) error {
	if err := a.notWanted(step); err != nil {
		return err
	}
	dir := a.snap.Host.Dir()
	if step.Action == Remove {
		if planned, ok := step.Name.DeadFile(); ok {
			return a.removeDeadFile(step, planned)
		}
		dir = path.Dir(step.Name.Path(a.snap.Host))
	}
	if err := a.open(dir); err != nil && (step.Action == Remove || err != syscall.ENOENT) {
		return netnsctl.NewOpError(netnsctl.OpReadRunDir, "", dir, err)
	}
	if step.Action == Release {
		return a.release(step)
	}
	return a.remove(step)
}

// open opens the directory of a name, or the run directory for its lock.
func (a *applier) open(dir string) (err error) {
	if a.dir != nil && a.dir.Path() == dir && a.dir.Current() {
		return nil
	}
	a.close()
	a.dir, err = rundir.Open(dir, a.snap.Host.Proc(), a.snap.Host.Helper)
	return err
}

func (a *applier) close() {
	if a.dir != nil {
		a.dir.Close()
		a.dir = nil
	}
}
