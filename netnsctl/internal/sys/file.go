// Package sys has the system calls that neither the standard library nor
// golang.org/x/sys offers in the form that is needed here. Errors are bare errnos. The
// package knows no names of namespaces and no commands.
package sys

import (
	"os"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"
)

// openFlags: an open neither blocks on a fifo, nor makes a terminal the controlling
// one, nor leaks into an executed command.
const openFlags = unix.O_RDONLY | unix.O_CLOEXEC | unix.O_NONBLOCK | unix.O_NOCTTY

// retry repeats call while a signal interrupts it. On slow file systems the signals by
// which the runtime preempts goroutines do so (go.dev/issue/38033).
func retry[T any](call func() (T, error)) (T, error) {
	for {
		v, err := call()
		if err != unix.EINTR {
			return v, err
		}
	}
}

func retryErr(call func() error) error {
	_, err := retry(func() (struct{}, error) { return struct{}{}, call() })
	return err
}

func open(path string, flags int) (int, error) {
	return retry(func() (int, error) { return unix.Open(path, flags|unix.O_CLOEXEC, 0) })
}

// OpenDir opens the directory path, and leaves its time of access as it is.
func OpenDir(path string) (int, error) { return openQuiet(path, unix.O_RDONLY|unix.O_DIRECTORY) }

// openQuiet is open so that reading does not change the time of access (O_NOATIME in open(2)),
// where the caller owns the file or has CAP_FOWNER. Elsewhere it is EPERM.
func openQuiet(path string, flags int) (int, error) {
	fd, err := open(path, flags|unix.O_NOATIME)
	if err == unix.EPERM {
		return open(path, flags)
	}
	return fd, err
}

// OpenPath only holds the file path (O_PATH). A symbolic link is not followed.
func OpenPath(path string) (int, error) { return open(path, unix.O_PATH|unix.O_NOFOLLOW) }

// OpenPathFollow is [OpenPath] that follows symbolic links.
func OpenPathFollow(path string) (int, error) { return open(path, unix.O_PATH) }

// Close closes a descriptor.
func Close(fd int) { unix.Close(fd) }

// FDPath is the path by which mount(2) reaches the open file fd of the calling thread.
func FDPath(fd int) string { return "/proc/" + inProc(fd) }

// inProc is [FDPath] below the root of procfs.
func inProc(fd int) string { return "thread-self/fd/" + strconv.Itoa(fd) }

// LockDir waits for the exclusive lock on an open directory (flock(2)).
func LockDir(fd int) error {
	return retryErr(func() error { return unix.Flock(fd, unix.LOCK_EX) })
}

// TryLockDir is [LockDir] that does not wait (EWOULDBLOCK).
func TryLockDir(fd int) error {
	return retryErr(func() error { return unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB) })
}

// UnlockDir releases the lock of [LockDir].
func UnlockDir(fd int) { _ = unix.Flock(fd, unix.LOCK_UN) }

// CreateEmpty creates the file path without permissions, and opens it. It is EEXIST if path
// exists.
func CreateEmpty(path string) (fd int, err error) {
	return open(path, unix.O_RDONLY|unix.O_CREAT|unix.O_EXCL)
}

// IsFile reports whether path is the open file fd, and not a symbolic link to it.
func IsFile(path string, fd int) bool {
	var at, held unix.Stat_t
	err := retryErr(func() error { return unix.Lstat(path, &at) })
	return err == nil && unix.Fstat(fd, &held) == nil && at.Dev == held.Dev && at.Ino == held.Ino
}

// MayCreateIn returns the error of making a file in the directory path, as far as the
// permissions and the mount tell it.
func MayCreateIn(path string) error {
	return unix.Faccessat(unix.AT_FDCWD, path, unix.W_OK|unix.X_OK, unix.AT_EACCESS)
}

// UnlinkPath removes the file path, which is no directory.
func UnlinkPath(path string) error { return unix.Unlink(path) }

// Unlink removes name, which is no directory, from the open directory dirfd.
func Unlink(dirfd int, name string) error { return unix.Unlinkat(dirfd, name, 0) }

// Rmdir removes an empty directory from the open directory dirfd.
func Rmdir(dirfd int, name string) error { return unix.Unlinkat(dirfd, name, unix.AT_REMOVEDIR) }

// MemoryFile makes a file in memory that has no name (memfd_create(2), Linux 3.17).
func MemoryFile() (*os.File, error) {
	fd, err := unix.MemfdCreate("netnsctl", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), "memfd"), nil
}

// CPath is a path with a NUL byte at its end. Its owner uses the buffer again: a scan of
// procfs makes tens of thousands of paths.
type CPath []byte

// Set makes the path of a number and what follows it.
func (p *CPath) Set(number int, rest string) CPath {
	*p = append(strconv.AppendInt((*p)[:0], int64(number), 10), rest...)
	*p = append(*p, 0)
	return *p
}

// SetTask makes the path of a file of a thread.
func (p *CPath) SetTask(pid, tid int, rest string) CPath {
	*p = append(strconv.AppendInt((*p)[:0], int64(pid), 10), "/task/"...)
	*p = append(strconv.AppendInt(*p, int64(tid), 10), rest...)
	*p = append(*p, 0)
	return *p
}

// OpenAt opens path, below dirfd, for reading. It may be a directory.
func OpenAt(dirfd int, path CPath) (int, error) {
	return retry(func() (int, error) {
		fd, _, errno := unix.Syscall6(unix.SYS_OPENAT, uintptr(dirfd), uintptr(unsafe.Pointer(&path[0])),
			openFlags, 0, 0, 0)
		if errno != 0 {
			return -1, errno
		}
		return int(fd), nil
	})
}

// ReadlinkAt reads the symbolic link path, below dirfd, into buf.
func ReadlinkAt(dirfd int, path CPath, buf []byte) (int, error) {
	n, _, errno := unix.Syscall6(unix.SYS_READLINKAT, uintptr(dirfd), uintptr(unsafe.Pointer(&path[0])),
		uintptr(unsafe.Pointer(&buf[0])), uintptr(len(buf)), 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}
