package sys

import (
	"encoding/binary"
	"unsafe"

	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// ThreadNetPath is the network namespace of the calling thread.
const ThreadNetPath = "/proc/thread-self/ns/net"

// SetNet moves the calling thread into the network namespace fd.
func SetNet(fd int) error { return netns.Set(netns.NsHandle(fd)) }

// EnterNet is [SetNet] unless the calling thread is there: root of a user namespace may not
// enter the network namespace that it is in if that belongs to another user namespace.
func EnterNet(fd int) error {
	if sameFile(ThreadNetPath, fd) {
		return nil
	}
	return SetNet(fd)
}

// NewNet moves the calling thread into a new network namespace.
func NewNet() error { return unix.Unshare(unix.CLONE_NEWNET) }

// NewUnusedNet opens a new network namespace that nothing else pins.
func NewUnusedNet() (fd int, err error) {
	OnThrowAwayThread(func() {
		if err = NewNet(); err == nil {
			fd, err = OpenNamespace(ThreadNetPath)
		}
	})
	return fd, err
}

// The types of namespaces that [NamespaceType] returns and that are compared with.
const (
	TypeNet   = unix.CLONE_NEWNET
	TypeMount = unix.CLONE_NEWNS
)

// NamespaceType is the type of the namespace fd (NS_GET_NSTYPE, Linux 4.11). It is
// ENOTTY for any other file.
func NamespaceType(fd int) (int, error) { return unix.IoctlRetInt(fd, unix.NS_GET_NSTYPE) }

// TypeName is the short name that the kernel has for a type of namespace.
func TypeName(kind int) string {
	switch kind {
	case unix.CLONE_NEWNET:
		return "net"
	case unix.CLONE_NEWNS:
		return "mnt"
	case unix.CLONE_NEWPID:
		return "pid"
	case unix.CLONE_NEWUTS:
		return "uts"
	case unix.CLONE_NEWIPC:
		return "ipc"
	case unix.CLONE_NEWUSER:
		return "user"
	case unix.CLONE_NEWCGROUP:
		return "cgroup"
	case unix.CLONE_NEWTIME:
		return "time"
	}
	return "strange"
}

// A file handle of nsfs has this type (FILEID_NSFS in include/linux/exportfs.h), and the
// bytes of struct nsfs_file_handle (include/uapi/linux/nsfs.h): the cookie (8 bytes), the
// type (4) and the inode number (4).
const fileidNSFS = 0xf1

// IsNetAt reports whether path, below the directory dirfd, is a network namespace. A symbolic
// link is none. Since Linux 6.18 the file handle tells that without an open.
func IsNetAt(dirfd int, path string) bool {
	handle, _, err := unix.NameToHandleAt(dirfd, path, 0)
	if err == nil && handle.Type() == fileidNSFS && handle.Size() >= 12 {
		return binary.NativeEndian.Uint32(handle.Bytes()[8:]) == TypeNet
	}
	held, err := holdAt(dirfd, path, unix.O_NOFOLLOW)
	if err != nil {
		return false
	}
	defer unix.Close(held)
	fd, err := OpenHeld(held)
	if err != nil {
		return false
	}
	defer unix.Close(fd)
	kind, err := NamespaceType(fd)
	return err == nil && kind == TypeNet
}

// OpenHandle opens the network namespace with the cookie and the inode number (Linux
// 6.18). With inode number 0 the cookie suffices (Linux 6.19; before, nsfs_fh_to_dentry in the
// kernel's fs/nsfs.c compares the inode number). It is ESTALE if the namespace is gone or, since
// Linux 6.19, has no process and no open or mounted file; EOPNOTSUPP or EBADF on older kernels.
func OpenHandle(cookie, ino uint64) (int, error) {
	raw := binary.NativeEndian.AppendUint64(nil, cookie)
	kind := uint32(TypeNet)
	if ino == 0 {
		kind = 0 // nsfs accepts the type only together with the inode number.
	}
	raw = binary.NativeEndian.AppendUint32(raw, kind)
	raw = binary.NativeEndian.AppendUint32(raw, uint32(ino))
	return unix.OpenByHandleAt(unix.FD_NSFS_ROOT, unix.NewFileHandle(fileidNSFS, raw), unix.O_RDONLY|unix.O_CLOEXEC)
}

// Cookie is the number of the namespace fd, which is never used again. NS_GET_ID returns
// it since Linux 6.18; before, SO_NETNS_COOKIE of a socket in the network namespace does
// (Linux 5.14).
func Cookie(fd int) (uint64, error) {
	var id uint64
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.NS_GET_ID, uintptr(unsafe.Pointer(&id)))
	switch errno {
	case 0:
		return id, nil
	case unix.ENOTTY, unix.EINVAL:
		return cookieInside(fd)
	}
	return 0, errno
}

func cookieInside(fd int) (cookie uint64, err error) {
	OnThrowAwayThread(func() {
		if err = SetNet(fd); err != nil {
			return
		}
		var s int
		if s, err = unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE); err != nil {
			return
		}
		defer unix.Close(s)
		cookie, err = unix.GetsockoptUint64(s, unix.SOL_SOCKET, unix.SO_NETNS_COOKIE)
	})
	return cookie, err
}

// ListNetworks returns the cookies of the network namespaces that a process, a
// descriptor or a mount keeps active (listns(2), Linux 6.19; ENOSYS before). From the
// initial pid namespace it sees all of them.
func ListNetworks() ([]uint64, error) {
	req := unix.NsIdReq{Size: unix.NS_ID_REQ_SIZE_VER0, Ns_type: TypeNet}
	var all []uint64
	page := make([]uint64, 512)
	for {
		n, _, errno := unix.Syscall6(unix.SYS_LISTNS, uintptr(unsafe.Pointer(&req)),
			uintptr(unsafe.Pointer(&page[0])), uintptr(len(page)), 0, 0, 0)
		if errno != 0 {
			return nil, errno
		}
		all = append(all, page[:n]...)
		if int(n) < len(page) {
			return all, nil
		}
		req.Ns_id = page[n-1]
	}
}

// OwningUser returns the inode number of the user namespace that owns the namespace fd
// (NS_GET_USERNS, Linux 4.9), and the user who created that (NS_GET_OWNER_UID, 4.11).
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
