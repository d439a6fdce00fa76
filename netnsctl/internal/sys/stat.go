package sys

import (
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Stat returns the device and the inode number of the file path. It follows symbolic
// links.
func Stat(path string) (dev, ino uint64, err error) {
	var st unix.Stat_t
	err = retryErr(func() error { return unix.Stat(path, &st) })
	return uint64(st.Dev), st.Ino, err
}

// Fstat is [Stat] of an open file.
func Fstat(fd int) (dev, ino uint64, err error) {
	var st unix.Stat_t
	err = unix.Fstat(fd, &st)
	return uint64(st.Dev), st.Ino, err
}

// FileStat is the result of statx(2).
type FileStat struct {
	Dev, Ino, Rdev uint64
	Mode           uint32 // type and permissions, as in st_mode
	Links, UID     uint32
	Size           uint64
	// MountID is the ID of the mount in mountinfo. It is 0 before Linux 5.8.
	MountID uint64
	// Birth is the zero time where the file system does not record it.
	Birth, Changed time.Time

	gid        uint32
	attributes uint64 // STATX_ATTR bits
}

// Kind is the type of the file: a Kind constant.
func (s *FileStat) Kind() uint32 { return s.Mode & unix.S_IFMT }

// procFirst is the number of the first inode that procfs gives out itself
// (PROC_DYNAMIC_FIRST in the kernel's fs/proc/generic.c).
const procFirst = 0xf0000000

// InProc reports whether the file may be one of procfs that belongs to no process: one of
// the many mounts of procfs, each of which has a device number of its own (Linux 5.8).
func (s *FileStat) InProc() bool { return s.Ino >= procFirst && unix.Major(s.Dev) == 0 }

// The types of files.
const (
	KindRegular    = unix.S_IFREG
	KindDirectory  = unix.S_IFDIR
	KindLink       = unix.S_IFLNK
	KindFifo       = unix.S_IFIFO
	KindSocket     = unix.S_IFSOCK
	KindCharDevice = unix.S_IFCHR
)

// TunDevice is the device number of /dev/net/tun: misc 200.
var TunDevice = unix.Mkdev(10, 200)

// Major is the major number of a device.
func Major(dev uint64) uint32 { return unix.Major(dev) }

// DeviceNumber is the number of a device, as stat(2) has it.
func DeviceNumber(major, minor uint32) uint64 { return unix.Mkdev(major, minor) }

// KernelDev converts a device number of the kernel, major << 20 | minor, to that of
// stat(2).
func KernelDev(dev uint32) uint64 { return unix.Mkdev(dev>>20, dev&(1<<20-1)) }

// statxFlags: a call neither waits for the server of a network file system nor triggers
// an automount.
const statxFlags = unix.AT_STATX_DONT_SYNC | unix.AT_NO_AUTOMOUNT

// StatProc reads the state of the file path below the procfs directory dirfd. It
// follows symbolic links.
func StatProc(dirfd int, path CPath, st *FileStat) error {
	return statx(dirfd, &path[0], statxFlags, st)
}

// StatLink reads the state of name in the directory dirfd. A symbolic link is not
// followed.
func StatLink(dirfd int, name string, st *FileStat) error {
	return statxString(dirfd, name, statxFlags|unix.AT_SYMLINK_NOFOLLOW, st)
}

// StatFD reads the state of an open file.
func StatFD(fd int, st *FileStat) error {
	return statxString(fd, "", statxFlags|unix.AT_EMPTY_PATH, st)
}

// StatFollow reads the state of the file path. It follows symbolic links.
func StatFollow(path string, st *FileStat) error {
	return statxString(unix.AT_FDCWD, path, statxFlags, st)
}

// StatNoFollow reads the state of the file path. A symbolic link is not followed.
func StatNoFollow(path string, st *FileStat) error {
	return statxString(unix.AT_FDCWD, path, statxFlags|unix.AT_SYMLINK_NOFOLLOW, st)
}

func statxString(dirfd int, path string, flags int, st *FileStat) error {
	p, err := unix.BytePtrFromString(path)
	if err != nil {
		return err
	}
	return statx(dirfd, p, flags, st)
}

func statx(dirfd int, path *byte, flags int, st *FileStat) error {
	var raw unix.Statx_t
	_, _, errno := unix.Syscall6(unix.SYS_STATX, uintptr(dirfd), uintptr(unsafe.Pointer(path)), uintptr(flags),
		unix.STATX_BASIC_STATS|unix.STATX_BTIME|unix.STATX_MNT_ID, uintptr(unsafe.Pointer(&raw)), 0)
	if errno != 0 {
		return errno
	}
	*st = FileStat{
		Dev:     unix.Mkdev(raw.Dev_major, raw.Dev_minor),
		Ino:     raw.Ino,
		Rdev:    unix.Mkdev(raw.Rdev_major, raw.Rdev_minor),
		Mode:    uint32(raw.Mode),
		Links:   raw.Nlink,
		UID:     raw.Uid,
		Size:    raw.Size,
		Changed: time.Unix(raw.Ctime.Sec, int64(raw.Ctime.Nsec)),

		gid: raw.Gid, attributes: raw.Attributes,
	}
	if raw.Mask&unix.STATX_MNT_ID != 0 {
		st.MountID = raw.Mnt_id
	}
	if raw.Mask&unix.STATX_BTIME != 0 {
		st.Birth = time.Unix(raw.Btime.Sec, int64(raw.Btime.Nsec))
	}
	return nil
}

// attributes returns the STATX_ATTR bits of the file path.
func attributes(path string) (uint64, error) {
	var st unix.Statx_t
	err := unix.Statx(unix.AT_FDCWD, path, statxFlags, 0, &st)
	return st.Attributes, err
}

// IsMountPoint reports whether path is a mount point. It is false before Linux 5.8.
func IsMountPoint(path string) bool {
	bits, err := attributes(path)
	return err == nil && bits&unix.STATX_ATTR_MOUNT_ROOT != 0
}

// ReadOnly reports whether the mount or the file system of path is read-only.
func ReadOnly(path string) bool {
	var st unix.Statfs_t
	return unix.Statfs(path, &st) == nil && st.Flags&unix.ST_RDONLY != 0
}

// OnTmpfs reports whether the open file fd lies on a tmpfs, where no file is older than
// the boot.
func OnTmpfs(fd int) bool {
	var st unix.Statfs_t
	return unix.Fstatfs(fd, &st) == nil && st.Type == unix.TMPFS_MAGIC
}

// AnonInode is the device number of the anonymous inodes of the kernel (epoll, inotify,
// io_uring), and the time at which it made the one that they share. A program may have moved
// some of the three times of that one since (to map the memory of a virtual machine of KVM
// does). The oldest tells most; exact says that none was moved.
func AnonInode() (dev uint64, made time.Time, exact bool, err error) {
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC)
	if err != nil {
		return 0, time.Time{}, false, err
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return 0, time.Time{}, false, err
	}
	oldest := min(st.Atim.Nano(), st.Mtim.Nano(), st.Ctim.Nano())
	exact = oldest == max(st.Atim.Nano(), st.Mtim.Nano(), st.Ctim.Nano())
	return uint64(st.Dev), time.Unix(0, oldest), exact, nil
}
