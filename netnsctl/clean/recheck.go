package clean

import (
	"errors"
	"slices"
	"syscall"
	"time"

	"github.com/vishvananda/netns"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/internal/mountns"
	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
	"github.com/netnsctl/netnsctl/netnsctl/internal/rundir"
)

// changed is the error of a step whose subject is not what was planned. Nothing was done.
type changed string

func (c changed) Error() string { return string(c) }

// errGone is the error of a step whose subject is not there any more.
var errGone = errors.New("gone")

// rechecker reports whether what is about to be removed still is what was planned. All of a
// clean-up acts through it.
type rechecker struct {
	snap    *discover.Snapshot
	witness *netnsctl.Witness
	// tracked is the namespace that was compared last, nil if it was not the planned one.
	tracked *netnsctl.Tracked
	users   map[uint64]int // processes by the inode number of the namespace that they are in
	files   mountns.FileMounts
	// unread are the mount namespaces whose mounts files lacks.
	unread []mountns.Unread
	// wired are the namespaces that carry traffic for others, by inode number.
	wired map[uint64]string
	// Until then the scans may be reused.
	usersUntil, filesUntil, wiredUntil time.Time
}

// minCache is how long one scan of processes and mounts may be reused for later steps, or as
// long as the scan took if that is longer. It makes no result older than a scan does: with
// thousands of processes a scan takes tens of milliseconds, and what it saw first is as old
// at its end.
const minCache = 5 * time.Millisecond

// until is how long the results of a scan may be reused that began at start.
func until(start time.Time) time.Time {
	now := time.Now()
	return now.Add(max(minCache, now.Sub(start)))
}

// forget makes the next checks scan anew.
func (r *rechecker) forget() {
	r.usersUntil, r.filesUntil, r.wiredUntil = time.Time{}, time.Time{}, time.Time{}
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

// noneIn makes sure that nobody has entered a namespace. It comes after the mounts were
// read, which may take long. As processes are read anew, the mounts may be reused for as
// long as the processes.
func (r *rechecker) noneIn(ino uint64) (err error) {
	if start := time.Now(); !start.Before(r.usersUntil) {
		root := r.snap.Host.Proc()
		if r.users, err = procfs.NetworkUsers(root, r.snap.Host.Helper); err != nil {
			return netnsctl.NewOpError(netnsctl.OpReadProc, "", root, err)
		}
		r.usersUntil = until(start)
		if start.Before(r.filesUntil) {
			r.filesUntil = r.usersUntil
		}
	}
	if pid, ok := r.users[ino]; ok {
		return changed(r.who(pid, ino) + " has entered it")
	}
	return nil
}

// unwired makes sure that a namespace that was an orphan does not carry traffic for others now.
// One that was wired before is a target, and its user knows that.
func (r *rechecker) unwired(ino uint64) error {
	if err := r.noneIn(ino); err != nil {
		return err
	}
	if start := time.Now(); !start.Before(r.wiredUntil) {
		var err error
		if r.wired, err = r.snap.WiredNow(r.users); err != nil {
			return changed("it cannot be told whether it is wired: " + err.Error())
		}
		r.wiredUntil = until(start)
	}
	if text, ok := r.wired[ino]; ok {
		return changed("wired: " + text)
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

// unused makes sure that nobody is in a namespace, and that to unmount m ends no mount of
// anything else.
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
	if step.Namespace.Verdict == discover.Orphan {
		return r.unwired(ino)
	}
	return r.noneIn(ino)
}

// noneOn makes sure that nothing is mounted on a file that counts, but the namespace ino:
// it would end with the file.
func (r *rechecker) noneOn(file string, ino uint64, counts func(mountns.FileMount) bool) (err error) {
	if start := time.Now(); !start.Before(r.filesUntil) {
		root := r.snap.Host.Proc()
		if r.files, r.unread, err = r.snap.OnFile.Again(root, r.snap.Host.Helper, r.snap.MountNamespaces, r.snap.AllPIDs); err != nil {
			return netnsctl.NewOpError(netnsctl.OpReadProc, "", root, err)
		}
		r.filesUntil = until(start)
	}
	if !r.files.Asked[file] {
		return changed("what is mounted on its file cannot be told")
	}
	if m, found := r.files.Other(file, ino, counts); found {
		m.Describe(r.snap.Host.Helper, r.snap.Host.Proc())
		return changed(m.String())
	}
	return r.readAll(func(m mountns.Unread) bool { return m.OfRoot() })
}

// readAll makes sure that the mounts of all mount namespaces that count could be read. Those
// of a user do not count for a name: by making too many of them anyone could keep it, and what
// is mounted there on its file is his own.
func (r *rechecker) readAll(counts func(mountns.Unread) bool) error {
	for _, m := range r.unread {
		if counts(m) {
			return changed("the mounts of " + m.Name() + " could not be read")
		}
	}
	return nil
}

// anywhere counts all mounts on a file.
func anywhere(mountns.FileMount) bool { return true }

// elsewhere counts the mounts on the file of a name in other mount namespaces than ours:
// where there are some in ours, the kernel refuses to unlink the file (EBUSY). Copies that
// are left over do not count and, where the name is a target, those of which an ordinary user
// has the whole mount namespace.
func (r *rechecker) elsewhere(step Step) func(mountns.FileMount) bool {
	return func(m mountns.FileMount) bool {
		return m.Namespace != r.snap.OwnMounts && !(slices.ContainsFunc(step.copies, m.Same) && r.unwired(m.Ino) == nil) && !(step.named && r.only(m))
	}
}

// spread counts the mounts that an unmount would end in other mount namespaces, without those
// of an ordinary user as in elsewhere.
func (r *rechecker) spread(step Step, mountNamespace uint64) func(mountns.FileMount) bool {
	return func(m mountns.FileMount) bool { return m.Namespace != mountNamespace && !(step.named && r.only(m)) }
}

// only reports whether the mount namespace of a mount belongs to one ordinary user and nobody
// else now. It may be younger than the plan: he can make new ones at any time.
func (r *rechecker) only(m mountns.FileMount) bool {
	fs, err := procfs.OpenWith(r.snap.Host.Proc(), r.snap.Host.Helper)
	if err != nil {
		return false
	}
	defer fs.Close()
	in := mountns.New(fs.Root(), m.Namespace)
	in.Helper = fs.Helper()
	in.AddMembers(m.Through)
	defer in.Close()
	if kept := r.snap.MountNamespaces[m.Namespace]; kept != nil {
		in = kept
	}
	return mountns.OnlyUsers(fs, in)[m.Namespace] > 0
}
