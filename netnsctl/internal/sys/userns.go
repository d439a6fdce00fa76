package sys

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// OwnerOf returns the user who has every capability over the namespace fd, of whatever type:
// the creator of the user namespace that owns it. Where user namespaces are nested that is the
// creator of the outermost one below the user namespace of the caller. foreign is false, and
// the uid 0, where the namespace belongs to the user namespace of the caller itself
// (NS_GET_USERNS, NS_GET_PARENT and NS_GET_OWNER_UID in ioctl_ns(2), Linux 4.11).
func OwnerOf(fd int) (uid uint32, foreign bool, err error) {
	user, err := unix.IoctlRetInt(fd, unix.NS_GET_USERNS)
	if err != nil {
		return 0, false, err
	}
	return creator(user)
}

// CreatorOf is [OwnerOf] for what belongs to the user namespace fd itself, such as a process
// in it.
func CreatorOf(fd int) (uid uint32, foreign bool, err error) {
	user, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return 0, false, err
	}
	return creator(user)
}

// creator closes user. The only user namespace whose parent the caller may not see is its own
// (EPERM).
func creator(user int) (uid uint32, foreign bool, err error) {
	for {
		parent, err := unix.IoctlRetInt(user, unix.NS_GET_PARENT)
		if err == nil {
			foreign = true
			_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(user), unix.NS_GET_OWNER_UID, uintptr(unsafe.Pointer(&uid)))
			if errno != 0 {
				err = errno
				unix.Close(parent)
			}
		}
		unix.Close(user)
		switch err {
		case nil:
			user = parent
		case unix.EPERM:
			return uid, foreign, nil
		default:
			return 0, false, err
		}
	}
}
