package sys

import "golang.org/x/sys/unix"

// Sysfs is a sysfs that is mounted nowhere. It shows the devices of the network namespace of
// the thread that opened it.
type Sysfs struct{ root int }

// OpenSysfs makes one (fsopen(2), Linux 5.2).
func OpenSysfs() (Sysfs, error) {
	root, err := newFileSystem("sysfs", unix.MOUNT_ATTR_RDONLY)
	return Sysfs{root}, err
}

// ReadFile reads a file by its path below the root.
func (s Sysfs) ReadFile(path string) ([]byte, error) {
	fd, err := retry(func() (int, error) { return unix.Openat(s.root, path, openFlags, 0) })
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	return ReadAll(fd, nil)
}

// Close removes it.
func (s Sysfs) Close() { unix.Close(s.root) }

// newFileSystem gives the root of a new mount that is in no mount namespace.
func newFileSystem(kind string, attributes int) (int, error) {
	context, err := unix.Fsopen(kind, unix.FSOPEN_CLOEXEC)
	if err != nil {
		return -1, err
	}
	defer unix.Close(context)
	if err := unix.FsconfigCreate(context); err != nil {
		return -1, err
	}
	return unix.Fsmount(context, unix.FSMOUNT_CLOEXEC, attributes|unix.MOUNT_ATTR_NOSUID|unix.MOUNT_ATTR_NODEV|unix.MOUNT_ATTR_NOEXEC)
}
