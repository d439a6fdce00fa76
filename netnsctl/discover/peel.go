package discover

import (
	"os"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// maxPeel bounds the mounts that may lie over one.
const maxPeel = 100

// openCovered opens a network namespace that is mounted where no path leads: in a
// copy of the mount namespace, which ends with its thread, what lies over it is
// taken off.
func (m *MountNamespace) openCovered(path string, ino uint64) (fd int, err error) {
	err = m.Enter(func() error {
		if err := sys.NewMountNamespace(); err != nil {
			return err
		}
		if err := sys.PrivateMount("/"); err != nil {
			return err
		}
		for range maxPeel {
			cover, found, err := coverOf(path, ino)
			if err != nil {
				return err
			}
			if found {
				fd, err = sys.Open(path)
				return err
			}
			if err := sys.Detach(cover); err != nil {
				return err
			}
		}
		return syscall.EBUSY
	})
	return fd, err
}

// coverOf finds the namespace among the mounts at path, in the calling thread's
// mount namespace, or the mount point of what covers it.
func coverOf(path string, ino uint64) (cover string, found bool, err error) {
	text, err := os.ReadFile("thread-self/mountinfo")
	if err != nil {
		return "", false, err
	}
	var ignore mountSet
	t := parseMounts(text, &ignore)
	for _, row := range t.rows {
		if is, ok := row.ino("net:["); !ok || is != ino || row.point != path {
			continue
		}
		by, covered := t.cover(row)
		if !covered {
			return "", true, nil
		}
		cover = by
	}
	if cover == "" {
		return "", false, syscall.ENOENT
	}
	return cover, false, nil
}
