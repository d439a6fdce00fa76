package mountns

import (
	"path"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl/internal/helper"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// maxCovers bounds the mounts that may cover one.
const maxCovers = 100

// OpenCovered opens a network namespace that is mounted where no path leads.
func (m *Namespace) OpenCovered(path string, ino uint64) (int, error) {
	held := -1
	err := m.uncover(path, ino, func() (err error) {
		held, err = Hold(m.Helper, path)
		return err
	})
	return openHeld(held, err)
}

// HoldBare holds a copy of the directory in which a network namespace is mounted where no path
// leads: nothing is mounted in the copy, so that it shows the file on which the namespace is.
func (m *Namespace) HoldBare(file string, ino uint64) (dir int, err error) {
	err = m.uncover(file, ino, func() error {
		held, err := Hold(m.Helper, path.Dir(file))
		if err != nil {
			return err
		}
		defer sys.Close(held)
		dir, err = sys.CloneMount(held, "")
		return err
	})
	return dir, err
}

// uncover runs f where the path leads to a network namespace that is mounted there: in a copy of
// the mount namespace, which ends with its thread, it unmounts what covers that.
func (m *Namespace) uncover(path string, ino uint64, f func() error) error {
	return m.Enter(func() error {
		if err := sys.NewMountNamespace(); err != nil {
			return err
		}
		if err := sys.PrivateMount("/"); err != nil {
			return err
		}
		for range maxCovers {
			cover, found, err := coverOf(path, ino)
			switch {
			case err != nil:
				return err
			case found:
				return f()
			}
			if err := detach(m.Helper, cover); err != nil {
				return err
			}
		}
		return syscall.EBUSY
	})
}

// detach unmounts what is mounted at path in the mount namespace of the calling thread.
func detach(h *helper.Helper, path string) error {
	held, err := Hold(h, path)
	if err != nil {
		return err
	}
	defer sys.Close(held)
	return sys.DetachFD(held)
}

// coverOf finds the namespace among the mounts at path, in the mount namespace of the
// calling thread, or the mount point of what covers it.
func coverOf(path string, ino uint64) (cover string, found bool, err error) {
	t, err := Here()
	if err != nil {
		return "", false, err
	}
	for _, row := range t.Namespaces {
		if is, ok := row.Ino("net"); !ok || is != ino || row.Point != path {
			continue
		}
		by, covered := t.Cover(row)
		if !covered {
			return "", true, nil
		}
		cover = by.Point
	}
	if cover == "" {
		return "", false, syscall.ENOENT
	}
	return cover, false, nil
}
