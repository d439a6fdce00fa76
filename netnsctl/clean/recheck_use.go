package clean

import (
	"errors"
	"slices"
	"syscall"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/internal/mountns"
	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
)

// uses are what makes a namespace more than left over.
type uses struct {
	// pids are processes by the inode number of the network namespace that they are in, unread
	// those of which that could not be told.
	pids   map[uint64]int
	unread []int
	// wired says what orphans carry for others, by inode number.
	wired    map[uint64]string
	wiredErr error
	names    map[netnsctl.ID][]string
	namesErr error
	// keepers come last: a record may be all that tells of a container that is about to start.
	keepers    discover.Keepers
	keepersErr error
}

// look looks at all uses. It comes after the mounts were read, which may take long, and these may
// serve for as long as the uses.
func (r *rechecker) look() (uses, error) {
	start := time.Now()
	now, err := r.uses.get(func() (u uses, err error) {
		root := r.snap.Host.Proc()
		u.pids, u.unread, err = procfs.NetworkUsers(root, r.snap.Host.Helper)
		if err != nil {
			return u, netnsctl.NewOpError(netnsctl.OpReadProc, "", root, err)
		}
		if len(r.orphans) > 0 {
			u.wired, u.wiredErr = r.snap.WiredNow(u.pids)
		}
		u.names, u.namesErr = r.snap.Host.NamesByID()
		u.keepers, u.keepersErr = r.snap.KeepersNow()
		return u, nil
	})
	if start.Before(r.files.until) {
		r.files.until = r.uses.until
	}
	return now, err
}

// noneIn makes sure that nobody has entered a namespace.
func (r *rechecker) noneIn(ino uint64) error {
	now, err := r.look()
	if err != nil {
		return err
	}
	if pid, ok := now.pids[ino]; ok {
		return changed(r.who(pid, ino) + " has entered it")
	}
	unreadBefore := func(g discover.Gap) bool { return g.What == discover.GapProcesses }
	if len(now.unread) > 0 && !slices.ContainsFunc(r.snap.Gaps, unreadBefore) {
		return changed(r.who(now.unread[0], ino) + " may have entered it, and could not be inspected")
	}
	return nil
}

// who says for people which process was seen in a namespace. Where it has left and ended, the
// user is the one to whom the namespace belongs.
func (r *rechecker) who(pid int, ino uint64) string {
	root, user := r.snap.Host.Proc(), ""
	if uid, _ := procfs.UserOf(r.snap.Host.Helper, root, pid); uid >= 0 {
		return procfs.Who(r.snap.Host.Helper, root, pid)
	}
	for _, ns := range r.snap.Namespaces {
		if ns.ID.Ino == ino && ns.UID > 0 {
			user = procfs.UserName(ns.UID)
		}
	}
	return procfs.Label(pid, "", user)
}

// unused makes sure that nobody uses the namespace of a step, and that to unmount m ends no
// mount of anything else.
func (r *rechecker) unused(m discover.Mount, step Step) error {
	ino := step.Namespace.ID.Ino
	if m.Spreads {
		if err := r.noneOn(m.File, ino, r.spread(step, m.Namespace)); err != nil {
			return err
		}
		if err := r.readAll(func(mountns.Unread) bool { return true }); err != nil {
			return err
		}
	}
	return r.leftOver(ino)
}

// leftOver makes sure that a namespace has no process, and is an orphan if it was one. One that
// was wired or kept before is a target, and its user knows that.
func (r *rechecker) leftOver(ino uint64) error {
	if err := r.noneIn(ino); err != nil {
		return err
	}
	id, orphan := r.orphans[ino]
	if !orphan {
		return nil
	}
	now, _ := r.look()
	switch {
	case now.wiredErr != nil:
		return changed("it cannot be told whether it is wired: " + now.wiredErr.Error())
	case now.wired[ino] != "":
		return changed(now.wired[ino])
	case now.namesErr != nil && !errors.Is(now.namesErr, syscall.ENOENT):
		return now.namesErr
	case len(now.names[id]) > 0:
		return changed("it has the name " + now.names[id][0] + " now")
	case now.keepersErr != nil:
		return changed("a runtime may keep it: " + now.keepersErr.Error())
	case now.keepers.Of(id) != "":
		return changed("kept by " + now.keepers.Of(id))
	}
	return nil
}

// unnoted makes sure that no runtime has noted the path of a stale name.
func (r *rechecker) unnoted(name string) error {
	now, err := r.look()
	switch {
	case err != nil:
		return err
	case now.keepersErr != nil:
		return changed("a runtime may have noted it: " + now.keepersErr.Error())
	}
	if keeper := now.keepers.OfFile(r.snap.Host.NamePath(name)); keeper != "" {
		return changed("it is in the records of " + keeper)
	}
	return nil
}
