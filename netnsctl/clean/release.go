package clean

import (
	"path"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// release ends the planned mounts of an orphan, each in the mount namespace where
// it is.
func release(snap *discover.Snapshot, step Step) error {
	ns := step.Namespace
	if names, err := snap.Host.NamesOf(ns.ID); err == nil && len(names) > 0 {
		return changed("it has the name " + names[0] + " now")
	}
	if err := unoccupied(snap.Host, ns); err != nil {
		return err
	}
	ended := 0
	for _, m := range step.Mounts {
		n, err := releaseMount(snap, step, m)
		if err != nil {
			return err
		}
		ended += n
	}
	if ended == 0 {
		return errGone
	}
	return nil
}

// releaseMount ends all layers of one planned mount: as many as are found of the
// same namespace at its path.
func releaseMount(snap *discover.Snapshot, step Step, planned discover.Mount) (ended int, err error) {
	in := snap.MountNamespaces[planned.Namespace]
	if in == nil {
		return 0, changed("its mount namespace cannot be entered")
	}
	for range maxLayers {
		now, found, err := find(in, planned, step.Namespace.ID.Ino)
		if err != nil || !found {
			return ended, err
		}
		err = syscall.EINVAL // as for a mount that is locked
		if !now.Covered {
			err = unmountIn(in, now, step.Namespace)
		}
		if err == syscall.EINVAL && !sharesFile(snap, &planned) {
			err = unlinkUnder(in, now)
		}
		if err != nil {
			if _, ok := err.(changed); !ok {
				err = netnsctl.NewOpError(netnsctl.OpUnmountNetns, "", now.Path, err)
			}
			return ended, err
		}
		ended++
		if step.tidy {
			tidy(in, now)
		}
	}
	return ended, nil
}

// find looks for a planned mount, one that is not covered first.
func find(in *discover.MountNamespace, planned discover.Mount, ino uint64) (m discover.Mounted, found bool, err error) {
	all, err := in.Look()
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

// unmountIn ends a mount, and no other one at its path: it is held open while it
// is compared with the plan.
func unmountIn(in *discover.MountNamespace, m discover.Mounted, ns *discover.Namespace) error {
	return in.Enter(func() error {
		fd, err := sys.Open(m.Path)
		if err != nil {
			return err
		}
		defer sys.Close(fd)
		dev, ino, err := sys.Fstat(fd)
		if err != nil {
			return err
		}
		if (netnsctl.ID{Dev: dev, Ino: ino}) != ns.ID {
			return changed("it is another one now")
		}
		if err := sameCookie(fd, ns); err != nil {
			return err
		}
		return sys.DetachFD(fd)
	})
}

// unlinkUnder ends a mount that cannot be unmounted, because it is covered or
// locked, by unlinking the file that it is on: an empty one, such as those who
// mount a namespace make. The file is reached through a copy of its own mount
// that has nothing mounted on it.
func unlinkUnder(in *discover.MountNamespace, m discover.Mounted) error {
	clone, err := cloneParent(in, m)
	if err != nil {
		return err
	}
	defer sys.Close(clone)
	dir, err := sys.OpenBeneath(clone, path.Dir(m.Below))
	if err != nil {
		return err
	}
	defer sys.Close(dir)
	if !emptyFile(dir, path.Base(m.Below)) {
		return syscall.EBUSY
	}
	return sys.UnlinkElsewhere(dir, path.Base(m.Below))
}

// cloneParent copies the mount that m is on.
func cloneParent(in *discover.MountNamespace, m discover.Mounted) (clone int, err error) {
	err = in.Enter(func() error {
		root, err := sys.OpenPath(m.Parent)
		if err != nil {
			return err
		}
		defer sys.Close(root)
		var st sys.FileStat
		if err := sys.StatFD(root, &st); err != nil {
			return err
		}
		if st.MountID != m.ParentID {
			return syscall.EBUSY // that one is covered, too
		}
		clone, err = sys.CloneMount(root, "")
		return err
	})
	return clone, err
}

func emptyFile(dir int, name string) bool {
	var st sys.FileStat
	return sys.StatLink(dir, name, &st) == nil && st.Kind() == sys.KindRegular && st.Size == 0
}

// tidy removes the empty file that a mount was on; that it stays is no failure.
func tidy(in *discover.MountNamespace, m discover.Mounted) {
	in.Enter(func() error {
		dir, err := sys.OpenDir(path.Dir(m.Path))
		if err != nil {
			return err
		}
		defer sys.Close(dir)
		if emptyFile(dir, path.Base(m.Path)) {
			return sys.Unlink(dir, path.Base(m.Path))
		}
		return nil
	})
}
