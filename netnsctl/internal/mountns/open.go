package mountns

import (
	"strconv"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Open opens the file of the namespace, and makes sure that it is still the same one.
func (m *Namespace) Open() error {
	if m.fd >= 0 {
		return nil
	}
	err := error(syscall.ENOENT)
	for _, pid := range m.pids {
		if err = m.keep(sys.OpenNamespace(m.root + "/" + strconv.Itoa(pid) + "/ns/mnt")); err == nil {
			return nil
		}
	}
	if m.file != "" {
		err = m.keep(sys.OpenNamespace(m.file))
	}
	return err
}

// OpenIn opens the file of the namespace where it is mounted in the mount namespace in.
func (m *Namespace) OpenIn(in *Namespace, path string) error { return m.keep(in.OpenMounted(path)) }

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

// Close closes the file of the namespace.
func (m *Namespace) Close() {
	if m.fd >= 0 {
		sys.Close(m.fd)
		m.fd = -1
	}
}

// OpenMounted opens the namespace, of whatever type, that is mounted at path in the mount
// namespace.
func (m *Namespace) OpenMounted(path string) (fd int, err error) {
	err = m.Enter(func() (err error) {
		fd, err = Hold(path)
		return err
	})
	return openHeld(fd, err)
}

// OpenHere is [Namespace.OpenMounted] in the mount namespace of the calling thread.
func OpenHere(path string) (int, error) { return openHeld(Hold(path)) }

func openHeld(held int, err error) (int, error) {
	if err != nil {
		return -1, err
	}
	defer sys.Close(held)
	return sys.OpenHeld(held)
}

// Hold holds what is mounted at path in the mount namespace of the calling thread (O_PATH).
func Hold(path string) (int, error) {
	fd, err := sys.HoldMounted(path)
	if err == syscall.EAGAIN {
		return sys.HoldMountedWaiting(path)
	}
	return fd, err
}
