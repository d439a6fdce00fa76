package clean

import (
	"errors"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// maxLayers bounds the mounts that are taken off one name.
const maxLayers = 1000

// remove takes a name away if it still is what was planned. Where the file
// cannot be unlinked, the mounts are put back.
func remove(snap *discover.Snapshot, dir *discover.RunDir, present *present, step Step) (err error) {
	planned := step.Name
	path := snap.Host.NamePath(planned.Name)
	var layers []int
	defer func() {
		for _, fd := range layers {
			if err != nil {
				err = errors.Join(err, sys.BindMount(sys.FDPath(fd), path))
			}
			sys.Close(fd)
		}
	}()
	for range maxLayers {
		now := dir.Look(planned.Name)
		if now == nil {
			return errGone
		}
		if err := same(planned, now); err != nil {
			return err
		}
		if err := present.noneOn(step.Name.On, step.Name.Top.Ino, present.elsewhere(step.Name)); err != nil {
			return err
		}
		if step.Namespace != nil {
			if err := present.noneIn(step.Namespace.ID.Ino); err != nil {
				return err
			}
		}
		if !now.Mounted {
			err := unlink(snap.Host, present, dir, now, step.Name)
			if errors.Is(err, syscall.EBUSY) {
				// Somebody may have mounted a namespace on it just now.
				if now := dir.Look(planned.Name); now != nil && now.Mounted {
					return changed("it is another one now")
				}
			}
			return err
		}
		fd, err := unmount(snap.Host, step, now)
		if err != nil {
			return err
		}
		layers = append(layers, fd)
		next := dir.Look(planned.Name)
		if step.Namespace == nil && next != nil && next.ID != (netnsctl.ID{}) {
			return nil // a healthy namespace was under it
		}
		planned = under(planned, now, next)
	}
	return netnsctl.NewOpError(netnsctl.OpRemoveName, planned.Name, path, syscall.EBUSY)
}

// same compares a name with the plan: cause, file, and what is mounted.
func same(planned, now *discover.Name) error {
	switch {
	case now.ID != planned.ID || now.Cause != planned.Cause || now.Mounted != planned.Mounted || now.Top != planned.Top:
		return changed("it is another one now")
	case planned.File.Kind != "" && !now.File.Equal(planned.File):
		return changed("its file is another one now")
	}
	return nil
}

// under is what the next look must find once a layer of the planned mounts is
// off: one more of the same, or the bare file.
func under(planned, last, next *discover.Name) *discover.Name {
	expected := *planned
	expected.File = last.File
	if next != nil && !next.Mounted {
		expected.Mounted, expected.ID, expected.Top = false, netnsctl.ID{}, netnsctl.ID{}
		expected.Cause = discover.DeadFile
	}
	return &expected
}

// unmount takes the top layer off a name, and no other mount: it is held open
// while it is compared with the plan, and goes on to be.
func unmount(host netnsctl.Host, step Step, now *discover.Name) (fd int, err error) {
	path := host.NamePath(now.Name)
	if fd, err = sys.Open(path); err == nil {
		if err = compare(fd, step, now); err == nil {
			err = detach(host, fd)
		}
		if err == nil {
			return fd, nil
		}
		sys.Close(fd)
	}
	if errors.As(err, new(changed)) {
		return -1, err
	}
	return -1, netnsctl.NewOpError(OpUnmountName, now.Name, path, err)
}

func compare(fd int, step Step, now *discover.Name) error {
	dev, ino, err := sys.Fstat(fd)
	if err != nil {
		return err
	}
	if (netnsctl.ID{Dev: dev, Ino: ino}) != now.Top {
		return changed("it is another one now")
	}
	if step.Namespace != nil {
		return sameCookie(fd, step.Namespace)
	}
	return nil
}

// sameCookie makes sure that the open namespace fd is the planned one: its inode
// number might have been used again.
func sameCookie(fd int, ns *discover.Namespace) error {
	cookie, err := sys.Cookie(fd)
	if err != nil && ns.Cookie != 0 {
		return netnsctl.NewOpError(netnsctl.OpStatNetns, "", "", err)
	}
	if cookie != ns.Cookie {
		return changed("it is another namespace with the same number now")
	}
	return nil
}

// detach unmounts what the open file fd is the root of.
func detach(host netnsctl.Host, fd int) (err error) {
	proc, err := sys.OpenDir(host.Proc())
	if err != nil {
		return err
	}
	defer sys.Close(proc)
	sys.OnThrowAwayThread(func() {
		if err = sys.UnshareFS(); err != nil {
			return
		}
		if err = sys.ChangeDir(proc); err == nil {
			err = sys.DetachFD(fd)
		}
	})
	return err
}

// unlink removes the file of a name. A mount that somebody has made on it in the
// meantime makes it fail (EBUSY). So does a mount on another path to the file, such
// as below a run directory that is bound on itself: where all of them are of the
// namespace that was planned, they go with the file.
func unlink(host netnsctl.Host, present *present, dir *discover.RunDir, n, planned *discover.Name) error {
	call := sys.Unlink
	if n.File.Kind == discover.Directory {
		call = sys.Rmdir
	}
	err := call(dir.FD(), n.Name)
	if errors.Is(err, syscall.EBUSY) && planned.Top.Ino != 0 && present.noneOn(planned.On, planned.Top.Ino, anywhere) == nil {
		err = dir.UnlinkEverywhere(n.Name)
	}
	switch {
	case errors.Is(err, syscall.ENOENT):
		return errGone
	case errors.Is(err, syscall.ENOTEMPTY):
		return changed("it is a directory that is not empty")
	}
	return netnsctl.NewOpError(netnsctl.OpRemoveName, n.Name, host.NamePath(n.Name), err)
}
