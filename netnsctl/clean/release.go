package clean

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/internal/mountns"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// release ends the planned mounts of an orphan, each in the mount namespace where
// it is.
func (a *applier) release(step Step) error {
	ns := step.Namespace
	if names, err := a.snap.Host.NamesOf(ns.ID); err == nil && len(names) > 0 {
		return changed("it has the name " + names[0] + " now")
	}
	ended := 0
	for _, m := range hardestFirst(step.Mounts) {
		n, err := a.releaseMount(step, m)
		ended += n
		if err != nil && ended > 0 {
			return partly{ended, err}
		}
		if err != nil {
			return err
		}
	}
	if ended == 0 {
		return errGone
	}
	return nil
}

// hardestFirst begins with the mounts that may not be possible to end, so that
// nothing has been done when that turns out.
func hardestFirst(mounts []discover.Mount) []discover.Mount {
	order := slices.Clone(mounts)
	slices.SortStableFunc(order, func(a, b discover.Mount) int {
		switch {
		case a.Covered == b.Covered:
			return 0
		case a.Covered:
			return -1
		}
		return 1
	})
	return order
}

// partly is the failure of a step that has ended some mounts before.
type partly struct {
	ended int
	err   error
}

func (p partly) Error() string {
	return fmt.Sprintf("%v (%d of its mounts ended before)", p.err, p.ended)
}

func (p partly) Unwrap() error {
	if errors.As(p.err, new(changed)) {
		return nil // which would say that nothing was done
	}
	return p.err
}

// releaseMount ends all layers of one planned mount: as many as are found of the
// same namespace at its path.
func (a *applier) releaseMount(step Step, planned discover.Mount) (ended int, err error) {
	in := a.snap.MountNamespaces[planned.Namespace]
	if in == nil {
		return 0, changed("its mount namespace cannot be entered")
	}
	// To read all mounts for each one takes long where there are many. A mount that is
	// alone at its path needs no reading: unmountIn compares what it opens there.
	if alone(step.Mounts, planned) {
		if err := a.unused(planned, step); err != nil {
			return 0, err
		}
		if a.unmountIn(in, planned, step.Namespace) == nil {
			a.unmounted(in, step, planned)
			return 1, nil
		}
	}
	for range maxLayers {
		now, found, err := find(in, planned, step.Namespace.ID.Ino)
		if err != nil || !found {
			return ended, err
		}
		if now.Carries {
			return ended, changed("something else is mounted on it now")
		}
		m := discover.Mount{
			Namespace: in.Ino, ID: now.ID, ParentID: now.ParentID, Path: now.Path, File: now.File, Spreads: now.Spreads,
		}
		err = syscall.EINVAL // as for a mount that is locked
		if !now.Covered {
			if err = a.unused(m, step); err == nil {
				err = a.unmountIn(in, m, step.Namespace)
			}
		}
		if err == syscall.EINVAL {
			if err = a.noneOn(now.File, step.Namespace.ID.Ino, anywhere); err == nil {
				err = a.noneIn(step.Namespace.ID.Ino)
			}
			if err == nil {
				err = unlinkUnder(a.snap.Host, in, now)
			}
		}
		if err != nil {
			if !errors.As(err, new(changed)) {
				err = netnsctl.NewOpError(OpUnmountNetns, "", now.Path, err)
			}
			return ended, err
		}
		ended++
		a.unmounted(in, step, m)
	}
	return ended, nil
}

// alone reports whether nothing lay on a mount, or under it, when it was planned.
func alone(all []discover.Mount, planned discover.Mount) bool {
	layers := 0
	for _, m := range all {
		if m.Namespace == planned.Namespace && m.Path == planned.Path {
			layers++
		}
	}
	return layers == 1 && !planned.Covered
}

// find looks for a planned mount, one that is not covered first.
func find(in *mountns.Namespace, planned discover.Mount, ino uint64) (m mountns.Mounted, found bool, err error) {
	all, err := in.NetworkMounts()
	if err != nil {
		return m, false, err
	}
	for _, now := range all {
		if now.Ino == ino && now.Path == planned.Path && (!found || !now.Covered) {
			m, found = now, true
		}
	}
	return m, found, nil
}

// unmountIn ends a mount, and no other one: it is held open while it is compared with
// the plan.
func (a *applier) unmountIn(in *mountns.Namespace, m discover.Mount, ns *discover.Namespace) error {
	return in.Enter(func() error {
		held, err := mountns.Hold(m.Path)
		if err != nil {
			return err
		}
		defer sys.Close(held)
		var st sys.FileStat
		if err := sys.StatFD(held, &st); err != nil {
			return err
		}
		if st.MountID != 0 && st.MountID != m.ID {
			return changed("it is another one now")
		}
		fd, err := sys.OpenHeldInside(held)
		if err != nil {
			return err
		}
		defer sys.Close(fd)
		if err := a.identity(fd, ns); err != nil {
			return err
		}
		return sys.DetachFD(fd)
	})
}

// unlinkUnder ends a mount that cannot be unmounted, because it is covered or
// locked, by unlinking the file that it is on: an empty one, such as those who
// mount a namespace make. The file is reached through a copy of its own mount
// that has nothing mounted on it.
func unlinkUnder(host netnsctl.Host, in *mountns.Namespace, m mountns.Mounted) error {
	clone, below := -1, m.Below
	err := in.Enter(func() (err error) {
		clone, err = cloneMount(m.Parent, m.ParentID)
		return err
	})
	if err != nil {
		// A mount with locked ones on it cannot be copied without them: perhaps
		// the file is also to be seen from here.
		if clone, below = cloneHere(host, m.File); clone < 0 {
			return err
		}
	}
	defer sys.Close(clone)
	dir, err := sys.Hold(clone, path.Dir(below), sys.NoLinks|sys.Beneath)
	if err != nil {
		return err
	}
	defer sys.Close(dir)
	if !emptyFile(dir, path.Base(below)) {
		return syscall.EBUSY
	}
	return sys.UnlinkElsewhere(dir, path.Base(below))
}

// cloneMount copies the mount at a path if it has this number; else another one
// covers it.
func cloneMount(point string, id uint64) (clone int, err error) {
	root, err := mountns.Hold(point)
	if err != nil {
		return -1, err
	}
	defer sys.Close(root)
	var st sys.FileStat
	if err := sys.StatFD(root, &st); err != nil {
		return -1, err
	}
	if st.MountID != id {
		return -1, syscall.EBUSY
	}
	return sys.CloneMount(root, "")
}

// cloneHere copies a mount of our own mount namespace that has a file below it;
// -1 if there is none.
func cloneHere(host netnsctl.Host, file string) (clone int, below string) {
	t, err := mountns.Own(host.Proc())
	if err != nil {
		return -1, ""
	}
	for _, p := range t.Places(file) {
		if clone, err := cloneMount(p.Point, p.MountID); err == nil {
			return clone, p.Below
		}
	}
	return -1, ""
}

func emptyFile(dir int, name string) bool {
	var st sys.FileStat
	return sys.StatLink(dir, name, &st) == nil && st.Kind() == sys.KindRegular && st.Size == 0
}
