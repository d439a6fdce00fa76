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

// users are processes by the inode number of the network namespace that they are in.
type users struct {
	pids map[uint64]int
	// unread are processes of which that could not be told.
	unread []int
}

// noneIn makes sure that nobody has entered a namespace. It comes after the mounts were
// read, which may take long. As processes are read anew, the mounts may be reused for as
// long as the processes.
func (r *rechecker) noneIn(ino uint64) error {
	start := time.Now()
	now, err := r.users.get(func() (u users, err error) {
		root := r.snap.Host.Proc()
		u.pids, u.unread, err = procfs.NetworkUsers(root, r.snap.Host.Helper)
		return u, netnsctl.NewOpError(netnsctl.OpReadProc, "", root, err)
	})
	if err != nil {
		return err
	}
	if start.Before(r.files.until) {
		r.files.until = r.users.until
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
	for _, check := range []func(netnsctl.ID) error{r.unwired, r.unnamed, r.unkept} {
		if err := check(id); err != nil {
			return err
		}
	}
	return nil
}

// unwired makes sure that an orphan does not carry traffic for others, nor has hardware.
func (r *rechecker) unwired(id netnsctl.ID) error {
	wired, err := r.wired.get(func() (map[uint64]string, error) { return r.snap.WiredNow(r.users.found.pids) })
	if err != nil {
		return changed("it cannot be told whether it is wired: " + err.Error())
	}
	if text, ok := wired[id.Ino]; ok {
		return changed(text)
	}
	return nil
}

// unnamed makes sure that an orphan has no name.
func (r *rechecker) unnamed(id netnsctl.ID) error {
	names, err := r.names.get(r.snap.Host.NamesByID)
	switch {
	case err != nil && !errors.Is(err, syscall.ENOENT):
		return err
	case len(names[id]) > 0:
		return changed("it has the name " + names[id][0] + " now")
	}
	return nil
}

// unkept makes sure that no runtime has noted an orphan.
func (r *rechecker) unkept(id netnsctl.ID) error {
	keepers, err := r.keepers.get(r.snap.KeepersNow)
	switch {
	case err != nil:
		return changed("a runtime may keep it: " + err.Error())
	case keepers.Of(id) != "":
		return changed("kept by " + keepers.Of(id))
	}
	return nil
}

// unnoted makes sure that no runtime has noted the path of a stale name.
func (r *rechecker) unnoted(name string) error {
	keepers, err := r.keepers.get(r.snap.KeepersNow)
	if err != nil {
		return changed("a runtime may have noted it: " + err.Error())
	}
	if keeper := keepers.OfFile(r.snap.Host.NamePath(name)); keeper != "" {
		return changed("it is in the records of " + keeper)
	}
	return nil
}
