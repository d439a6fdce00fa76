package inside

import (
	"net"
	"net/netip"
)

// Wanted says what to read.
type Wanted struct {
	Devices, Addresses, Routes, Sockets bool
	// Sysctls are kernel parameters, as paths such as "net/ipv4/ip_forward".
	Sysctls []string
}

// Contents is what was read of one namespace.
type Contents struct {
	Devices   []Device
	Addresses []Address
	Routes    []Route
	Sockets   []Socket
	// Sysctls has those of the parameters that the namespace has.
	Sysctls map[string]string
	// Err says what could not be read: [netnsctl.OpError]s, joined.
	Err error
}

// Device is a network device.
type Device struct {
	Index    int
	Name     string
	AltNames []string
	// Kind is the driver's word, such as "veth", "bridge", "vxlan"; empty for
	// hardware and the loopback device.
	Kind     string
	Loopback bool
	// Up is what the administrator asked for, State what the device says (RFC
	// 2863): "up", "down", "lowerlayerdown", "dormant", "unknown" …
	Up    bool
	State string
	MAC   net.HardwareAddr
	MTU   int
	// Master is the index, in the same namespace, of the device that it is a
	// port of, 0 if none; PortKind is that one's kind: "bridge", "bond", "vrf".
	Master   int
	PortKind string
	// Link is the device at its far end or below it, nil if there is none.
	Link *Link
	// VLAN is the tag of a device of kind vlan.
	VLAN int
	// VXLAN is set for devices of that kind.
	VXLAN *VXLAN
}

// Link is where a device leads.
type Link struct {
	// Namespace is the index of the namespace in the result of [Read].
	Namespace int
	// Index is the device there; 0 where only the namespace is known, which
	// then is where a tunnel's packets come out.
	Index int
}

// Paired tells whether the link of the device is the far end of a pair, and not
// a device below it.
func (d *Device) Paired() bool {
	return d.Kind == "veth" || d.Kind == "netkit" || d.Kind == "vxcan"
}

// Physical tells whether the device stands for hardware: no driver made it on
// request.
func (d *Device) Physical() bool { return d.Kind == "" && !d.Loopback }

// VXLAN is what a VXLAN device has of its own.
type VXLAN struct {
	ID uint32
	// Group is the multicast group or the only remote end, Local the source; not
	// valid if there is none.
	Group, Local netip.Addr
}

// Address is an address of a device.
type Address struct {
	// Device is the device's index, Name its name where the namespace was one of
	// those given.
	Device int
	Name   string
	// Prefix is the address with the length of its network's prefix, Peer that
	// of the far end of a point-to-point address; not valid if there is none.
	Prefix, Peer netip.Prefix
	// Scope is "global", "site", "link", "host", "nowhere" or a number.
	Scope string
	// Label is an IPv4 address' own name, by convention its device's.
	Label string
	// Flags are those that say something of its use: "secondary", "temporary",
	// "tentative", "dadfailed", "deprecated", "dynamic".
	Flags []string
}

// Route is a route of the main table.
type Route struct {
	// To is where it leads; the default route has the prefix of length 0.
	To netip.Prefix
	// Type is "unicast", "blackhole", "unreachable", "prohibit", "throw" …
	Type string
	// Hops are the ways that a packet may take, none for a blackhole.
	Hops   []Hop
	Source netip.Addr // preferred; not valid if none is
	Metric int
	Scope  string
	// Protocol is who made it: "kernel", "boot", "static", "ra", "dhcp" or a
	// number.
	Protocol string
}

// Hop is one way of a route.
type Hop struct {
	// Via is the gateway; not valid where the destination is on the link.
	Via    netip.Addr
	Device int
}

// Socket is a socket that waits for others to speak first: a listening TCP
// socket, or a UDP socket that is not connected.
type Socket struct {
	Protocol string // "tcp" or "udp"
	// Local is what it is bound to; an IPv6 socket on :: also takes IPv4 unless
	// OnlyIPv6.
	Local    netip.AddrPort
	OnlyIPv6 bool
	// Device is the index of the device that it is bound to, 0 if none, and Name
	// that one's name.
	Device int
	Name   string
	UID    uint32
	// Inode is the socket's number in /proc/PID/fd, 0 if no file leads to it.
	Inode uint64
}

// Device finds a device by its index, nil if there is none.
func (c *Contents) Device(index int) *Device {
	for i := range c.Devices {
		if c.Devices[i].Index == index {
			return &c.Devices[i]
		}
	}
	return nil
}
