// Package wiring tells how network namespaces are joined: by pairs of virtual
// devices, by devices that use one in another namespace, by tunnels.
//
// [Build] makes the graph from the results of packages discover and inside. Package
// wiring makes no system call.
package wiring

import (
	"net/netip"
	"slices"

	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/inside"
)

// Graph has namespaces, their devices and the links between the devices.
type Graph struct {
	Namespaces []*Namespace
	Links      []Link
	// Outward are the links, with all their ends, of which some ends are outside this
	// part of a graph.
	Outward []Link

	hidden map[*Device]bool
}

// Namespace is a network namespace. It has no ID if the scan has not found it, and
// only devices lead to it.
type Namespace struct {
	*discover.Namespace
	// Devices are in the order of their indices.
	Devices []*Device
	// Err says what could not be read.
	Err error
	// Found says that the scan has found the namespace, Read that inside.Read was
	// asked for its devices.
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
	// Unseen is the namespace that it leads to if the device there was not read; nil
	// otherwise.
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
	// Tunnel joins VXLAN devices of one network that have the same group, or of
	// which one has an address of the other as its remote end. The kernel does not
	// report tunnels: Build concludes them.
	Tunnel Kind = "tunnel"
)

// Link joins devices. The first end of [Over] is the upper one; a [Tunnel] may
// have more than two.
type Link struct {
	Kind Kind
	Ends []*Device
}

// Build makes the graph of the namespaces that a scan has found and of their contents:
// the result of [inside.Read] for them, with devices and addresses, in the same order.
// Further contents are those of namespaces that only devices lead to.
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

// join adds the link of a device. The two ends of a pair lead to each other: the first
// of them adds the link.
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

// has reports whether a device of the namespace has an address.
func (n *Namespace) has(addr netip.Addr) bool {
	return slices.ContainsFunc(n.Devices, func(d *Device) bool {
		return slices.ContainsFunc(d.Addresses, func(a inside.Address) bool {
			return a.Prefix.Addr() == addr
		})
	})
}
