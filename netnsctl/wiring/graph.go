package wiring

import (
	"net/netip"
	"slices"

	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/inside"
)

// Graph is namespaces with their devices, and what joins these.
type Graph struct {
	Namespaces []*Namespace
	Links      []Link
	// Outward are the links of a part of a graph whose ends are not all in it.
	// They have all their ends.
	Outward []Link

	hidden map[*Device]bool
}

// Namespace is a network namespace. One that only devices lead to, and that the
// scan has not found, has no ID.
type Namespace struct {
	*discover.Namespace
	// Devices are in the order of their indices.
	Devices []*Device
	// Err says what could not be read.
	Err error
	// Found says that the scan has it, Read that its devices were looked for.
	Found, Read bool
}

// Device is a device of a namespace.
type Device struct {
	*inside.Device
	Namespace *Namespace
	Addresses []inside.Address
	// Master is the device that it is a port of, and Ports are its own ports, as
	// of a bridge, a bond or a VRF.
	Master *Device
	Ports  []*Device
	// Unseen is the namespace that it leads to if the device there could not
	// be seen; nil otherwise.
	Unseen *Namespace
}

// Kind is how devices are joined.
type Kind string

const (
	// Pair are the two ends of a veth, netkit or vxcan pair.
	Pair Kind = "pair"
	// Over joins a device with the one below it, by which its packets travel:
	// that of a macvlan, an ipvlan, a VLAN or a VXLAN.
	Over Kind = "over"
	// Tunnel joins VXLAN devices of one network whose group is the same, or
	// whose remote end is an address of the other. It is concluded, the kernel
	// tells of none.
	Tunnel Kind = "tunnel"
)

// Link joins devices. The first end of [Over] is the upper one; a [Tunnel] may
// have more than two.
type Link struct {
	Kind Kind
	Ends []*Device
}

// Build makes the graph of the namespaces that a scan has found, and of the
// contents that [inside.Read] has for each of them, devices and addresses, in
// the same order. Further contents are namespaces that only devices lead to.
func Build(found []*discover.Namespace, contents []inside.Contents) *Graph {
	g := &Graph{}
	for i := range contents {
		n := &Namespace{Namespace: &discover.Namespace{}, Err: contents[i].Err, Read: true}
		if i < len(found) {
			n.Namespace, n.Found = found[i], true
			n.Read = found[i].Descriptor() >= 0
		}
		n.fill(&contents[i])
		g.Namespaces = append(g.Namespaces, n)
	}
	paired := map[*Device]bool{}
	for _, n := range g.Namespaces {
		for _, d := range n.Devices {
			g.join(d, paired)
		}
	}
	g.Links = append(g.Links, tunnels(g)...)
	return g
}

func (n *Namespace) fill(c *inside.Contents) {
	for i := range c.Devices {
		n.Devices = append(n.Devices, &Device{Device: &c.Devices[i], Namespace: n})
	}
	slices.SortFunc(n.Devices, func(a, b *Device) int { return a.Index - b.Index })
	for _, a := range c.Addresses {
		if d := n.device(a.Device); d != nil {
			d.Addresses = append(d.Addresses, a)
		}
	}
	for _, d := range n.Devices {
		if master := n.device(d.Device.Master); master != nil && master != d {
			d.Master = master
			master.Ports = append(master.Ports, d)
		}
	}
}

func (n *Namespace) device(index int) *Device {
	for _, d := range n.Devices {
		if d.Index == index {
			return d
		}
	}
	return nil
}

// join adds what a device leads to. Both ends of a pair lead to each other: the
// first one adds it.
func (g *Graph) join(d *Device, paired map[*Device]bool) {
	if d.Link == nil {
		return
	}
	there := g.Namespaces[d.Link.Namespace]
	far := there.device(d.Link.Index)
	switch {
	case far == nil:
		d.Unseen = there
	case !d.Paired():
		g.Links = append(g.Links, Link{Over, []*Device{d, far}})
	case !paired[d]:
		paired[far] = true
		g.Links = append(g.Links, Link{Pair, []*Device{d, far}})
	}
}

// has tells whether an address is one of the namespace's.
func (n *Namespace) has(addr netip.Addr) bool {
	return slices.ContainsFunc(n.Devices, func(d *Device) bool {
		return slices.ContainsFunc(d.Addresses, func(a inside.Address) bool {
			return a.Prefix.Addr() == addr
		})
	})
}
