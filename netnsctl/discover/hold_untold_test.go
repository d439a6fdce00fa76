package discover

import (
	"bytes"
	"encoding/binary"
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// These hold a namespace by a file that does not tell which, or only seem to hold it.

func holdContext(path string) error {
	return within(path, func() error { return second(unix.Fsopen("tmpfs", 0)) })
}

func holdContextInFlight(path string) error {
	return within(path, func() error {
		context, err := unix.Fsopen("tmpfs", 0)
		if err != nil {
			return err
		}
		return inFlight(context)
	})
}

// holdSysfs mounts a sysfs that shows the devices of the namespace.
func holdSysfs(path string) error {
	return within(path, func() error { return syscall.Mount("none", "/mnt", "sysfs", 0, "") })
}

// openTun opens the device of tun and makes no interface.
func openTun() error { return second(unix.Open("/dev/net/tun", unix.O_RDWR, 0)) }

// holdPersistentTun leaves a device without a descriptor in the namespace.
func holdPersistentTun(path string) error {
	return within(path, func() error {
		fd, err := tunDevice()
		if err != nil {
			return err
		}
		defer unix.Close(fd)
		return unix.IoctlSetInt(fd, unix.TUNSETPERSIST, 1)
	})
}

// The commands and types of bpf(2) (include/uapi/linux/bpf.h in the kernel).
const (
	bpfProgLoad, bpfObjPin, bpfLinkCreate, bpfIterCreate = 5, 6, 28, 33

	flowDissectorProgram, tracingProgram, netfilterProgram = 22, 26, 32
	flowDissectorAttach, traceIterAttach, netfilterAttach  = 17, 28, 45
)

// The kernel reads these by their address.
var (
	bpfReturns1 = [16]byte{0xb7, 4: 1, 8: 0x95} // r0 = 1; exit
	bpfReturns0 = [16]byte{0xb7, 8: 0x95}
	bpfLicense  = [4]byte{'G', 'P', 'L'}
	bpfPinPath  = [...]byte{'/', 'r', 'u', 'n', '/', 'b', 'p', 'f', '/', 'l', 0}
)

func bpf(command uintptr, attr ...uint32) (int, error) {
	n, _, errno := unix.Syscall(unix.SYS_BPF, command, uintptr(unsafe.Pointer(&attr[0])), uintptr(4*len(attr)))
	if errno != 0 {
		return -1, errno
	}
	return int(n), nil
}

// address are the two words of a pointer in the argument of bpf(2).
func address(p unsafe.Pointer) (first, second uint32) {
	var b [8]byte
	binary.NativeEndian.PutUint64(b[:], uint64(uintptr(p)))
	return binary.NativeEndian.Uint32(b[:]), binary.NativeEndian.Uint32(b[4:])
}

func bpfProgram(kind, attach, target uint32, code *[16]byte) (int, error) {
	c1, c2 := address(unsafe.Pointer(code))
	l1, l2 := address(unsafe.Pointer(&bpfLicense))
	attr := [28]uint32{kind, 2, c1, c2, l1, l2, 17: attach, 27: target} // prog_type to attach_btf_id
	return bpf(bpfProgLoad, attr[:]...)
}

// bpfLinkOf links a program, which it closes.
func bpfLinkOf(program int, err error, attr ...uint32) (int, error) {
	if err != nil {
		return -1, err
	}
	defer unix.Close(program)
	return bpf(bpfLinkCreate, append([]uint32{uint32(program)}, attr...)...)
}

func netfilterLinkHere() (int, error) {
	program, err := bpfProgram(netfilterProgram, netfilterAttach, 0, &bpfReturns1)
	const localIn, priority = 1, 7
	return bpfLinkOf(program, err, 0, netfilterAttach, 0, unix.NFPROTO_IPV4, localIn, priority, 0)
}

func holdNetfilterLink(path string) error {
	return within(path, func() error { return second(netfilterLinkHere()) })
}

// holdPinnedLink has a file of a bpffs, which the test has mounted, and no descriptor.
func holdPinnedLink(path string) error {
	return within(path, func() error {
		link, err := netfilterLinkHere()
		if err != nil {
			return err
		}
		defer unix.Close(link)
		p1, p2 := address(unsafe.Pointer(&bpfPinPath))
		return second(bpf(bpfObjPin, p1, p2, uint32(link)))
	})
}

func holdFlowDissector(path string) error {
	return within(path, func() error {
		ns, err := unix.Open("/proc/thread-self/ns/net", unix.O_RDONLY, 0)
		if err != nil {
			return err
		}
		defer unix.Close(ns)
		program, err := bpfProgram(flowDissectorProgram, flowDissectorAttach, 0, &bpfReturns1)
		return second(bpfLinkOf(program, err, uint32(ns), flowDissectorAttach, 0))
	})
}

// holdIterator opens an iterator over the sockets of TCP.
func holdIterator(path string) error {
	return within(path, func() error {
		program, err := bpfProgram(tracingProgram, traceIterAttach, btfFunction("bpf_iter_tcp"), &bpfReturns0)
		link, err := bpfLinkOf(program, err, 0, traceIterAttach, 0)
		if err != nil {
			return err
		}
		defer unix.Close(link)
		return second(bpf(bpfIterCreate, uint32(link), 0))
	})
}

// btfFunction is the identifier of a function in the types of the kernel (Documentation/bpf/btf.rst),
// 0 if there is none.
func btfFunction(name string) (id uint32) {
	const kindFunc = 12
	raw, err := os.ReadFile("/sys/kernel/btf/vmlinux")
	if err != nil {
		return 0
	}
	word := func(at uint32) uint32 { return binary.NativeEndian.Uint32(raw[at:]) }
	header := word(4)
	types, end, texts := header+word(8), header+word(8)+word(12), raw[header+word(16):]
	want := uint32(bytes.Index(texts, []byte("\x00"+name+"\x00")) + 1)
	// What follows the 12 bytes of a type, for each of its members.
	fixed := map[uint32]uint32{1: 4, 3: 12, 14: 4, 17: 4}
	each := map[uint32]uint32{4: 12, 5: 12, 6: 8, 13: 8, 15: 12, 19: 12}
	for at := types; at < end; {
		id++
		kind, members := word(at+4)>>24&31, word(at+4)&0xffff
		if kind == kindFunc && word(at) == want {
			return id
		}
		at += 12 + fixed[kind] + each[kind]*members
	}
	return 0
}
