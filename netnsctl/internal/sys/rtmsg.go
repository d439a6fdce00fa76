package sys

import (
	"encoding/binary"

	"golang.org/x/sys/unix"
)

// attr is a netlink attribute. The messages of this package are few and short:
// vishvananda/netlink's would bring package net into every start.
type attr struct {
	kind  uint16
	value []byte
}

func attr32(kind uint16, v int32) attr {
	return attr{kind, binary.NativeEndian.AppendUint32(nil, uint32(v))}
}

// sizeofRtGenMsg is that of struct rtgenmsg, {family u8}, padded. Zeroes are
// AF_UNSPEC.
const sizeofRtGenMsg = unix.NLMSG_ALIGNTO

// appendRequest appends a request: a struct nlmsghdr, the header of its kind of
// request, a multiple of four bytes long, and attributes.
func appendRequest(b []byte, kind, flags uint16, seq uint32, header []byte, attrs ...attr) []byte {
	start := len(b)
	b = append(append(b, make([]byte, unix.NLMSG_HDRLEN)...), header...)
	for _, a := range attrs {
		b = binary.NativeEndian.AppendUint16(b, uint16(unix.SizeofRtAttr+len(a.value)))
		b = binary.NativeEndian.AppendUint16(b, a.kind)
		b = append(b, a.value...)
		for len(b)%unix.RTA_ALIGNTO != 0 {
			b = append(b, 0)
		}
	}
	message := b[start:]
	binary.NativeEndian.PutUint32(message, uint32(len(message)))
	binary.NativeEndian.PutUint16(message[4:], kind)
	binary.NativeEndian.PutUint16(message[6:], flags|unix.NLM_F_REQUEST)
	binary.NativeEndian.PutUint32(message[8:], seq)
	return b
}

// eachAttr calls f with the attributes in b, up to the first that is cut off. The
// two highest bits of a kind are flags.
func eachAttr(b []byte, f func(kind uint16, value []byte)) {
	for len(b) >= unix.SizeofRtAttr {
		size := int(binary.NativeEndian.Uint16(b))
		if size < unix.SizeofRtAttr || size > len(b) {
			return
		}
		f(binary.NativeEndian.Uint16(b[2:])&^(unix.NLA_F_NESTED|unix.NLA_F_NET_BYTEORDER), b[unix.SizeofRtAttr:size])
		b = b[min(len(b), (size+unix.RTA_ALIGNTO-1)&^(unix.RTA_ALIGNTO-1)):]
	}
}

// number reads an attribute of 32 bits, 0 where it is shorter.
func number(value []byte) uint32 {
	if len(value) < 4 {
		return 0
	}
	return binary.NativeEndian.Uint32(value)
}
