package sys

import "golang.org/x/sys/unix"

// HoldCovered holds the directory below, whose path begins at the root directory of a mount,
// although other mounts may cover it: no path leads there, the file handle of the directory
// does. mount is an O_PATH descriptor of that root directory. It needs CAP_DAC_READ_SEARCH, and a file
// system with file handles (EOPNOTSUPP), which tmpfs and most that have a disk are. end closes a
// copy of the mount, which may take long.
func HoldCovered(mount int, below string, end func(copied int)) (dir int, err error) {
	// Nothing is mounted on a copy of the mount.
	bare, err := CloneMount(mount, "")
	if err != nil {
		return -1, err
	}
	defer end(bare)
	there, err := Hold(bare, below, NoLinks|Beneath)
	if err != nil {
		return -1, err
	}
	defer unix.Close(there)
	handle, _, err := unix.NameToHandleAt(there, "", unix.AT_EMPTY_PATH)
	if err != nil {
		return -1, err
	}
	// open_by_handle_at(2) takes no O_PATH descriptor for the mount.
	root, err := retry(func() (int, error) {
		return unix.Openat(mount, ".", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return -1, err
	}
	defer unix.Close(root)
	return unix.OpenByHandleAt(root, handle, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC)
}

// IsLocked reports whether the mount that the O_PATH descriptor fd is the root of cannot be
// unmounted by anyone: it was inherited from the mount namespace of a more privileged user
// namespace (MNT_LOCKED, mount_namespaces(7)). The thread must be in the mount namespace of the
// mount, and its working directory must be procfs.
//
// The kernel looks for the lock before it looks for users of a mount that is to expire. As fd
// is one, the call never gets further than that, and changes nothing (can_umount and do_umount
// in fs/namespace.c).
func IsLocked(fd int) bool {
	return unix.Unmount(inProc(fd), unix.MNT_EXPIRE) == unix.EINVAL
}

// IsLockedHere is [IsLocked] with any working directory, in the mount namespace in which the
// process began.
func IsLockedHere(fd int) bool {
	return unix.Unmount(FDPath(fd), unix.MNT_EXPIRE) == unix.EINVAL
}
