package sys

import (
	"strconv"

	"golang.org/x/sys/unix"
)

// ShareMount makes the mount at path, and all below it, propagate both ways. It
// is EINVAL where path is not a mount point.
func ShareMount(path string) error {
	return mount("", path, "none", unix.MS_SHARED|unix.MS_REC)
}

// ShareOneMount is [ShareMount] of the mount at path alone.
func ShareOneMount(path string) error {
	return mount("", path, "none", unix.MS_SHARED)
}

// PrivateMount takes the mount at path, and all below it, out of its peer group.
func PrivateMount(path string) error {
	return mount("", path, "none", unix.MS_PRIVATE|unix.MS_REC)
}

// SlaveMounts lets every mount of the mount namespace receive from its peers and
// send nothing back.
func SlaveMounts() error {
	return mount("", "/", "none", unix.MS_SLAVE|unix.MS_REC)
}

// BindMount mounts src at dst, without what is mounted below src.
func BindMount(src, dst string) error {
	return mount(src, dst, "none", unix.MS_BIND)
}

// BindTree mounts src at dst with all that is mounted below src.
func BindTree(src, dst string) error {
	return mount(src, dst, "none", unix.MS_BIND|unix.MS_REC)
}

// Detach unmounts path lazily: it is gone from the tree at once, and from the
// kernel when its last user leaves. A symbolic link is not followed (EINVAL).
func Detach(path string) error {
	return unmount(path, unix.MNT_DETACH|unix.UMOUNT_NOFOLLOW)
}

// DetachFD unmounts the mount that the open file fd is the root of, whatever path
// leads there by now. The working directory must be procfs. It is EINVAL for a
// mount that is locked: one that was inherited from the mount namespace of a more
// privileged user namespace (mount_namespaces(7)).
func DetachFD(fd int) error {
	return unmount("thread-self/fd/"+strconv.Itoa(fd), unix.MNT_DETACH)
}

// UnshareFS gives the calling thread a root and working directory of its own.
func UnshareFS() error { return unix.Unshare(unix.CLONE_FS) }

// ChangeDir makes an open directory the calling thread's working directory. The
// thread must have a root and working directory of its own.
func ChangeDir(fd int) error { return unix.Fchdir(fd) }

// OpenBeneath opens path, below dirfd, where no link leads on the way (openat2(2),
// Linux 5.6). It only holds the file (O_PATH).
func OpenBeneath(dirfd int, path string) (int, error) {
	if path == "" {
		path = "."
	}
	return unix.Openat2(dirfd, path, &unix.OpenHow{
		Flags:   unix.O_PATH | unix.O_CLOEXEC | unix.O_NOFOLLOW,
		Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS,
	})
}

// OpenInRoot opens the directory path as it is for a process whose root is dirfd
// (openat2(2), Linux 5.6). It only holds it (O_PATH).
func OpenInRoot(dirfd int, path string) (int, error) {
	return unix.Openat2(dirfd, path, &unix.OpenHow{
		Flags:   unix.O_PATH | unix.O_CLOEXEC | unix.O_DIRECTORY,
		Resolve: unix.RESOLVE_IN_ROOT | unix.RESOLVE_NO_MAGICLINKS,
	})
}

// Unlink removes name, which is not a directory, from the open directory dirfd.
func Unlink(dirfd int, name string) error { return unix.Unlinkat(dirfd, name, 0) }

// Rmdir removes an empty directory from the open directory dirfd.
func Rmdir(dirfd int, name string) error { return unix.Unlinkat(dirfd, name, unix.AT_REMOVEDIR) }

// UnlinkElsewhere is Unlink from a mount namespace with nothing in it. A mount
// point cannot be unlinked in a mount namespace where it is one (EBUSY); unlinked
// from another, its mounts end in all of them (Linux 3.18), locked and covered
// ones too. The directory must belong to a detached mount.
func UnlinkElsewhere(dirfd int, name string) (err error) {
	OnThrowAwayThread(func() {
		if err = emptyMountNamespace(); err == nil {
			err = Unlink(dirfd, name)
		}
	})
	return err
}

// emptyMountNamespace moves the calling thread into a mount namespace that has
// only an empty file system.
func emptyMountNamespace() error {
	if err := NewMountNamespace(); err != nil {
		return err
	}
	if err := PrivateMount("/"); err != nil {
		return err
	}
	const at = "/proc" // any directory that is there
	if err := mount("none", at, "tmpfs", 0); err != nil {
		return err
	}
	if err := unix.Chdir(at); err != nil {
		return err
	}
	// pivot_root(2), "pivot_root(".", ".")": the old root lies over the new one,
	// and goes.
	if err := unix.PivotRoot(".", "."); err != nil {
		return err
	}
	return unmount(".", unix.MNT_DETACH)
}

// RemountSysfs replaces /sys by a sysfs of the calling thread's network
// namespace, with source as its name in the mount table. Where the old /sys
// cannot be unmounted (in a user namespace that does not own it) it is covered,
// and the cover is read-only if the old one was: anything else the kernel
// refuses.
func RemountSysfs(source string) error {
	var flags uintptr
	if unmount("/sys", unix.MNT_DETACH) != nil {
		var st unix.Statfs_t
		if unix.Statfs("/sys", &st) == nil && st.Flags&unix.ST_RDONLY != 0 {
			flags = unix.MS_RDONLY
		}
	}
	return mount(source, "/sys", "sysfs", flags)
}

// MountCgroup2 mounts the cgroup2 hierarchy at path.
func MountCgroup2(path string) error {
	return mount("none", path, "cgroup2", 0)
}
