package sys

import (
	"bytes"
	"slices"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Address is an address of a device.
type Address struct {
	// Device is the device's index, Name its name where the namespace was
	// entered to read this.
	Device int
	Name   string
	// Local is the address, of 4 or 16 bytes, Peer the far end's where it is a
	// point-to-point address. Bits is the length of the prefix, the far end's if
	// there is one.
	Local, Peer []byte
	Bits        int
	// Scope is "global", "site", "link", "host", "nowhere" or a number.
	Scope string
	// Label is an IPv4 address' own name, by convention its device's.
	Label string
	// Flags are those that say something of its use: "secondary",
	// "temporary", "tentative", "dadfailed", "deprecated", "dynamic".
	Flags []string
}

// Addresses lists the addresses of the namespace that has the nsid target in the
// socket's, which then must be strict (Linux 4.20), or of the socket's own.
func (c *RTNL) Addresses(target *int32) ([]Address, error) {
	all, err := dump(c, unix.RTM_GETADDR, make([]byte, unix.SizeofIfAddrmsg), parseAddress,
		targetAttr(unix.IFA_TARGET_NETNSID, target)...)
	for i := range all {
		if target == nil {
			all[i].Name = c.deviceName(all[i].Device)
		}
	}
	return all, err
}

// parseAddress reads a struct ifaddrmsg, {family u8, prefixlen u8, flags u8,
// scope u8, index u32}, and its attributes.
func parseAddress(data []byte) (a Address, ok bool) {
	if len(data) < unix.SizeofIfAddrmsg {
		return a, false
	}
	family, flags := data[0], uint32(data[2])
	a.Bits, a.Device, a.Scope = int(data[1]), int(number(data[4:])), scopeName(data[3])
	var address []byte
	eachAttr(data[unix.SizeofIfAddrmsg:], func(kind uint16, value []byte) {
		switch kind {
		case unix.IFA_LOCAL:
			a.Local = slices.Clone(value)
		case unix.IFA_ADDRESS:
			address = slices.Clone(value)
		case unix.IFA_LABEL:
			a.Label = unix.ByteSliceToString(value)
		case unix.IFA_FLAGS:
			flags = number(value)
		}
	})
	switch {
	case a.Local == nil:
		a.Local = address
	case address != nil && !bytes.Equal(a.Local, address):
		a.Peer = address
	}
	a.Flags = addressFlags(family, flags)
	return a, len(a.Local) == 4 || len(a.Local) == 16
}

func addressFlags(family uint8, flags uint32) (words []string) {
	add := func(flag uint32, word string) {
		if flags&flag != 0 {
			words = append(words, word)
		}
	}
	if family == unix.AF_INET6 {
		add(unix.IFA_F_TEMPORARY, "temporary")
	} else {
		add(unix.IFA_F_SECONDARY, "secondary") // the same bit
	}
	add(unix.IFA_F_TENTATIVE, "tentative")
	add(unix.IFA_F_DADFAILED, "dadfailed")
	add(unix.IFA_F_DEPRECATED, "deprecated")
	if flags&unix.IFA_F_PERMANENT == 0 {
		words = append(words, "dynamic")
	}
	return words
}

// deviceName asks for the name of a device by its index (netdevice(7)), empty if
// there is none. To list the devices would do more: see [RTNL.Links].
func (c *RTNL) deviceName(index int) string {
	var request struct { // struct ifreq
		name  [unix.IFNAMSIZ]byte
		index int32
		_     [20]byte
	}
	request.index = int32(index)
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(c.fd), unix.SIOCGIFNAME, uintptr(unsafe.Pointer(&request)))
	if errno != 0 {
		return ""
	}
	return unix.ByteSliceToString(request.name[:])
}
