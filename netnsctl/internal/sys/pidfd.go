package sys

import "golang.org/x/sys/unix"

// OpenProcess opens a pidfd of a process (Linux 5.3) or, where thread is set, of
// one thread (PIDFD_THREAD, Linux 6.9).
func OpenProcess(pid int, thread bool) (int, error) {
	flags := 0
	if thread {
		flags = unix.PIDFD_THREAD
	}
	return unix.PidfdOpen(pid, flags)
}

// CopyFD copies descriptor number of the process pidfd (pidfd_getfd(2), Linux
// 5.6; PTRACE_MODE_ATTACH).
func CopyFD(pidfd, number int) (int, error) { return unix.PidfdGetfd(pidfd, number, 0) }

// SocketNet opens the network namespace of a socket or tun descriptor (Linux
// 4.10).
func SocketNet(fd int) (int, error) { return unix.IoctlRetInt(fd, unix.SIOCGSKNS) }

// TunNet opens the network namespace of a tun or tap descriptor's device (Linux
// 5.2). It is EBADFD where the descriptor has no device.
func TunNet(fd int) (int, error) { return unix.IoctlRetInt(fd, unix.TUNGETDEVNETNS) }

// TunName gives the name of a tun descriptor's device.
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

// SocketType says what a socket is, in the words of ss(8).
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

// IsUnixSocket tells whether fd is a socket of AF_UNIX.
func IsUnixSocket(fd int) bool {
	domain, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_DOMAIN)
	return err == nil && domain == unix.AF_UNIX
}

// Readable tells whether something can be read from fd now.
func Readable(fd int) bool {
	fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
	n, err := unix.Poll(fds, 0)
	return err == nil && n > 0 && fds[0].Revents&unix.POLLIN != 0
}

// PeekFDs copies the descriptors that travel in the next message of the unix
// socket fd, and leaves the message where it is. The caller closes them.
func PeekFDs(fd int) []int {
	control := make([]byte, unix.CmsgSpace(4*scmMaxFD))
	_, n, _, _, err := unix.Recvmsg(fd, make([]byte, 1), control,
		unix.MSG_PEEK|unix.MSG_DONTWAIT|unix.MSG_CMSG_CLOEXEC)
	if err != nil {
		return nil
	}
	messages, err := unix.ParseSocketControlMessage(control[:n])
	if err != nil {
		return nil
	}
	var fds []int
	for _, m := range messages {
		if some, err := unix.ParseUnixRights(&m); err == nil {
			fds = append(fds, some...)
		}
	}
	return fds
}

// scmMaxFD is SCM_MAX_FD: descriptors in one message.
const scmMaxFD = 253

// SameFiles tells whether two threads share their table of descriptors
// (kcmp(2)).
func SameFiles(tid1, tid2 int) (bool, error) {
	const kcmpFiles = 2 // linux/kcmp.h
	r, _, errno := unix.Syscall6(unix.SYS_KCMP, uintptr(tid1), uintptr(tid2), kcmpFiles, 0, 0, 0)
	if errno != 0 {
		return false, errno
	}
	return r == 0, nil
}
