package sys

import (
	"bytes"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"
)

// SocketNet opens the network namespace of a socket, or of a tun descriptor (Linux
// 4.10).
func SocketNet(fd int) (int, error) { return unix.IoctlRetInt(fd, unix.SIOCGSKNS) }

// SocketCookie is the cookie of the network namespace of a socket (Linux 5.14).
func SocketCookie(fd int) (uint64, error) {
	return unix.GetsockoptUint64(fd, unix.SOL_SOCKET, unix.SO_NETNS_COOKIE)
}

// TunNet opens the network namespace of the device of a tun or tap descriptor (Linux
// 5.2). It is EBADFD if the descriptor has no device.
func TunNet(fd int) (int, error) { return unix.IoctlRetInt(fd, unix.TUNGETDEVNETNS) }

// TunName is the name of the device of a tun descriptor.
func TunName(fd int) (string, error) {
	ifr, err := unix.NewIfreq("")
	if err != nil {
		return "", err
	}
	if err := unix.IoctlIfreq(fd, unix.TUNGETIFF, ifr); err != nil {
		return "", err
	}
	return ifr.Name(), nil
}

// SocketType is the type of a socket in the words of ss(8).
func SocketType(fd int) string {
	domain, _ := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_DOMAIN)
	kind, _ := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TYPE)
	switch domain {
	case unix.AF_UNIX:
		return "unix"
	case unix.AF_NETLINK:
		return "netlink"
	case unix.AF_PACKET:
		return "packet"
	case unix.AF_INET, unix.AF_INET6:
		switch kind {
		case unix.SOCK_STREAM:
			if protocol, _ := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_PROTOCOL); protocol == unix.IPPROTO_MPTCP {
				return "mptcp"
			}
			return "tcp"
		case unix.SOCK_DGRAM:
			return "udp"
		case unix.SOCK_RAW:
			return "raw"
		}
		return "inet"
	case unix.AF_VSOCK:
		return "vsock"
	}
	return "other"
}

// OwnSockets counts the descriptors of sockets that this process has.
func OwnSockets() (n int) {
	names, _ := Names("/proc/self/fd")
	for _, name := range names {
		var st FileStat
		if StatFollow("/proc/self/fd/"+name, &st) == nil && st.Kind() == KindSocket {
			n++
		}
	}
	return n
}

// IsUnixSocket reports whether fd is a socket of AF_UNIX.
func IsUnixSocket(fd int) bool {
	domain, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_DOMAIN)
	return err == nil && domain == unix.AF_UNIX
}

// Readable reports whether a read of fd would return data now.
func Readable(fd int) bool {
	fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
	n, err := unix.Poll(fds, 0)
	return err == nil && n > 0 && fds[0].Revents&unix.POLLIN != 0
}

// SentFDs is the number of descriptors in flight to a unix socket, from its fdinfo (Linux 5.11).
func SentFDs(fdinfo []byte) int {
	for line := range bytes.Lines(fdinfo) {
		if rest, ok := bytes.CutPrefix(line, []byte("scm_fds:")); ok {
			n, _ := strconv.Atoi(string(bytes.TrimSpace(rest)))
			return n
		}
	}
	return 0
}

// QueuedFDs is the number of descriptors in flight to the unix socket fd; 0 for any other file.
func QueuedFDs(fd int) int {
	if !IsUnixSocket(fd) || !Readable(fd) {
		return 0
	}
	fdinfo, _ := ReadFile("/proc/thread-self/fdinfo/" + strconv.Itoa(fd))
	return SentFDs(fdinfo)
}

// scmMaxFD is SCM_MAX_FD: the descriptors in one message.
const scmMaxFD = 253

// PeekFDs copies the descriptors in the next message of the unix socket fd, and leaves the
// message in the queue. The caller closes them. No byte of the message is read, because
// that would move the offset of a socket with SO_PEEK_OFF (socket(7)).
func PeekFDs(fd int) []int {
	control := make([]byte, unix.CmsgSpace(4*scmMaxFD))
	msg := unix.Msghdr{Control: &control[0]}
	msg.SetControllen(len(control))
	// unix.Recvmsg would read one byte.
	_, _, errno := unix.Syscall(unix.SYS_RECVMSG, uintptr(fd), uintptr(unsafe.Pointer(&msg)),
		unix.MSG_PEEK|unix.MSG_DONTWAIT|unix.MSG_CMSG_CLOEXEC)
	if errno != 0 {
		return nil
	}
	return receivedFDs(control[:msg.Controllen])
}
