package sys

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// NewMountNamespace moves the calling thread into a copy of its mount namespace. The
// root and the working directory of the thread are its own from then on.
func NewMountNamespace() error { return unix.Unshare(unix.CLONE_NEWNS) }

// UnshareFS makes the root and the working directory of the calling thread its own.
func UnshareFS() error { return unix.Unshare(unix.CLONE_FS) }

// ChangeDir makes an open directory the working directory of the calling thread, which
// must have a working directory of its own.
func ChangeDir(fd int) error { return unix.Fchdir(fd) }

// EnterMountNamespace moves the calling thread into the mount namespace fd, whose root
// becomes its root and working directory. The thread must be one to throw away.
func EnterMountNamespace(fd int) error {
	_ = nsfsDevice() // read it while /proc is that of the process
	// setns(2) refuses a thread that shares its root with others.
	if err := UnshareFS(); err != nil {
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

// NextMountNamespace opens the mount namespace that follows the open one fd, or precedes
// it, in the order of the kernel, whether it has processes or not (Linux 6.12, from the
// initial pid namespace only). It is ENOENT at the end.
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

// someDir is a directory that exists everywhere: a file system can be mounted there in
// a mount namespace that is thrown away.
const someDir = "/proc"

// UnlinkElsewhere is [Unlink] from an empty mount namespace. A mount point cannot be
// unlinked in a mount namespace where it is one (EBUSY). Unlinked in another, all mounts
// on it end in all mount namespaces (Linux 3.18), also locked and covered ones. The
// directory must belong to a detached mount.
func UnlinkElsewhere(dirfd int, name string) (err error) {
	OnThrowAwayThread(func() {
		if err = emptyMountNamespace(); err == nil {
			err = Unlink(dirfd, name)
		}
	})
	return err
}

// emptyMountNamespace moves the calling thread into a mount namespace that has an empty
// file system only.
func emptyMountNamespace() error {
	if err := NewMountNamespace(); err != nil {
		return err
	}
	if err := PrivateMount("/"); err != nil {
		return err
	}
	if err := unix.Mount("none", someDir, "tmpfs", 0, ""); err != nil {
		return err
	}
	if err := unix.Chdir(someDir); err != nil {
		return err
	}
	// pivot_root(2), "pivot_root(".", ".")": the old root covers the new one until it is
	// unmounted.
	if err := unix.PivotRoot(".", "."); err != nil {
		return err
	}
	return unix.Unmount(".", unix.MNT_DETACH)
}

// ReserveFD opens a descriptor whose number [FillFolder] takes over. The number is 100
// or more if the limit of open files permits that, because scripts use low numbers.
func ReserveFD() (int, error) {
	fd, err := unix.Open("/", unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	high, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 100)
	if err != nil {
		return fd, nil
	}
	unix.Close(fd)
	return high, nil
}

// FillFolder makes a directory in memory with files that everybody may read, and puts it
// in the place of the reserved descriptor fd, which executed commands inherit. The
// directory has no path, and ends with its last descriptor. The calling thread must be in
// a mount namespace of its own that propagates nothing: the directory is mounted there for
// a moment.
func FillFolder(fd int, files map[string]string) error {
	if err := unix.Mount("none", someDir, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
		return err
	}
	dir, err := unix.Open(someDir, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if detachErr := unix.Unmount(someDir, unix.MNT_DETACH); err == nil && detachErr != nil {
		unix.Close(dir)
		return detachErr
	}
	if err != nil {
		return err
	}
	defer unix.Close(dir)
	for name, text := range files {
		if err := writeFile(dir, name, text); err != nil {
			return err
		}
	}
	return retryErr(func() error { return unix.Dup3(dir, fd, 0) })
}

// writeFile makes a file whose mode does not depend on the umask.
func writeFile(dir int, name, text string) error {
	fd, err := unix.Openat(dir, name, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	for len(text) > 0 {
		n, err := retry(func() (int, error) { return unix.Write(fd, []byte(text)) })
		if err != nil {
			return err
		}
		text = text[n:]
	}
	return unix.Fchmod(fd, 0o444)
}
