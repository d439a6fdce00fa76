package sys

import "golang.org/x/sys/unix"

// ShareMount makes the mount at path, and all below it, propagate both ways. It
// is EINVAL where path is not a mount point.
func ShareMount(path string) error {
	return unix.Mount("", path, "none", unix.MS_SHARED|unix.MS_REC, "")
}

// ShareOneMount is [ShareMount] of the mount at path alone.
func ShareOneMount(path string) error {
	return unix.Mount("", path, "none", unix.MS_SHARED, "")
}

// PrivateMount takes the mount at path, and all below it, out of its peer group.
func PrivateMount(path string) error {
	return unix.Mount("", path, "none", unix.MS_PRIVATE|unix.MS_REC, "")
}

// SlaveMounts lets every mount of the mount namespace receive from its peers and
// send nothing back.
func SlaveMounts() error {
	return unix.Mount("", "/", "none", unix.MS_SLAVE|unix.MS_REC, "")
}

// BindMount mounts src at dst, without what is mounted below src.
func BindMount(src, dst string) error {
	return unix.Mount(src, dst, "none", unix.MS_BIND, "")
}

// BindTree mounts src at dst with all that is mounted below src.
func BindTree(src, dst string) error {
	return unix.Mount(src, dst, "none", unix.MS_BIND|unix.MS_REC, "")
}

// Detach unmounts path lazily: it is gone from the tree at once, and from the
// kernel when its last user leaves. A symbolic link is not followed (EINVAL).
func Detach(path string) error {
	return unix.Unmount(path, unix.MNT_DETACH|unix.UMOUNT_NOFOLLOW)
}

// RemountSysfs replaces /sys by a sysfs of the calling thread's network
// namespace, with source as its name in the mount table. Where the old /sys
// cannot be unmounted (in a user namespace that does not own it) it is covered,
// and the cover is read-only if the old one was: anything else the kernel
// refuses.
func RemountSysfs(source string) error {
	var flags uintptr
	if unix.Unmount("/sys", unix.MNT_DETACH) != nil {
		var st unix.Statfs_t
		if unix.Statfs("/sys", &st) == nil && st.Flags&unix.ST_RDONLY != 0 {
			flags = unix.MS_RDONLY
		}
	}
	return unix.Mount(source, "/sys", "sysfs", flags, "")
}

// MountCgroup2 mounts the cgroup2 hierarchy at path.
func MountCgroup2(path string) error {
	return unix.Mount("none", path, "cgroup2", 0, "")
}
