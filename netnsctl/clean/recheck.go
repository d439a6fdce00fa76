package clean

import (
	"errors"
	"syscall"
	"time"

	"github.com/vishvananda/netns"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/internal/rundir"
)

// changed is the error of a step whose subject is not what was planned. Nothing was done.
type changed string

func (c changed) Error() string { return string(c) }

// errGone is the error of a step whose subject is not there any more.
var errGone = errors.New("gone")

// rechecker reports whether what is about to be removed still is what was planned. All of a
// clean-up acts through it. It looks again at all that could have changed since the scan and
// would be harmed: the keep files, processes, links, names, the mounts on files, and
// last the records of runtimes. The identity and the file are compared under the lock.
//
// It does not look again for descriptors, sockets and mounts elsewhere that pin a namespace:
// these keep it although other mounts of it end.
type rechecker struct {
	snap    *discover.Snapshot
	witness *netnsctl.Witness
	// tracked is the namespace that was compared last, nil if it was not the planned one.
	tracked *netnsctl.Tracked
	orphans map[uint64]netnsctl.ID // those of the snapshot that are not released, by inode number
	idle    []*discover.Namespace  // whose names go although they are no targets
	goes    map[netnsctl.ID]bool   // what the plan takes, but for what a step has left alone
	named   map[uint64]bool        // what is a target, by inode number

	uses      uses
	usesUntil time.Time
	wanted    wantedNow
	parts     part // what a look looks at: all that a step has needed so far
}

func newRechecker(snap *discover.Snapshot, plan *Plan) rechecker {
	r := rechecker{
		snap: snap, witness: plan.Witness, orphans: map[uint64]netnsctl.ID{}, idle: idleNamespaces(plan.Steps),
		goes: map[netnsctl.ID]bool{}, named: map[uint64]bool{},
	}
	for _, step := range plan.Steps {
		if ns := step.Namespace; ns != nil {
			r.goes[ns.ID] = true
			r.named[ns.ID.Ino] = r.named[ns.ID.Ino] || step.named
		}
	}
	for _, ns := range snap.Namespaces {
		if ns.Seen() == discover.Orphan {
			r.orphans[ns.ID.Ino] = ns.ID
		}
	}
	return r
}

// identity compares an open namespace with the planned one. Where a cookie is missing, the
// snapshot must hold the planned namespace: else the kernel may have used its inode number
// again.
func (r *rechecker) identity(fd int, planned *discover.Namespace) error {
	now, err := netnsctl.IdentityOf(netns.NsHandle(fd))
	switch {
	case errors.Is(err, syscall.EINVAL):
		return changed("it is no network namespace any more")
	case err != nil:
		return err
	}
	same, sure := planned.Same(now)
	switch {
	case same && (sure || planned.Held()):
		r.track(now, fd)
		return nil
	case same:
		return changed("it could not be held open, so its number might be that of another namespace now")
	case now.ID == planned.ID:
		return changed("it is another namespace with the same number now")
	}
	return changed("it is another one now")
}

// track makes the witness follow an open namespace that is about to lose a pin. Without a
// witness, nothing can tell later whether it is gone.
func (r *rechecker) track(id netnsctl.Identity, fd int) {
	if r.tracked == nil || r.tracked.Identity != id {
		tracked, _ := r.witness.Track(id, netns.NsHandle(fd))
		r.tracked = &tracked
	}
}

// name compares an entry of the run directory with the planned one.
func (r *rechecker) name(planned, now rundir.Entry) error {
	switch {
	case !planned.SameTarget(now):
		return changed("it is another one now")
	case !planned.SameFile(now):
		return changed("its file is another one now")
	}
	return nil
}
