package sys

import "golang.org/x/sys/unix"

// How says how a path is looked up by [Hold].
type How int

// A lookup follows no symbolic link at the end of the path, but all others, unless one of these
// is set.
const (
	// Follow follows a symbolic link at the end, too.
	Follow How = 1 << iota
	// NoLinks makes each symbolic link an error (ELOOP).
	NoLinks
	// InRoot takes the directory for the root directory, and follows no link of procfs into
	// a namespace or a descriptor.
	InRoot
	// Beneath makes a path that leads out of the directory an error (EXDEV).
	Beneath
	// SameMount makes a path that leads to another mount an error (EXDEV). It needs openat2(2).
	SameMount
	// DirectoryOnly makes everything but a directory an error (ENOTDIR).
	DirectoryOnly
)

func (how How) open() unix.OpenHow {
	o := unix.OpenHow{Flags: unix.O_PATH | unix.O_CLOEXEC | unix.O_NOFOLLOW}
	if how&(Follow|NoLinks) != 0 {
		o.Flags &^= unix.O_NOFOLLOW
	}
	if how&NoLinks != 0 {
		o.Resolve |= unix.RESOLVE_NO_SYMLINKS
	}
	if how&InRoot != 0 {
		o.Resolve |= unix.RESOLVE_IN_ROOT | unix.RESOLVE_NO_MAGICLINKS
	}
	if how&Beneath != 0 {
		o.Resolve |= unix.RESOLVE_BENEATH
	}
	if how&SameMount != 0 {
		o.Resolve |= unix.RESOLVE_NO_XDEV
	}
	if how&DirectoryOnly != 0 {
		o.Flags |= unix.O_DIRECTORY
	}
	return o
}

// Hold only holds the file path (O_PATH), below the open directory dirfd or, where that is
// -1, by an absolute path. It opens no device and wakes no writer, but it may wait for the
// server of a file system. [InRoot] and [Beneath] without [NoLinks] need openat2(2), Linux 5.6.
func Hold(dirfd int, path string, how How) (int, error) {
	o := how.open()
	fd, err := hold(dirfd, path, &o)
	switch {
	case err != unix.ENOSYS, how&SameMount != 0:
		return fd, err
	case how&NoLinks != 0:
		return walkNoLinks(dirfd, path, how)
	case o.Resolve == 0:
		return holdAt(dirfd, path, int(o.Flags))
	}
	return -1, err
}

// resolveCached is RESOLVE_CACHED (linux/openat2.h, Linux 5.12).
const resolveCached = 0x20

// maxCachedTries is how often [HoldCached] tries again: a rename at the same moment makes a
// try fail as well.
const maxCachedTries = 20

// HoldCached is [Hold] that asks no file system: it is EAGAIN where the kernel does not have
// the whole path in its cache or cannot tell (RESOLVE_CACHED, Linux 5.12).
func HoldCached(dirfd int, path string, how How) (int, error) {
	return tryCached(dirfd, path, how, maxCachedTries)
}

// TryCached is [HoldCached] that tries once.
func TryCached(dirfd int, path string, how How) (int, error) { return tryCached(dirfd, path, how, 1) }

func tryCached(dirfd int, path string, how How, tries int) (int, error) {
	o := how.open()
	o.Resolve |= resolveCached
	for range tries {
		switch fd, err := hold(dirfd, path, &o); err {
		case unix.EAGAIN:
		case unix.EINVAL, unix.ENOSYS: // an older kernel
			return -1, unix.EAGAIN
		default:
			return fd, err
		}
	}
	return -1, unix.EAGAIN
}

// holdAt is openat(2) with O_PATH.
func holdAt(dirfd int, path string, flags int) (int, error) {
	if dirfd < 0 {
		dirfd = unix.AT_FDCWD
	}
	return retry(func() (int, error) { return unix.Openat(dirfd, path, flags|unix.O_PATH|unix.O_CLOEXEC, 0) })
}

func hold(dirfd int, path string, o *unix.OpenHow) (int, error) {
	if dirfd < 0 {
		dirfd = unix.AT_FDCWD
	}
	return retry(func() (int, error) { return unix.Openat2(dirfd, path, o) })
}
