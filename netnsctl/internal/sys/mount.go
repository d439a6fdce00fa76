package sys

import "golang.org/x/sys/unix"

// ShareMount makes the mount at path, and all below it, propagate in both directions. It
// is EINVAL if path is no mount point.
func ShareMount(path string) error { return propagate(path, unix.MS_SHARED|unix.MS_REC) }

// ShareOneMount is [ShareMount] of the mount at path alone.
func ShareOneMount(path string) error { return propagate(path, unix.MS_SHARED) }

// PrivateMount takes the mount at path, and all below it, out of their peer groups.
func PrivateMount(path string) error { return propagate(path, unix.MS_PRIVATE|unix.MS_REC) }

// SlaveMounts makes every mount of the mount namespace receive from its peers, and send
// nothing to them.
func SlaveMounts() error { return propagate("/", unix.MS_SLAVE|unix.MS_REC) }

func propagate(path string, flags uintptr) error { return unix.Mount("", path, "none", flags, "") }

// BindMount mounts src at dst, without the mounts below src.
func BindMount(src, dst string) error { return unix.Mount(src, dst, "none", unix.MS_BIND, "") }

// BindReplaced is [BindMount] for files that other processes replace by rename(2): where that
// happens during the call, the kernel refuses the file that it has found first, with ENOENT.
func BindReplaced(src, dst string) (err error) {
	const tries = 20
	for range tries {
		if err = BindMount(src, dst); err != unix.ENOENT {
			break
		}
	}
	return err
}

// BindTree mounts src at dst, with the mounts below src.
func BindTree(src, dst string) error {
	return unix.Mount(src, dst, "none", unix.MS_BIND|unix.MS_REC, "")
}

// BindShared mounts dir on itself, with the mounts below it, in a peer group of its own
// (Linux 5.12). No other process ever sees the mount in the peer group of the mount below,
// where every name would be mounted twice. The peers of that mount get peers of the new
// one.
func BindShared(dir string) error {
	tree, err := CloneTree(unix.AT_FDCWD, dir)
	if err != nil {
		return err
	}
	defer unix.Close(tree)
	// Without MS_PRIVATE the clone would stay in the peer group of its original.
	for _, propagation := range []uint64{unix.MS_PRIVATE, unix.MS_SHARED} {
		attr := unix.MountAttr{Propagation: propagation}
		if err := unix.MountSetattr(tree, "", unix.AT_EMPTY_PATH|unix.AT_RECURSIVE, &attr); err != nil {
			return err
		}
	}
	return AttachTree(tree, dir)
}

// Detach unmounts path lazily: the mount is gone from the tree at once, and from the
// kernel with its last user. It is EINVAL for a symbolic link.
func Detach(path string) error { return unix.Unmount(path, unix.MNT_DETACH|unix.UMOUNT_NOFOLLOW) }

// MayUnmount reports whether the caller has the privilege to unmount path. It unmounts nothing: the
// kernel, which looks at the privilege first, refuses the two flags together (EINVAL in umount(2)).
func MayUnmount(path string) bool {
	err := unix.Unmount(path, unix.MNT_EXPIRE|unix.MNT_DETACH|unix.UMOUNT_NOFOLLOW)
	return err != unix.EPERM && err != unix.EACCES
}

// DetachFD unmounts the mount that the open file fd is the root of, wherever it is
// mounted by now. The working directory must be procfs. It is EINVAL for a locked mount,
// which was inherited from the mount namespace of a more privileged user namespace
// (mount_namespaces(7)).
func DetachFD(fd int) error {
	return unix.Unmount(inProc(fd), unix.MNT_DETACH)
}

// DetachHere is [DetachFD] with any working directory, in the mount namespace in which the
// process began.
func DetachHere(fd int) error { return unix.Unmount(FDPath(fd), unix.MNT_DETACH) }

// RemountSysfs replaces /sys by a sysfs of the network namespace of the calling thread,
// with source as its name in the table of mounts. Where /sys cannot be unmounted, in a
// user namespace that does not own it, the new mount covers it. The cover is read-only if
// the covered mount is: the kernel refuses anything else.
func RemountSysfs(source string) error {
	var flags uintptr
	if unix.Unmount("/sys", unix.MNT_DETACH) != nil && ReadOnly("/sys") {
		flags = unix.MS_RDONLY
	}
	return unix.Mount(source, "/sys", "sysfs", flags, "")
}

// MountCgroup2 mounts the cgroup2 hierarchy at path.
func MountCgroup2(path string) error { return unix.Mount("none", path, "cgroup2", 0, "") }
