package sys

import (
	"encoding/binary"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The types of namespaces that matter here, as NS_GET_NSTYPE gives them.
const (
	TypeNet   = unix.CLONE_NEWNET
	TypeMount = unix.CLONE_NEWNS
)

// NamespaceType gives the type of the namespace fd (Linux 4.11). It is ENOTTY
// for a file that is none.
func NamespaceType(fd int) (int, error) { return unix.IoctlRetInt(fd, unix.NS_GET_NSTYPE) }

// Cookie gives the number of a namespace that is never used again: for a network
// namespace the one that SO_NETNS_COOKIE tells, too. It asks the file (NS_GET_ID,
// Linux 6.18) or, on the caller's thread, a socket made inside (Linux 5.14): that
// thread then may be left in the namespace and must end.
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

// OpenHandle opens the network namespace with this cookie and inode number
// (Linux 6.18; inode number 0 means any, Linux 6.19). It is ESTALE once the
// namespace has gone, and EOPNOTSUPP or EBADF on older kernels.
func OpenHandle(cookie, ino uint64) (int, error) {
	raw := binary.NativeEndian.AppendUint64(nil, cookie)
	kind := uint32(TypeNet)
	if ino == 0 {
		kind = 0 // both or none, says nsfs
	}
	raw = binary.NativeEndian.AppendUint32(raw, kind)
	raw = binary.NativeEndian.AppendUint32(raw, uint32(ino))
	return unix.OpenByHandleAt(unix.FD_NSFS_ROOT, unix.NewFileHandle(fileidNSFS, raw), unix.O_RDONLY|unix.O_CLOEXEC)
}

// ListNetworks gives the cookies of the network namespaces that the kernel keeps
// active for a process, a descriptor or a mount (listns(2), Linux 6.19; ENOSYS
// before). From the initial pid namespace that is all of them.
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
