package wiring

import (
	"slices"

	"github.com/netnsctl/netnsctl/netnsctl/inside"
)

// Telling is the graph without the namespaces that have nothing to show, and how
// many these are: no connection, and no device beside those that the kernel puts
// into every namespace. Those that could not be read stay.
func (g *Graph) Telling() (rest *Graph, leftOut int) {
	connected := map[*Namespace]bool{}
	for _, ends := range g.connections() {
		for _, n := range ends {
			connected[n] = true
		}
	}
	rest = g.only(func(n *Namespace) bool {
		return connected[n] || n.Err != nil || !n.Read || slices.ContainsFunc(n.Devices, func(d *Device) bool { return !d.Bare() })
	}, nil)
	return rest, len(g.Namespaces) - len(rest.Namespaces)
}

// connections are the namespaces of each link, and of devices that lead where
// nothing can be seen.
func (g *Graph) connections() [][]*Namespace {
	var all [][]*Namespace
	for _, l := range g.Links {
		var ends []*Namespace
		for _, d := range l.Ends {
			ends = append(ends, d.Namespace)
		}
		all = append(all, ends)
	}
	for _, n := range g.Namespaces {
		for _, d := range n.Devices {
			if d.Unseen != nil {
				all = append(all, []*Namespace{n, d.Unseen})
			}
		}
	}
	return all
}

// only is the part of the graph that has the namespaces to keep, without their
// hidden devices.
func (g *Graph) only(keep func(*Namespace) bool, hidden map[*Device]bool) *Graph {
	rest := &Graph{hidden: hidden}
	for _, n := range g.Namespaces {
		if keep(n) {
			rest.Namespaces = append(rest.Namespaces, n)
		}
	}
	for _, l := range g.Links {
		var shown []*Device
		for _, d := range l.Ends {
			if keep(d.Namespace) && !hidden[d] {
				shown = append(shown, d)
			}
		}
		if len(shown) > 1 {
			rest.Links = append(rest.Links, Link{l.Kind, shown})
		}
		if len(shown) > 0 && len(shown) < len(l.Ends) {
			rest.Outward = append(rest.Outward, l)
		}
	}
	return rest
}

// Bare tells whether a device is one that the kernel puts into every namespace,
// with nothing done to it: the loopback device, and the fallback devices of
// tunnel drivers (net.core.fb_tunnels_only_for_init_net in the kernel's
// Documentation/admin-guide/sysctl/net.rst).
func (d *Device) Bare() bool {
	if d.Master != nil || len(d.Ports) > 0 {
		return false
	}
	if d.Loopback {
		return !slices.ContainsFunc(d.Addresses, func(a inside.Address) bool { return !a.Prefix.Addr().IsLoopback() })
	}
	if d.Up || len(d.Addresses) > 0 {
		return false
	}
	switch d.Name {
	case "tunl0", "sit0", "gre0", "gretap0", "erspan0", "ip_vti0", "ip6tnl0", "ip6gre0", "ip6_vti0":
		return true
	}
	return false
}
