package sys

import (
	"strconv"
	"unsafe"

	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// openFlags never blocks on a fifo, never becomes the controlling terminal's
// owner and never leaks into a command.
const openFlags = unix.O_RDONLY | unix.O_CLOEXEC | unix.O_NONBLOCK | unix.O_NOCTTY

// Open opens a file that should be a namespace's.
func Open(path string) (int, error) {
	return retry(func() (int, error) { return unix.Open(path, openFlags, 0) })
}

// Close closes a descriptor that this package gave out.
func Close(fd int) { unix.Close(fd) }

// Stat gives device and inode number of the file that path leads to.
func Stat(path string) (dev, ino uint64, err error) {
	var st unix.Stat_t
	err = retryErr(func() error { return unix.Stat(path, &st) })
	return uint64(st.Dev), st.Ino, err
}

// StatAt is [Stat] of a path relative to an open directory: a NUL ends it. It
// allocates nothing.
func StatAt(dir int, path []byte) (dev, ino uint64, err error) {
	var st unix.Statx_t
	for {
		_, _, errno := unix.RawSyscall6(unix.SYS_STATX, uintptr(dir), uintptr(unsafe.Pointer(&path[0])),
			unix.AT_NO_AUTOMOUNT, unix.STATX_INO, uintptr(unsafe.Pointer(&st)), 0)
		switch errno {
		case 0:
			return unix.Mkdev(st.Dev_major, st.Dev_minor), st.Ino, nil
		case unix.EINTR:
		default:
			return 0, 0, errno
		}
	}
}

// Fstat gives device and inode number of an open file.
func Fstat(fd int) (dev, ino uint64, err error) {
	var st unix.Stat_t
	err = unix.Fstat(fd, &st)
	return uint64(st.Dev), st.Ino, err
}

// OpenPath opens path itself, not what a link there points to, for nothing but
// to hold it (O_PATH).
func OpenPath(path string) (int, error) {
	return retry(func() (int, error) {
		return unix.Open(path, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	})
}

// OpenPathFollow is [OpenPath] of what a link at path leads to.
func OpenPathFollow(path string) (int, error) {
	return retry(func() (int, error) { return unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0) })
}

// IsNamespace tells whether fd is a file of nsfs, of whatever type.
func IsNamespace(fd int) bool {
	var st unix.Statfs_t
	return unix.Fstatfs(fd, &st) == nil && st.Type == unix.NSFS_MAGIC
}

// FDPath is a path by which mount(2) reaches an open file.
func FDPath(fd int) string { return "/proc/thread-self/fd/" + strconv.Itoa(fd) }

// ThreadNetPath is the calling thread's network namespace.
const ThreadNetPath = "/proc/thread-self/ns/net"

// SetNet moves the calling thread into the network namespace fd.
func SetNet(fd int) error { return netns.Set(netns.NsHandle(fd)) }

// NewNet moves the calling thread into a new network namespace.
func NewNet() error { return unshare(unix.CLONE_NEWNET) }

// NewMountNamespace moves the calling thread into a copy of its mount namespace.
// The thread's root and working directory are its own from then on.
func NewMountNamespace() error { return unshare(unix.CLONE_NEWNS) }

// LockDir waits for the exclusive lock on an open directory (flock(2)).
func LockDir(fd int) error {
	return retryErr(func() error { return unix.Flock(fd, unix.LOCK_EX) })
}

// UnlockDir gives up the lock of [LockDir].
func UnlockDir(fd int) { _ = unix.Flock(fd, unix.LOCK_UN) }

// OpenDir opens a directory.
func OpenDir(path string) (int, error) {
	return retry(func() (int, error) {
		return unix.Open(path, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	})
}

// FileID is which file something is, as long as that is not deleted.
type FileID struct{ dev, ino uint64 }

// CreateEmpty creates the file path with no permissions; it must not be there.
func CreateEmpty(path string) (FileID, error) {
	fd, err := retry(func() (int, error) {
		return unix.Open(path, unix.O_RDONLY|unix.O_CREAT|unix.O_EXCL|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return FileID{}, err
	}
	defer unix.Close(fd)
	dev, ino, _ := Fstat(fd) // the zero FileID is no file
	return FileID{dev, ino}, nil
}

// IsFile tells whether path, if it is no link, is still the file id.
func IsFile(path string, id FileID) bool {
	var st unix.Stat_t
	err := retryErr(func() error { return unix.Lstat(path, &st) })
	return err == nil && id == FileID{uint64(st.Dev), st.Ino}
}

// IsNetAt tells whether path, below an open directory, leads to a network
// namespace. The file's handle tells without opening it (Linux 6.18). It allocates
// nothing.
func IsNetAt(dir int, path CPath) bool {
	var handle nsfsHandle
	handle.bytes = uint32(unsafe.Sizeof(handle.nsfs))
	var mountID int32
	_, _, errno := unix.RawSyscall6(unix.SYS_NAME_TO_HANDLE_AT, uintptr(dir), uintptr(unsafe.Pointer(&path[0])),
		uintptr(unsafe.Pointer(&handle)), uintptr(unsafe.Pointer(&mountID)), unix.AT_SYMLINK_FOLLOW, 0)
	if errno == 0 && handle.kind == fileidNSFS {
		return handle.nsfs.kind == unix.CLONE_NEWNET
	}
	fd, err := OpenAt(dir, path)
	if err != nil {
		return false
	}
	defer unix.Close(fd)
	kind, err := unix.IoctlRetInt(fd, unix.NS_GET_NSTYPE)
	return err == nil && kind == unix.CLONE_NEWNET
}

// fileidNSFS is FILEID_NSFS of include/linux/exportfs.h.
const fileidNSFS = 0xf1

// nsfsHandle is struct file_handle with the struct nsfs_file_handle of
// include/uapi/linux/nsfs.h.
type nsfsHandle struct {
	bytes uint32
	kind  int32
	nsfs  struct {
		id        uint64
		kind, ino uint32
	}
}

// OwningUser gives the inode number of the user namespace that owns the namespace
// fd, and the user who made it (NS_GET_USERNS, Linux 4.9; NS_GET_OWNER_UID, 4.11).
func OwningUser(fd int) (ino uint64, uid uint32, err error) {
	user, err := unix.IoctlRetInt(fd, unix.NS_GET_USERNS)
	if err != nil {
		return 0, 0, err
	}
	defer unix.Close(user)
	if _, ino, err = Fstat(user); err != nil {
		return 0, 0, err
	}
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(user), unix.NS_GET_OWNER_UID, uintptr(unsafe.Pointer(&uid)))
	if errno != 0 {
		err = errno
	}
	return ino, uid, err
}
