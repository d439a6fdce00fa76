package wiring

import (
	"net/netip"
	"slices"
)

// tunnels concludes which VXLAN devices reach each other. If several devices are at a
// remote address, as in copies of a lab, only ends that name each other count. If these
// are several, too, there is no link.
func tunnels(g *Graph) []Link {
	var ends []*Device
	for _, n := range g.Namespaces {
		for _, d := range n.Devices {
			if d.VXLAN != nil && d.VXLAN.Group.IsValid() {
				ends = append(ends, d)
			}
		}
	}
	return append(groups(ends), remotes(g, ends)...)
}

// network identifies a VXLAN network with a multicast group.
type network struct {
	id    uint32
	group netip.Addr
}

func groups(ends []*Device) []Link {
	var order []network
	members := map[network][]*Device{}
	for _, d := range ends {
		if !d.VXLAN.Group.IsMulticast() {
			continue
		}
		key := network{d.VXLAN.ID, d.VXLAN.Group}
		if members[key] == nil {
			order = append(order, key)
		}
		members[key] = append(members[key], d)
	}
	var links []Link
	for _, key := range order {
		if len(members[key]) > 1 {
			links = append(links, Link{Tunnel, members[key]})
		}
	}
	return links
}

func remotes(g *Graph, ends []*Device) []Link {
	var links []Link
	for _, d := range ends {
		far := farEnd(g, d, ends)
		if far == nil {
			continue
		}
		if !slices.ContainsFunc(links, func(l Link) bool { return l.Ends[0] == far && l.Ends[1] == d }) {
			links = append(links, Link{Tunnel, []*Device{d, far}})
		}
	}
	return links
}

// farEnd is the device at the remote address of d, nil if there is none or more than
// one.
func farEnd(g *Graph, d *Device, ends []*Device) *Device {
	if d.VXLAN.Group.IsMulticast() {
		return nil
	}
	var all, mutual []*Device
	for _, e := range ends {
		if e == d || e.VXLAN.ID != d.VXLAN.ID || !g.outside(e).has(d.VXLAN.Group) {
			continue
		}
		all = append(all, e)
		if g.outside(d).has(e.VXLAN.Group) {
			mutual = append(mutual, e)
		}
	}
	switch {
	case len(mutual) == 1:
		return mutual[0]
	case len(mutual) == 0 && len(all) == 1:
		return all[0]
	}
	return nil
}

// outside is the namespace in which the packets of a tunnel travel. A tunnel device
// that was moved is in another one.
func (g *Graph) outside(d *Device) *Namespace {
	if d.Link == nil {
		return d.Namespace
	}
	return g.Namespaces[d.Link.Namespace]
}
