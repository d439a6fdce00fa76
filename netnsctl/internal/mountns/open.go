package mountns

import (
	"cmp"
	"strconv"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl/internal/helper"
	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Open opens the file of the namespace, and makes sure that it is still the same one.
func (m *Namespace) Open() error {
	if m.fd >= 0 {
		return nil
	}
	err := cmp.Or[error](m.failed, syscall.ENOENT)
	for _, pid := range m.pids {
		if err = m.keep(procfs.OpenNamespace(m.Helper, m.root, m.root+"/"+strconv.Itoa(pid)+"/ns/mnt")); err == nil {
			return nil
		}
	}
	if m.file != "" {
		err = m.keep(procfs.OpenNamespace(m.Helper, m.root, m.file))
	}
	return err
}

// OpenIn opens the file of the namespace where it is mounted in the mount namespace in.
// It is EMFILE where few descriptors are left for other things.
func (m *Namespace) OpenIn(in *Namespace, path string) error {
	fd, err := in.OpenMounted(path)
	if err == nil && !sys.SpareFDs(fd, spareFDs) {
		sys.Close(fd)
		fd, err = -1, syscall.EMFILE
	}
	m.in, m.failed = in, m.keep(fd, err)
	return m.failed
}

// keep takes over the descriptor of a namespace if that is this one.
func (m *Namespace) keep(fd int, err error) error {
	if err != nil {
		return err
	}
	if _, ino, err := sys.Fstat(fd); err != nil || m.Ino != 0 && ino != m.Ino {
		sys.Close(fd)
		return syscall.ENOENT
	}
	m.fd = fd
	return nil
}

// Close closes the file and the root directory of the namespace.
func (m *Namespace) Close() {
	for _, fd := range []*int{&m.fd, &m.top} {
		if *fd >= 0 {
			sys.Close(*fd)
			*fd = -1
		}
	}
}

// OpenMounted opens the namespace, of whatever type, that is mounted at path in the mount
// namespace.
func (m *Namespace) OpenMounted(path string) (int, error) {
	if err := m.openTop(); err != nil {
		return -1, err
	}
	return openHeld(hold(m.Helper, m.top, path))
}

// Hold holds what a path leads to in the mount namespace, as the function Hold does.
func (m *Namespace) Hold(path string) (int, error) {
	if err := m.openTop(); err != nil {
		return -1, err
	}
	return hold(m.Helper, m.top, path)
}

// openTop holds the root directory of the mount namespace, from which paths are followed
// without entering it.
func (m *Namespace) openTop() error {
	if m.top >= 0 {
		return nil
	}
	return m.Enter(func() (err error) {
		m.top, err = sys.OpenPath("/")
		return err
	})
}

// OpenHere is [Namespace.OpenMounted] in the mount namespace of the calling thread.
func OpenHere(h *helper.Helper, path string) (int, error) { return openHeld(Hold(h, path)) }

func openHeld(held int, err error) (int, error) {
	if err != nil {
		return -1, err
	}
	defer sys.Close(held)
	return sys.OpenHeld(held)
}

// Hold holds what is mounted at the absolute path in the mount namespace of the calling
// thread (O_PATH). Whoever owns a directory on the way may replace it meanwhile, so symbolic
// links are not followed.
func Hold(h *helper.Helper, path string) (int, error) {
	fd, err := sys.HoldCached(-1, path, sys.NoLinks)
	if err != syscall.EAGAIN {
		return fd, err
	}
	top, err := sys.OpenPath("/")
	if err != nil {
		return -1, err
	}
	defer sys.Close(top)
	return hold(h, top, path)
}

// hold needs to ask no file system: the kernel has all directories on the way to a mount in
// its cache. It looks for one that is not there, though, and asks FUSE, NFS and autofs: then
// the helper waits for these.
func hold(h *helper.Helper, top int, path string) (int, error) {
	return helper.Or(h).OpenPath(top, path, sys.NoLinks|sys.InRoot)
}
