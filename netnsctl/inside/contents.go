package inside

import (
	"net"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
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

type (
	// VXLAN has a VXLAN device's network identifier, its group or remote end,
	// and its source address.
	VXLAN = sys.VXLAN
	// Address is an address of a device, which it names by its index.
	Address = sys.Address
	// Route is a route of the main table.
	Route = sys.Route
	// Hop is one way of a route.
	Hop = sys.Hop
	// Socket is a listening TCP socket, or a UDP socket that is not connected.
	Socket = sys.Socket
)

// Device finds a device by its index, nil if there is none.
func (c *Contents) Device(index int) *Device {
	for i := range c.Devices {
		if c.Devices[i].Index == index {
			return &c.Devices[i]
		}
	}
	return nil
}
