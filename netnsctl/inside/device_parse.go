package inside

import (
	"encoding/binary"
	"net"
	"net/netip"
	"slices"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"

	"github.com/netnsctl/netnsctl/netnsctl/internal/rtnl"
)

// parseDevice reads a struct ifinfomsg, {family, pad u8, type u16, index s32, flags, change u32},
// and its attributes, from the namespace with the nsid here. netlink.LinkDeserialize takes ten
// times as long: a scan reads the devices of all namespaces.
func parseDevice(message []byte, here int32) (d Device, err error) {
	if len(message) < unix.SizeofIfInfomsg {
		return d, unix.EBADMSG
	}
	order := binary.NativeEndian
	d = Device{
		Index: int(int32(order.Uint32(message[4:]))), Up: order.Uint32(message[8:])&unix.IFF_UP != 0,
		Loopback: order.Uint16(message[2:]) == unix.ARPHRD_LOOPBACK, State: stateName(),
	}
	lower, underlay, peer, parent, carrier := 0, 0, int32(rtnl.Unassigned), false, false
	err = rtnl.Each(message[unix.SizeofIfInfomsg:], func(kind uint16, value []byte) {
		switch kind {
		case unix.IFLA_IFNAME:
			d.Name = unix.ByteSliceToString(value)
		case unix.IFLA_PROP_LIST:
			_ = rtnl.Each(value, func(_ uint16, name []byte) { d.AltNames = append(d.AltNames, unix.ByteSliceToString(name)) })
		case unix.IFLA_LINKINFO:
			underlay = d.parseInfo(value)
		case unix.IFLA_OPERSTATE:
			d.State = stateName(value[:min(1, len(value))]...)
		case unix.IFLA_ADDRESS:
			if slices.ContainsFunc(value, func(b byte) bool { return b != 0 }) {
				d.MAC = slices.Clone(MAC(value))
			}
		case unix.IFLA_MTU:
			d.MTU = int(rtnl.Uint32(value))
		case unix.IFLA_MASTER:
			d.Master = int(rtnl.Uint32(value))
		case unix.IFLA_LINK:
			lower = int(rtnl.Uint32(value))
		case unix.IFLA_LINK_NETNSID:
			peer = int32(rtnl.Uint32(value))
		case unix.IFLA_AF_SPEC:
			d.Forwarding = forwards(value)
		case unix.IFLA_CARRIER:
			carrier = len(value) > 0 && value[0] != 0
		case unix.IFLA_PARENT_DEV_NAME:
			parent = true
		case unix.IFLA_XDP:
			_ = rtnl.Each(value, func(kind uint16, value []byte) {
				d.XDP = d.XDP || kind == unix.IFLA_XDP_ATTACHED && len(value) > 0 && value[0] != 0
			})
		}
	})
	d.Physical = !d.Loopback && (d.Kind == "" || parent || slices.Contains(hardwareKinds, d.Kind))
	// The kernel takes the carrier from a persistent device when its last descriptor is closed
	// (__tun_detach in drivers/net/tun.c).
	d.Attached = d.Attached || d.Kind == "tun" && carrier
	if d.VXLAN != nil {
		lower = underlay
	}
	if lower == d.Index && !d.hasLower() {
		// The kernel sends the index of the device itself for a driver that names no
		// lower device, if the namespaces differ (nla_put_iflink in net/core/rtnetlink.c).
		lower = 0
	}
	switch {
	case peer != rtnl.Unassigned:
		d.Link = &Link{int(peer), lower}
	case lower != 0:
		d.Link = &Link{int(here), lower}
	}
	return d, err
}

// parseInfo reads IFLA_LINKINFO: the kind, then what depends on it. It gives the index of the
// device by which the packets of a VXLAN device leave, 0 if none is set.
func (d *Device) parseInfo(info []byte) (underlay int) {
	_ = rtnl.Each(info, func(kind uint16, value []byte) {
		switch {
		case kind == unix.IFLA_INFO_KIND:
			d.Kind = unix.ByteSliceToString(value)
		case kind == unix.IFLA_INFO_DATA && d.Kind == "vlan":
			_ = rtnl.Each(value, func(kind uint16, value []byte) {
				if kind == unix.IFLA_VLAN_ID && len(value) >= 2 {
					d.VLAN = int(binary.NativeEndian.Uint16(value))
				}
			})
		case kind == unix.IFLA_INFO_DATA && d.Kind == "tun":
			// A device that is not persistent ends with its last descriptor (Linux 4.20 tells).
			_ = rtnl.Each(value, func(kind uint16, value []byte) {
				d.Attached = d.Attached || kind == nl.IFLA_TUN_PERSIST && len(value) > 0 && value[0] == 0
			})
		case kind == unix.IFLA_INFO_DATA && d.Kind == "vxlan":
			d.VXLAN = &VXLAN{}
			_ = rtnl.Each(value, func(kind uint16, value []byte) {
				switch kind {
				case unix.IFLA_VXLAN_ID:
					d.VXLAN.ID = rtnl.Uint32(value)
				case unix.IFLA_VXLAN_GROUP, unix.IFLA_VXLAN_GROUP6:
					d.VXLAN.Group = specified(value)
				case unix.IFLA_VXLAN_LOCAL, unix.IFLA_VXLAN_LOCAL6:
					d.VXLAN.Local = specified(value)
				case unix.IFLA_VXLAN_LINK:
					underlay = int(rtnl.Uint32(value))
				}
			})
		}
	})
	return underlay
}

// stateName is the word of RFC 2863 for IFLA_OPERSTATE.
func stateName(state ...byte) string {
	words := [...]string{"unknown", "notpresent", "down", "lowerlayerdown", "testing", "dormant", "up"}
	if len(state) == 0 || int(state[0]) >= len(words) {
		return words[0]
	}
	return words[state[0]]
}

// hardwareKinds are the drivers whose devices stand for hardware although they have a kind.
// Before Linux 5.14 the kernel tells no parent device.
var hardwareKinds = []string{"can", "dsa", "wwan"}

// forwards reports whether IFLA_AF_SPEC has IPV4_DEVCONF_FORWARDING or DEVCONF_FORWARDING set,
// each the first number of the settings of its family.
func forwards(families []byte) bool {
	forwarding := false
	_ = rtnl.Each(families, func(family uint16, attrs []byte) {
		_ = rtnl.Each(attrs, func(kind uint16, settings []byte) {
			known := family == unix.AF_INET && kind == inet4Conf || family == unix.AF_INET6 && kind == inet6Conf
			forwarding = forwarding || known && rtnl.Uint32(settings) != 0
			if at := forceForwarding * 4; family == unix.AF_INET6 && kind == inet6Conf && len(settings) >= at+4 {
				forwarding = forwarding || rtnl.Uint32(settings[at:]) != 0
			}
		})
	})
	return forwarding
}

// IFLA_INET_CONF and IFLA_INET6_CONF of include/uapi/linux/if_link.h.
const (
	inet4Conf = 1
	inet6Conf = 2
)

// forceForwarding is DEVCONF_FORCE_FORWARDING of include/uapi/linux/ipv6.h (Linux 6.17).
const forceForwarding = 59

// specified is not valid for an address that is not set.
func specified(ip net.IP) netip.Addr {
	if ip.IsUnspecified() {
		return netip.Addr{}
	}
	return addr(ip)
}

func addr(b []byte) netip.Addr {
	a, _ := netip.AddrFromSlice(b)
	return a
}
