package clean

import (
	"path"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/internal/mountns"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// released is a mount that was unmounted, and whose path was named: its file may go.
type released struct {
	in    *mountns.Namespace
	mount discover.Mount
	ino   uint64 // of the namespace
	dir   directory
}

// directory identifies the directory that a mount was in, through the mount that it was on.
type directory struct{ dev, ino, mount uint64 }

// unmounted remembers a mount, and the directory from which it was reached, for
// [applier.tidy].
func (a *applier) unmounted(in *mountns.Namespace, step Step, m discover.Mount, dirfd int) {
	if !step.tidy[placeOf(&m)] || !m.Local() {
		return
	}
	if dir, err := directoryOf(dirfd); err == nil && dir.mount == m.ParentID {
		a.released = append(a.released, released{in, m, step.Namespace.ID.Ino, dir})
	}
}

func directoryOf(fd int) (directory, error) {
	var st sys.FileStat
	err := sys.StatFD(fd, &st)
	return directory{st.Dev, st.Ino, st.MountID}, err
}

// tidy removes the empty files of mounts that were unmounted, all at the end, so that one
// scan of the mounts serves for all. A file stays where anything else is mounted on it by
// now; that is no failure.
func (a *applier) tidy() {
	for _, r := range a.released {
		if a.noneOn(r.mount.File, r.ino, anywhere) == nil {
			_ = r.in.EnterAsOwner(func() error { return r.unlinkEmpty(a.snap.Host) })
		}
	}
}

// unlinkEmpty removes the file that a mount was on, and no other: none where the path
// leads to another directory by now, or the kernel does not tell the mount (before Linux 5.8).
func (r released) unlinkEmpty(host netnsctl.Host) error {
	dir, err := mountns.Hold(host.Helper, path.Dir(r.mount.Path))
	if err != nil {
		return err
	}
	defer sys.Close(dir)
	if now, err := directoryOf(dir); err != nil || now != r.dir || now.mount == 0 {
		return syscall.ENOENT
	}
	name := path.Base(r.mount.Path)
	var st sys.FileStat
	if err := sys.StatLink(dir, name, &st); err != nil || st.Kind() != sys.KindRegular || st.Size != 0 {
		return err
	}
	return sys.Unlink(dir, name)
}
