// Package device lists network devices, read by vishvananda/netlink. It is apart
// from package sys because netlink brings package net, which every start would
// pay for.
//
// Addresses, routes and sockets are read by package sys itself: netlink has no
// address dump of another namespace by its nsid, gives none of the routes once it
// cannot decode one (an SRv6 header with an HMAC), and lists sockets only with
// every connection and without IPV6_V6ONLY.
package device

import (
	"errors"
	"net"
	"strings"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Device is a device as rtnetlink tells of it.
type Device struct {
	Index    int
	Name     string
	AltNames []string
	// Kind is the driver's name for devices made on request, such as "veth".
	Kind     string
	Loopback bool
	// Up is what was asked for, State what the device says of itself
	// (RFC 2863): "up", "down", "lowerlayerdown", "unknown" …
	Up    bool
	State string
	MAC   []byte // nil if there is none or all of it is zero
	MTU   int
	// Master is the index of the device that it is a port of, 0 if none, and
	// PortKind that one's kind: "bridge", "bond", "vrf".
	Master   int
	PortKind string
	// Lower is the index of the device at its far end or below it, 0 if none.
	// LowerNSID is where that is: [sys.NSIDUnassigned] for the device's own
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
}

// List lists the devices of the namespace that has the nsid target in the
// socket's (Linux 4.15). The kernel numbers the namespaces that devices lead to,
// in the socket's namespace, where they have no number yet. What can be read is
// returned with an error, too.
func List(c *sys.RTNL, target int32) ([]Device, error) {
	messages, err := c.DumpLinks(target)
	all := make([]Device, 0, len(messages))
	kinds := map[int]string{}
	for _, m := range messages {
		d, failed := parse(m)
		if failed != nil {
			err = errors.Join(err, failed)
			continue
		}
		all = append(all, d)
		kinds[d.Index] = d.Kind
	}
	for i := range all {
		all[i].PortKind = kinds[all[i].Master]
	}
	return all, err
}

func parse(message []byte) (d Device, err error) {
	if len(message) < unix.SizeofIfInfomsg {
		return d, unix.EBADMSG
	}
	link, err := netlink.LinkDeserialize(nil, message)
	if err != nil {
		return d, err
	}
	a := link.Attrs()
	d = Device{
		Index: a.Index, Name: a.Name, AltNames: a.AltNames, Kind: link.Type(), Loopback: a.EncapType == "loopback",
		Up: a.Flags&net.FlagUp != 0, State: strings.ReplaceAll(a.OperState.String(), "-", ""), MAC: a.HardwareAddr, MTU: a.MTU,
		Master: a.MasterIndex, Lower: a.ParentIndex, LowerNSID: int32(a.NetNsID),
	}
	switch l := link.(type) {
	case *netlink.Device:
		d.Kind = "" // no driver's on request
	case *netlink.Tuntap:
		d.Kind = "tun" // what the kernel calls it, and ip -details link
	case *netlink.Vlan:
		d.VLAN = l.VlanId
	case *netlink.Vxlan:
		d.VXLAN = &VXLAN{uint32(l.VxlanId), address(l.Group), address(l.SrcAddr)}
		d.Lower = l.VtepDevIndex
	}
	if d.Lower == d.Index && !d.stands() {
		// What the kernel says for a driver that names no device, once the
		// namespaces differ (nla_put_iflink in net/core/rtnetlink.c).
		d.Lower = 0
	}
	return d, nil
}

// stands tells whether the driver always names the far end or the device below.
func (d *Device) stands() bool {
	switch d.Kind {
	case "veth", "vxcan", "netkit", "macvlan", "macvtap", "ipvlan", "ipvtap", "vlan", "vxlan", "macsec", "ipoib":
		return true
	}
	return false
}

// address is nil where the address is not set.
func address(ip net.IP) []byte {
	if ip.IsUnspecified() {
		return nil
	}
	return ip
}
