package sys

import (
	"encoding/binary"
	"slices"

	"golang.org/x/sys/unix"
)

// Link is a device as rtnetlink tells of it.
type Link struct {
	Index    int
	Name     string
	AltNames []string
	// Kind is the driver's name for devices made on request, such as "veth".
	Kind string
	// PortKind is that of its master: "bridge", "bond", "vrf".
	PortKind string
	Loopback bool
	// Up is what was asked for, State what the device says of itself
	// (RFC 2863): "up", "down", "lowerlayerdown", "unknown" …
	Up    bool
	State string
	MAC   []byte
	MTU   int
	// Master is the index of the device that it is a port of, 0 if none.
	Master int
	// Lower is the index of the device at its far end or below it, 0 if none.
	// LowerNSID is where that is: [NSIDUnassigned] for the device's own
	// namespace.
	Lower     int
	LowerNSID int32
	VLAN      int
	VXLAN     *VXLAN
}

// VXLAN is what a VXLAN device has of its own.
type VXLAN struct {
	ID uint32
	// Group is the multicast group or the only remote end, Local the source; nil
	// if there is none.
	Group, Local []byte

	lower int // what IFLA_LINK is for others
}

// Links lists the devices of the namespace that has the nsid target in the
// socket's (Linux 4.15), or of the socket's own. The kernel numbers the
// namespaces that links lead to, in the socket's namespace, where they have no
// number yet.
func (c *RTNL) Links(target *int32) ([]Link, error) {
	return dump(c, unix.RTM_GETLINK, make([]byte, unix.SizeofIfInfomsg), parseLink,
		targetAttr(unix.IFLA_TARGET_NETNSID, target)...)
}

// parseLink reads a struct ifinfomsg, {family u8, pad u8, type u16, index
// i32, flags u32, change u32}, and its attributes.
func parseLink(data []byte) (l Link, ok bool) {
	if len(data) < unix.SizeofIfInfomsg {
		return l, false
	}
	l.Loopback = binary.NativeEndian.Uint16(data[2:]) == unix.ARPHRD_LOOPBACK
	l.Index = int(int32(binary.NativeEndian.Uint32(data[4:])))
	l.Up = binary.NativeEndian.Uint32(data[8:])&unix.IFF_UP != 0
	l.State, l.LowerNSID = "unknown", NSIDUnassigned
	eachAttr(data[unix.SizeofIfInfomsg:], func(kind uint16, value []byte) {
		switch kind {
		case unix.IFLA_IFNAME:
			l.Name = unix.ByteSliceToString(value)
		case unix.IFLA_ADDRESS:
			l.MAC = slices.Clone(value)
		case unix.IFLA_MTU:
			l.MTU = int(number(value))
		case unix.IFLA_MASTER:
			l.Master = int(number(value))
		case unix.IFLA_LINK:
			l.Lower = int(number(value))
		case unix.IFLA_LINK_NETNSID:
			l.LowerNSID = int32(number(value))
		case unix.IFLA_OPERSTATE:
			l.State = operState(value)
		case unix.IFLA_LINKINFO:
			l.parseInfo(value)
		case unix.IFLA_PROP_LIST:
			eachAttr(value, func(kind uint16, value []byte) {
				if kind == unix.IFLA_ALT_IFNAME {
					l.AltNames = append(l.AltNames, unix.ByteSliceToString(value))
				}
			})
		}
	})
	switch {
	case l.VXLAN != nil:
		l.Lower = l.VXLAN.lower
	case l.Lower == l.Index && !l.stands():
		// What the kernel says for a driver that names no device, once the
		// namespaces differ (nla_put_iflink in net/core/rtnetlink.c).
		l.Lower = 0
	}
	return l, l.Name != ""
}

// stands tells whether the driver always names the far end or the device below.
func (l *Link) stands() bool {
	switch l.Kind {
	case "veth", "vxcan", "netkit", "macvlan", "macvtap", "ipvlan", "ipvtap", "vlan", "macsec", "ipoib":
		return true
	}
	return false
}

func (l *Link) parseInfo(info []byte) {
	var data []byte
	eachAttr(info, func(kind uint16, value []byte) {
		switch kind {
		case unix.IFLA_INFO_KIND:
			l.Kind = unix.ByteSliceToString(value)
		case unix.IFLA_INFO_SLAVE_KIND:
			l.PortKind = unix.ByteSliceToString(value)
		case unix.IFLA_INFO_DATA:
			data = value
		}
	})
	switch l.Kind {
	case "vlan":
		eachAttr(data, func(kind uint16, value []byte) {
			if kind == unix.IFLA_VLAN_ID && len(value) >= 2 {
				l.VLAN = int(binary.NativeEndian.Uint16(value))
			}
		})
	case "vxlan":
		l.VXLAN = &VXLAN{}
		eachAttr(data, func(kind uint16, value []byte) {
			switch kind {
			case unix.IFLA_VXLAN_ID:
				l.VXLAN.ID = number(value)
			case unix.IFLA_VXLAN_LINK:
				l.VXLAN.lower = int(number(value))
			case unix.IFLA_VXLAN_GROUP, unix.IFLA_VXLAN_GROUP6:
				l.VXLAN.Group = address(value)
			case unix.IFLA_VXLAN_LOCAL, unix.IFLA_VXLAN_LOCAL6:
				l.VXLAN.Local = address(value)
			}
		})
	}
}

// operState is the word for one of IF_OPER_… (include/uapi/linux/if.h).
func operState(value []byte) string {
	words := [...]string{"unknown", "notpresent", "down", "lowerlayerdown", "testing", "dormant", "up"}
	if len(value) == 0 || int(value[0]) >= len(words) {
		return words[0]
	}
	return words[value[0]]
}

// number reads an attribute of 32 bits, 0 where it is shorter.
func number(value []byte) uint32 {
	if len(value) < 4 {
		return 0
	}
	return binary.NativeEndian.Uint32(value)
}

// address reads an address; an unspecified one is none.
func address(value []byte) []byte {
	if !slices.ContainsFunc(value, func(b byte) bool { return b != 0 }) {
		return nil
	}
	return slices.Clone(value)
}
