package mountns

import (
	"path"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl/internal/helper"
	"github.com/netnsctl/netnsctl/netnsctl/internal/mountinfo"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Place is a place where something is mounted.
type Place struct {
	Path string
	// ParentPath is where the mount that it is on is mounted, ParentID the number of that.
	ParentPath string
	ParentID   uint64
}

// Held is the topmost mount at a place, held open (O_PATH) with the directory in which it is.
// Whatever happens to the path meanwhile, it stays the same mount and the same directory.
type Held struct {
	FD, Dir int
	// ID is the number of the mount; 0 before Linux 5.8.
	ID uint64
}

// Close lets go of the mount and the directory.
func (h Held) Close() {
	sys.Close(h.FD)
	sys.Close(h.Dir)
}

// HoldAt holds what a path leads to at a place. It follows no symbolic link.
func (m *Namespace) HoldAt(at Place) (Held, error) {
	dir, err := m.Hold(path.Dir(at.Path))
	if err != nil {
		return Held{}, err
	}
	return m.holdIn(dir, path.Base(at.Path))
}

// HoldCovered holds what is mounted at a place to which no path leads, because a mount on a
// directory on the way covers it. It is EBUSY where something is mounted over the whole mount
// that the place is on: then nothing leads there.
func (m *Namespace) HoldCovered(at Place) (Held, error) {
	on, err := m.Hold(at.ParentPath)
	if err != nil {
		return Held{}, err
	}
	defer sys.Close(on)
	var st sys.FileStat
	if err := sys.StatFD(on, &st); err != nil {
		return Held{}, err
	}
	below := mountinfo.Below(at.Path, at.ParentPath)
	if st.MountID != at.ParentID || below == "" {
		return Held{}, syscall.EBUSY
	}
	dir := -1
	err = m.Enter(func() (err error) { // only there may a mount be copied
		dir, err = sys.HoldCovered(on, path.Dir(below), m.CloseCopy)
		return err
	})
	if err != nil {
		return Held{}, err
	}
	return m.holdIn(dir, path.Base(below))
}

// MayHaveLocked reports whether a mount below the open directory dir, on the mount of that, may
// be locked as in [sys.IsLocked]. The kernel makes no copy of a mount without those on it if one
// of them is (EINVAL, has_locked_children in fs/namespace.c). The thread must be in the mount
// namespace.
func (m *Namespace) MayHaveLocked(dir int) bool {
	tree, err := sys.CloneMount(dir, "")
	if err == nil {
		m.CloseCopy(tree)
	}
	return err == syscall.EINVAL
}

// CloseCopy closes a copy of a mount ([helper.Helper.Close]).
func (m *Namespace) CloseCopy(fd int) { helper.Or(m.Helper).Close(fd) }

// holdIn takes over dir.
func (m *Namespace) holdIn(dir int, name string) (Held, error) {
	fd, err := hold(m.Helper, dir, name)
	if err != nil {
		sys.Close(dir)
		return Held{}, err
	}
	h := Held{FD: fd, Dir: dir}
	var st sys.FileStat
	if err := sys.StatFD(fd, &st); err != nil {
		h.Close()
		return Held{}, err
	}
	h.ID = st.MountID
	return h, nil
}
