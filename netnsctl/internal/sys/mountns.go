package sys

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// EnterMountNamespace moves the calling thread into the mount namespace fd, with
// its root as root and working directory. The thread must be one to throw away.
func EnterMountNamespace(fd int) error {
	// setns(2): a thread that shares its root with others cannot change it.
	if err := unix.Unshare(unix.CLONE_FS); err != nil {
		return err
	}
	return retryErr(func() error { return unix.Setns(fd, unix.CLONE_NEWNS) })
}

// NS_MNT_GET_NEXT and NS_MNT_GET_PREV (linux/nsfs.h, Linux 6.12) are
// _IOR(0xb7, 11 or 12, struct mnt_ns_info), which has 16 bytes. They are derived from
// NS_GET_ID, _IOR(0xb7, 13, __u64), because _IOR differs between architectures; the
// size stands at bit 16 in all of them.
const (
	nsMountNext = unix.NS_GET_ID + (16-8)<<16 - (13 - 11)
	nsMountPrev = unix.NS_GET_ID + (16-8)<<16 - (13 - 12)
)

// NextMountNamespace opens the mount namespace after, or before, the open one fd
// in the kernel's own order, whether anybody is in it or not (Linux 6.12, from
// the initial pid namespace only). It is ENOENT at the end.
func NextMountNamespace(fd int, backward bool) (int, error) {
	var info struct {
		size, mounts uint32
		id           uint64
	}
	info.size = uint32(unsafe.Sizeof(info))
	call := uintptr(nsMountNext)
	if backward {
		call = nsMountPrev
	}
	next, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), call, uintptr(unsafe.Pointer(&info)))
	if errno != 0 {
		return -1, errno
	}
	unix.CloseOnExec(int(next))
	return int(next), nil
}

// CloneMount makes a detached copy of the mount at path, below dirfd, without
// what is mounted below it: the files under mount points show (open_tree(2),
// Linux 5.2).
func CloneMount(dirfd int, path string) (int, error) {
	return unix.OpenTree(dirfd, path, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC|unix.AT_EMPTY_PATH)
}

// CloneTree is CloneMount with all that is mounted below. The kernel clones a
// tree that is itself detached since Linux 6.15.
func CloneTree(dirfd int, path string) (int, error) {
	return unix.OpenTree(dirfd, path,
		unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC|unix.AT_EMPTY_PATH|unix.AT_RECURSIVE)
}

// AttachTree mounts a detached tree at path.
func AttachTree(fd int, path string) error {
	return unix.MoveMount(fd, "", unix.AT_FDCWD, path, unix.MOVE_MOUNT_F_EMPTY_PATH)
}
