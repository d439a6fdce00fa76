package sys

import "golang.org/x/sys/unix"

// BindShared mounts dir on itself, with all that is mounted below it, in a peer
// group of its own. It is done at once: nobody ever sees the mount in the peer
// group of the one below, where every name would be mounted twice, and the peers
// of that one get peers of the new mount. It needs Linux 5.12.
func BindShared(dir string) error {
	tree, err := unix.OpenTree(unix.AT_FDCWD, dir, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC|unix.AT_RECURSIVE)
	if err != nil {
		return err
	}
	defer unix.Close(tree)
	// Shared alone would leave it in the group that it was cloned in.
	for _, propagation := range []uint64{unix.MS_PRIVATE, unix.MS_SHARED} {
		attr := unix.MountAttr{Propagation: propagation}
		if err := unix.MountSetattr(tree, "", unix.AT_EMPTY_PATH|unix.AT_RECURSIVE, &attr); err != nil {
			return err
		}
	}
	return unix.MoveMount(tree, "", unix.AT_FDCWD, dir, unix.MOVE_MOUNT_F_EMPTY_PATH)
}

// IsMountPoint tells whether path is one, as far as the kernel tells (Linux 5.8).
func IsMountPoint(path string) bool {
	var st unix.Statx_t
	err := unix.Statx(unix.AT_FDCWD, path, unix.AT_NO_AUTOMOUNT, 0, &st)
	return err == nil && st.Attributes&unix.STATX_ATTR_MOUNT_ROOT != 0
}
