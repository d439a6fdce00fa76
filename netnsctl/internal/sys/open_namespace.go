package sys

import (
	"sync"

	"golang.org/x/sys/unix"
)

// Paths and descriptors that others control may lead anywhere, and to open a device or a
// fifo has effects: a watchdog reboots the machine, a tape rewinds. The functions of this
// file therefore hold a file first (O_PATH, which opens nothing), find out whether it is a
// file of nsfs, and then open what they hold, so that nobody can swap it in between.

// ErrNotNamespace is the error of [OpenNamespace] for a file that is not a namespace. It is
// that of setns(2) for such a file.
const ErrNotNamespace = unix.EINVAL

// OpenNamespace opens the namespace, of whatever type, that path leads to. It follows
// symbolic links. Other files are not opened ([ErrNotNamespace]).
func OpenNamespace(path string) (int, error) {
	held, err := OpenPathFollow(path)
	if err != nil {
		return -1, err
	}
	defer unix.Close(held)
	return OpenHeld(held)
}

// OpenHeld opens the namespace that the O_PATH descriptor fd holds. The calling thread must
// be in the mount namespace in which the process began, whose /proc nobody else controls.
func OpenHeld(fd int) (int, error) {
	if !IsNamespace(fd) {
		return -1, ErrNotNamespace
	}
	file, err := open(FDPath(fd), openFlags)
	if err == unix.ENOENT || err == unix.ENOTDIR {
		return openWithoutProc(fd)
	}
	return file, err
}

// openWithoutProc is [OpenHeld] where /proc is no procfs, or that of a pid namespace which
// the process is not in, as after nsenter(1) into a mount namespace only. It needs
// CAP_SYS_ADMIN (fsopen(2), Linux 5.2).
func openWithoutProc(fd int) (int, error) {
	proc, err := newFileSystem("proc", 0)
	if err != nil {
		return -1, err
	}
	defer unix.Close(proc)
	return retry(func() (int, error) { return unix.Openat(proc, inProc(fd), openFlags, 0) })
}

// nsfsDevice is the device number of all files of nsfs; 0 without procfs. It does not change
// while the kernel runs.
var nsfsDevice = sync.OnceValue(func() uint64 {
	dev, _, _ := Stat(ThreadNetPath)
	return dev
})

// IsNamespace reports whether fd is a file of nsfs: a namespace of any type. fd may be an
// O_PATH descriptor. A file on FUSE does not make it wait: that statx(2) returns the device
// number without a request to the server, unlike fstatfs(2).
func IsNamespace(fd int) bool {
	var st unix.Statx_t
	if dev := nsfsDevice(); dev != 0 && unix.Statx(fd, "", statxFlags|unix.AT_EMPTY_PATH, 0, &st) == nil {
		return unix.Mkdev(st.Dev_major, st.Dev_minor) == dev
	}
	var fs unix.Statfs_t
	return unix.Fstatfs(fd, &fs) == nil && fs.Type == unix.NSFS_MAGIC
}

// Refused returns the error that open(2) would return for reading the file path, as far as
// that can be known without opening it: for a file without permission, a socket, and a
// device on a mount with the option nodev.
func Refused(path string) error {
	if err := unix.Faccessat(unix.AT_FDCWD, path, unix.R_OK, unix.AT_EACCESS); err != nil {
		return err
	}
	var st FileStat
	if err := StatFollow(path, &st); err != nil {
		return err
	}
	switch st.Kind() {
	case unix.S_IFSOCK:
		return unix.ENXIO
	case unix.S_IFCHR, unix.S_IFBLK:
		var fs unix.Statfs_t
		if unix.Statfs(path, &fs) == nil && fs.Flags&unix.ST_NODEV != 0 {
			return unix.EACCES
		}
	}
	return nil
}
