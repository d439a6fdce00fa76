package rtnl

import (
	"slices"
	"syscall"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// Error is an error that the kernel answers.
type Error struct {
	Errno unix.Errno
	// Message is the text of the extended acknowledgement, if the kernel gave one.
	Message string
}

func (e *Error) Error() string {
	if e.Message != "" {
		return e.Message
	}
	return e.Errno.Error()
}

func (e *Error) Unwrap() error { return e.Errno }

// kernelError reads NLMSG_ERROR or NLMSG_DONE: an errno, then (in NLMSG_ERROR) the
// header of the request and, unless capped, its body, then the attributes of the
// extended acknowledgement (the kernel's
// Documentation/userspace-api/netlink/intro.rst).
func kernelError(m syscall.NetlinkMessage) error {
	code := int32(Uint32(m.Data))
	if code == 0 {
		return nil
	}
	result := &Error{Errno: unix.Errno(-code)}
	rest := m.Data[4:]
	if m.Header.Type == unix.NLMSG_ERROR {
		skip := unix.NLMSG_HDRLEN
		if m.Header.Flags&unix.NLM_F_CAPPED == 0 {
			skip = max(skip, int(Uint32(rest)))
		}
		rest = rest[min(skip, len(rest)):]
	}
	if m.Header.Flags&unix.NLM_F_ACK_TLVS == 0 {
		return result
	}
	for _, a := range Attrs(rest) {
		if a.Attr.Type == nl.NLMSGERR_ATTR_MSG {
			result.Message = unix.ByteSliceToString(a.Value)
		}
	}
	return result
}

// Attrs reads attributes; there are none if a length is wrong. nl.ParseRouteAttr alone
// panics if the last attribute has no padding.
func Attrs(b []byte) []syscall.NetlinkRouteAttr {
	padding := make([]byte, -len(b)&(unix.RTA_ALIGNTO-1))
	attrs, _ := nl.ParseRouteAttr(append(slices.Clip(b), padding...))
	return attrs
}

// Each calls got with each attribute, without the flags of its type (NLA_F_NESTED and
// NLA_F_NET_BYTEORDER). It copies nothing. The error says that a length is wrong.
func Each(b []byte, got func(kind uint16, value []byte)) error {
	order := nl.NativeEndian()
	for len(b) > 0 {
		if len(b) < unix.SizeofRtAttr {
			return unix.EBADMSG
		}
		size := int(order.Uint16(b))
		if size < unix.SizeofRtAttr || size > len(b) {
			return unix.EBADMSG
		}
		got(order.Uint16(b[2:])&^(unix.NLA_F_NESTED|unix.NLA_F_NET_BYTEORDER), b[unix.SizeofRtAttr:size])
		b = b[min((size+unix.RTA_ALIGNTO-1)&^(unix.RTA_ALIGNTO-1), len(b)):]
	}
	return nil
}

// Uint32 reads an attribute of 32 bits; a shorter one is 0.
func Uint32(value []byte) uint32 {
	if len(value) < 4 {
		return 0
	}
	return nl.NativeEndian().Uint32(value)
}
