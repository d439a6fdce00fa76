package sys

import (
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// FileStat is what statx(2) tells of a file.
type FileStat struct {
	Dev, Ino, Rdev uint64
	Mode           uint32 // type and permissions, as in st_mode
	Links          uint32
	Size           uint64
	// MountID is the file's mount in mountinfo (Linux 5.8), else 0.
	MountID uint64
	// Birth is the zero time where the file system keeps none.
	Birth, Changed time.Time
}

// Kind is the file's type alone.
func (s *FileStat) Kind() uint32 { return s.Mode & unix.S_IFMT }

// The types of files.
const (
	KindRegular     = unix.S_IFREG
	KindDirectory   = unix.S_IFDIR
	KindLink        = unix.S_IFLNK
	KindFifo        = unix.S_IFIFO
	KindSocket      = unix.S_IFSOCK
	KindCharDevice  = unix.S_IFCHR
	KindBlockDevice = unix.S_IFBLK
)

// TunDevice is the device number of /dev/net/tun (misc 200), whatever its
// node is called.
var TunDevice = unix.Mkdev(10, 200)

// KernelDev gives the device number that stat(2) shows for the kernel's own form
// of it, major << 20 | minor.
func KernelDev(dev uint32) uint64 { return unix.Mkdev(dev>>20, dev&(1<<20-1)) }

// A look at a descriptor must not wait for a network file system that is gone,
// nor mount anything.
const statxFlags = unix.AT_STATX_DONT_SYNC | unix.AT_NO_AUTOMOUNT

// StatProc looks at the file that path, below the procfs directory dirfd, leads
// to.
func StatProc(dirfd int, path CPath, st *FileStat) error {
	return statx(dirfd, &path[0], statxFlags, st)
}

// StatLink looks at name in the directory dirfd, not at what a link there leads
// to.
func StatLink(dirfd int, name string, st *FileStat) error {
	path, err := unix.BytePtrFromString(name)
	if err != nil {
		return err
	}
	return statx(dirfd, path, statxFlags|unix.AT_SYMLINK_NOFOLLOW, st)
}

// StatFD looks at an open file.
func StatFD(fd int, st *FileStat) error {
	empty := byte(0)
	return statx(fd, &empty, statxFlags|unix.AT_EMPTY_PATH, st)
}

func statx(dirfd int, path *byte, flags int, st *FileStat) error {
	var raw unix.Statx_t
	_, _, errno := unix.RawSyscall6(unix.SYS_STATX, uintptr(dirfd), uintptr(unsafe.Pointer(path)), uintptr(flags),
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
		Size:    raw.Size,
		Changed: time.Unix(raw.Ctime.Sec, int64(raw.Ctime.Nsec)),
	}
	if raw.Mask&unix.STATX_MNT_ID != 0 {
		st.MountID = raw.Mnt_id
	}
	if raw.Mask&unix.STATX_BTIME != 0 {
		st.Birth = time.Unix(raw.Btime.Sec, int64(raw.Btime.Nsec))
	}
	return nil
}

// OnTmpfs tells whether an open file lies on a tmpfs: nothing there is older
// than the boot.
func OnTmpfs(fd int) bool {
	var st unix.Statfs_t
	return unix.Fstatfs(fd, &st) == nil && st.Type == unix.TMPFS_MAGIC
}

// AnonInodeDev is the device of the kernel's anonymous inodes: epoll, inotify,
// io_uring.
func AnonInodeDev() (uint64, error) {
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC)
	if err != nil {
		return 0, err
	}
	defer unix.Close(fd)
	dev, _, err := Fstat(fd)
	return dev, err
}

// StatFollow looks at the file that path leads to.
func StatFollow(path string, st *FileStat) error {
	p, err := unix.BytePtrFromString(path)
	if err != nil {
		return err
	}
	return statx(unix.AT_FDCWD, p, statxFlags, st)
}
