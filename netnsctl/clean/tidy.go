package clean

import (
	"path"

	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/internal/mountns"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// released is a mount that was unmounted, and whose path was named: its file may go.
type released struct {
	in    *mountns.Namespace
	mount discover.Mount
	ino   uint64 // of the namespace
}

// unmounted remembers a mount for [applier.tidy].
func (a *applier) unmounted(in *mountns.Namespace, step Step, m discover.Mount) {
	if step.tidy[m.Path] {
		a.released = append(a.released, released{in, m, step.Namespace.ID.Ino})
	}
}

// tidy removes the empty files of mounts that were unmounted, all at the end, so that one
// scan of the mounts serves for all. A file stays where anything else is mounted on it by
// now; that is no failure.
func (a *applier) tidy() {
	for _, r := range a.released {
		if a.noneOn(r.mount.File, r.ino, anywhere) == nil {
			_ = r.in.Enter(func() error { return unlinkEmpty(r.mount) })
		}
	}
}

// unlinkEmpty removes the file that a mount was on, and no other: none where the path
// leads to another mount by now, or the kernel does not say so (before Linux 5.8).
func unlinkEmpty(m discover.Mount) error {
	dir, err := mountns.Hold(path.Dir(m.Path))
	if err != nil {
		return err
	}
	defer sys.Close(dir)
	var st sys.FileStat
	if err := sys.StatFD(dir, &st); err != nil || st.MountID != m.ParentID {
		return err
	}
	if name := path.Base(m.Path); emptyFile(dir, name) {
		return sys.Unlink(dir, name)
	}
	return nil
}
