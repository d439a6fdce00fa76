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

// part is a part of a look that not every step needs: nothing is looked at before a step does. To
// remove a dead name, for example, nobody need know which process is in which namespace.
type part uint8

const (
	processPart part = 1 << iota
	linkPart         // the links of orphans and idle namespaces, and names of orphans; it takes processPart, too
	filePart         // the mounts on files
)

// need makes every look from now on have some parts.
func (r *rechecker) need(parts part) {
	if r.parts|parts != r.parts {
		r.parts |= parts
		r.forget()
	}
}

// uses are all that keeps a name or a namespace, as one look has found it.
type uses struct {
	// pids are processes by the inode number of the network namespace that they are in, unread
	// those of which that could not be told.
	pids   map[uint64]int
	unread []int
	// links are those of orphans and of idle namespaces, by inode number.
	links    map[uint64]discover.Links
	linksErr error
	names    map[netnsctl.ID][]string
	namesErr error
	// files are the mounts on the files of the snapshot, in all mount namespaces but those in
	// unreadMounts.
	files        mountns.FileMounts
	unreadMounts []mountns.Unread
	filesErr     error
	// keepers come last: a record may be all that tells of a container that is about to start.
	keepers    discover.Keepers
	keepersErr error
}

// minCache is how long one look may serve for later steps, or as long as the look took if that
// is longer. It makes no result older than a look does: with thousands of processes it takes
// tens of milliseconds, and what it saw first is as old at its end. All looks of a clean-up so
// take no longer than its steps, however many there are.
const minCache = 5 * time.Millisecond

// look looks again at all uses that steps have needed.
func (r *rechecker) look() (*uses, error) {
	start := time.Now()
	if start.Before(r.usesUntil) {
		return &r.uses, nil
	}
	r.uses = uses{}
	u, root, h := &r.uses, r.snap.Host.Proc(), r.snap.Host.Helper
	var err error
	if r.parts&processPart != 0 {
		if u.pids, u.unread, err = procfs.NetworkUsers(root, h); err != nil {
			return nil, netnsctl.NewOpError(netnsctl.OpReadProc, "", root, err)
		}
	}
	if r.parts&linkPart != 0 {
		u.links, u.linksErr = r.snap.LinksNow(r.orphans, r.idle, u.pids)
	}
	if r.parts&linkPart != 0 && len(r.orphans) > 0 {
		u.names, u.namesErr = r.snap.Host.NamesByID()
	}
	if r.parts&filePart != 0 {
		u.files, u.unreadMounts, err = r.snap.OnFile.Again(root, h, r.snap.MountNamespaces, r.snap.AllPIDs)
		u.filesErr = netnsctl.NewOpError(netnsctl.OpReadProc, "", root, err)
	}
	u.keepers, u.keepersErr = r.snap.KeepersNow(r.idle...)
	r.usesUntil = until(start)
	return u, nil
}

// until is how long the results of a look may be used that began at start.
func until(start time.Time) time.Time {
	now := time.Now()
	return now.Add(max(minCache, now.Sub(start)))
}

// forget makes the next check look anew.
func (r *rechecker) forget() { r.usesUntil = time.Time{} }

// noneIn makes sure that nobody has entered a namespace.
func (r *rechecker) noneIn(ino uint64) error {
	r.need(processPart)
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
	id, orphan := r.orphans[ino]
	if orphan {
		r.need(processPart | linkPart)
	}
	if err := r.noneIn(ino); err != nil {
		return err
	}
	switch now := &r.uses; {
	case !orphan:
		return nil
	case r.linked(ino) != nil:
		return r.linked(ino)
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

// linked makes sure that a namespace carries no traffic for others and, unless it is a target, that
// no device of a namespace that stays would be deleted with it.
func (r *rechecker) linked(ino uint64) error {
	links := r.uses.links[ino]
	switch {
	case r.uses.linksErr != nil:
		return changed("it cannot be told whether it is wired: " + r.uses.linksErr.Error())
	case links.Keeps != "":
		return changed(links.Keeps)
	}
	for _, end := range links.FarEnds {
		_, entered := r.uses.pids[end.Namespace.Ino]
		if (entered || !r.goes[end.Namespace]) && !r.named[ino] {
			return changed(end.String() + ", which stays, would be deleted with it")
		}
	}
	return nil
}

// unnoted makes sure that no runtime has noted the path of a stale name.
func (r *rechecker) unnoted(n *discover.Name) error {
	now, err := r.look()
	switch {
	case err != nil:
		return err
	case now.keepersErr != nil:
		return changed("a runtime may have noted it: " + now.keepersErr.Error())
	}
	if keeper := now.keepers.OfFile(n.Path(r.snap.Host)); keeper != "" {
		return changed("it is in the records of " + keeper)
	}
	return nil
}
