package discover

import (
	"encoding/binary"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// These hold a namespace by a socket that no descriptor leads to.

// holdUnaccepted listens here, and connects from the namespace.
func holdUnaccepted(path string) error {
	listener, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		return err
	}
	address := &unix.SockaddrUnix{Name: "/run/d.sock"}
	if err := unix.Bind(listener, address); err != nil {
		return err
	}
	if err := unix.Listen(listener, 1); err != nil {
		return err
	}
	return within(path, func() error {
		client, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)
		if err != nil {
			return err
		}
		defer unix.Close(client)
		return unix.Connect(client, address)
	})
}

// holdPacketRing maps the ring of a packet socket, and closes the socket.
func holdPacketRing(path string) error {
	return within(path, func() error {
		socket, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW, 0)
		if err != nil {
			return err
		}
		defer unix.Close(socket)
		ring := unix.TpacketReq{Block_size: 4096, Block_nr: 1, Frame_size: 2048, Frame_nr: 2}
		if err := unix.SetsockoptTpacketReq(socket, unix.SOL_PACKET, unix.PACKET_RX_RING, &ring); err != nil {
			return err
		}
		_, err = unix.Mmap(socket, 0, 4096, unix.PROT_READ, unix.MAP_SHARED)
		return err
	})
}

// holdPending lets an io_uring wait for a socket of the namespace (io_uring_enter(2)), and closes
// that.
func holdPending(path string) error {
	var params [120]byte // struct io_uring_params
	fd, _, errno := unix.Syscall(unix.SYS_IO_URING_SETUP, 1, uintptr(unsafe.Pointer(&params[0])), 0)
	if errno != 0 {
		return errno
	}
	ring := int(fd)
	offset := func(at int) int { return int(binary.NativeEndian.Uint32(params[at:])) }
	tail, array := offset(40+4), offset(40+24) // sq_off.tail and sq_off.array
	const offSQEs = 0x10000000
	queue, err := unix.Mmap(ring, 0, array+4, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return err
	}
	entries, err := unix.Mmap(ring, offSQEs, 64, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return err
	}
	return within(path, func() error {
		socket, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
		if err != nil {
			return err
		}
		defer unix.Close(socket)
		const pollAdd = 6
		entries[0] = pollAdd // struct io_uring_sqe: opcode, flags, ioprio, fd, …, poll32_events
		binary.NativeEndian.PutUint32(entries[4:], uint32(socket))
		binary.NativeEndian.PutUint32(entries[28:], unix.POLLIN)
		binary.NativeEndian.PutUint32(queue[array:], 0)
		binary.NativeEndian.PutUint32(queue[tail:], 1)
		if n, _, errno := unix.Syscall6(unix.SYS_IO_URING_ENTER, uintptr(ring), 1, 0, 0, 0, 0); n != 1 {
			return errno
		}
		return nil
	})
}

// holdTap opens the device of a macvtap, which the test has made, in the namespace.
func holdTap(path string) error {
	return within(path, func() error { return second(unix.Open("/run/tap", unix.O_RDWR, 0)) })
}

// holdTCP leaves a connection in the namespace that nobody has accepted.
func holdTCP(path string) error {
	return within(path, func() error {
		if err := loopbackUp(); err != nil {
			return err
		}
		listener, err := listening(0, 0)
		if err != nil {
			return err
		}
		address, err := unix.Getsockname(listener)
		if err != nil {
			return err
		}
		client, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
		if err != nil {
			return err
		}
		return unix.Connect(client, address)
	})
}

// listening makes a listening TCP socket.
func listening(protocol, port int) (int, error) {
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, protocol)
	if err != nil {
		return -1, err
	}
	if err := unix.Bind(socket, &unix.SockaddrInet4{Port: port}); err != nil {
		return -1, err
	}
	return socket, unix.Listen(socket, 1)
}

func holdMultipath(path string) error {
	return within(path, func() error { return second(listening(unix.IPPROTO_MPTCP, 0)) })
}

// holdTCPInFlight sends a socket of the namespace after another file, so that the kernel does not
// show it.
func holdTCPInFlight(path string) error {
	socket := -1
	err := within(path, func() (err error) {
		socket, err = listening(0, 2049)
		return err
	})
	if err != nil {
		return err
	}
	null, err := syscall.Open("/dev/null", syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	return inFlight(null, socket)
}

func loopbackUp() error {
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		return err
	}
	defer unix.Close(socket)
	ifr, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	ifr.SetUint16(syscall.IFF_UP)
	return unix.IoctlIfreq(socket, unix.SIOCSIFFLAGS, ifr)
}
