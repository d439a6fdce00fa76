package clean

import (
	"path"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl/internal/mountns"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// unlinkUnder ends a stack by the removal of the empty file that it is on
// ([discover.Mount.ByFile]): no path and no handle leads to the mounts, as another mount covers
// the whole one that they are on. In a copy of the mount namespace that can be unmounted. The
// file is that of a name in a run directory of our own mount namespace.
func (a *applier) unlinkUnder(step Step, in *mountns.Namespace, s *stack) error {
	file, ino := s.Bottom.Path, step.Namespace.ID.Ino
	fd, err := in.OpenCovered(file, ino)
	if err != nil {
		return a.notThere(step, in, s, err)
	}
	err = a.identity(fd, step.Namespace)
	sys.Close(fd)
	if err != nil {
		return a.notThere(step, in, s, err)
	}
	dir, err := in.HoldBare(file, ino)
	if err != nil {
		return a.notThere(step, in, s, err)
	}
	defer in.CloseCopy(dir)
	name := path.Base(file)
	err = a.locked(
		func() error {
			if err := a.noneOn(s.Top.File, ino, anywhere); err != nil {
				return err
			}
			a.slow = a.endsMany(s.Top.File)
			return a.leftOver(ino)
		},
		func() error {
			var st sys.FileStat
			if err := sys.StatLink(dir, name, &st); err == nil && (st.Kind() != sys.KindRegular || st.Size != 0) {
				return changed("its file is another one now")
			}
			return sys.UnlinkElsewhere(dir, name)
		},
		nil,
	)
	if err == syscall.ENOENT {
		return errGone
	}
	if err == nil {
		clear(s.left)
	}
	return err
}
