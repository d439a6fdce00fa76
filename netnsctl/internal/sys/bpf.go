package sys

import (
	"encoding/binary"
	"unsafe"

	"golang.org/x/sys/unix"
)

// NextBPFLink is the identifier of the link of a BPF program that follows id (Linux 5.8); ENOENT
// after the last.
func NextBPFLink(id uint32) (uint32, error) {
	var attr [12]byte // union bpf_attr in the kernel's include/uapi/linux/bpf.h: start_id, next_id, open_flags
	binary.NativeEndian.PutUint32(attr[:], id)
	_, err := bpf(unix.BPF_LINK_GET_NEXT_ID, attr[:])
	return binary.NativeEndian.Uint32(attr[4:]), err
}

// OpenBPFLink opens a link. To close it waits for nothing, even where it was closed everywhere else
// meanwhile, so that it ends.
func OpenBPFLink(id uint32) (int, error) {
	var attr [4]byte // link_id
	binary.NativeEndian.PutUint32(attr[:], id)
	return bpf(unix.BPF_LINK_GET_FD_BY_ID, attr[:])
}

// bpf is bpf(2).
func bpf(command uintptr, attr []byte) (int, error) {
	n, _, errno := unix.Syscall(unix.SYS_BPF, command, uintptr(unsafe.Pointer(&attr[0])), uintptr(len(attr)))
	if errno != 0 {
		return -1, errno
	}
	return int(n), nil
}
