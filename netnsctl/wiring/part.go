package wiring

import (
	"slices"

	"github.com/netnsctl/netnsctl/netnsctl/inside"
)

// Everywhere is the depth of [Graph.Around] without a limit.
const Everywhere = -1

// Around is the part of the graph that is at most depth links away from any of some
// namespaces. farther counts the other namespaces that are connected with them. Of a
// namespace at the edge, depth links away, the part has only the devices that lead
// into the part: the host of a hundred containers has a device for each of them.
func (g *Graph) Around(of []*Namespace, depth int) (part *Graph, farther int) {
	distance := g.distances(of)
	near := func(n *Namespace) bool {
		d, connected := distance[n]
		return connected && (depth == Everywhere || d <= depth)
	}
	edge := func(n *Namespace) bool { return depth > 0 && near(n) && distance[n] == depth }
	part = g.only(near, g.hiddenAt(edge, near))
	return part, len(distance) - len(part.Namespaces)
}

// Shows reports whether a part has a device. Not every device of its namespaces is in it.
func (g *Graph) Shows(d *Device) bool { return !g.hidden[d] }

// distances counts the links to every connected namespace, from the nearest of some
// namespaces.
func (g *Graph) distances(from []*Namespace) map[*Namespace]int {
	groups := g.connections()
	memberOf := map[*Namespace][]int{}
	for i, ends := range groups {
		for _, n := range ends {
			memberOf[n] = append(memberOf[n], i)
		}
	}
	distance := map[*Namespace]int{}
	var queue []*Namespace
	reach := func(n *Namespace, d int) {
		if _, known := distance[n]; !known {
			distance[n] = d
			queue = append(queue, n)
		}
	}
	for _, n := range from {
		reach(n, 0)
	}
	for ; len(queue) > 0; queue = queue[1:] {
		n := queue[0]
		for _, i := range memberOf[n] {
			for _, next := range groups[i] {
				reach(next, distance[n]+1)
			}
			groups[i] = nil
		}
	}
	return distance
}

// hiddenAt are the devices of the namespaces at the edge, without those that lead to
// another namespace nearby, and without the bridges and bonds of these.
func (g *Graph) hiddenAt(edge, near func(*Namespace) bool) map[*Device]bool {
	needed := map[*Device]bool{}
	need := func(d *Device) {
		for ; d != nil && !needed[d]; d = d.Master {
			needed[d] = true
		}
	}
	for _, l := range g.Links {
		for _, d := range l.Ends {
			if edge(d.Namespace) && slices.ContainsFunc(l.Ends, func(e *Device) bool { return e.Namespace != d.Namespace && near(e.Namespace) }) {
				need(d)
			}
		}
	}
	hidden := map[*Device]bool{}
	for _, n := range g.Namespaces {
		if !edge(n) {
			continue
		}
		for _, d := range n.Devices {
			if d.Unseen != nil && d.Unseen != n && near(d.Unseen) {
				need(d)
			}
		}
		for _, d := range n.Devices {
			hidden[d] = !needed[d]
		}
	}
	return hidden
}

// WithoutIdle drops the namespaces that have no links and no devices but untouched
// ones ([Device.Untouched]), and counts them. Namespaces that could not be read stay.
func (g *Graph) WithoutIdle() (rest *Graph, leftOut int) {
	connected := map[*Namespace]bool{}
	for _, ends := range g.connections() {
		for _, n := range ends {
			connected[n] = true
		}
	}
	rest = g.only(func(n *Namespace) bool {
		return connected[n] || n.Err != nil || !n.Read || slices.ContainsFunc(n.Devices, func(d *Device) bool { return !d.Untouched() })
	}, nil)
	return rest, len(g.Namespaces) - len(rest.Namespaces)
}

// connections are the groups of namespaces that a link joins, or a device that leads
// to a device that was not read.
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

// only is the part of the graph with the namespaces to keep, without the hidden
// devices.
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

// Untouched reports whether a device is as the kernel makes it in every namespace: the
// loopback device, or the fallback device of a tunnel driver.
func (d *Device) Untouched() bool {
	if d.Master != nil || len(d.Ports) > 0 {
		return false
	}
	if d.Loopback {
		return !slices.ContainsFunc(d.Addresses, func(a inside.Address) bool { return !a.Prefix.Addr().IsLoopback() })
	}
	return d.Fallback() && !d.Up && len(d.Addresses) == 0
}

// Lead is a link from a device that a part shows to one that it does not show.
type Lead struct {
	Kind Kind
	// Carries says that the other device is stacked on this one.
	Carries bool
	To      *Device
}

// Leads maps the devices of a part to those that they lead to outside of it.
func (g *Graph) Leads() map[*Device][]Lead {
	shown := map[*Device]bool{}
	for _, n := range g.Namespaces {
		for _, d := range n.Devices {
			shown[d] = g.Shows(d)
		}
	}
	all := map[*Device][]Lead{}
	for _, l := range g.Outward {
		for i, from := range l.Ends {
			if !shown[from] {
				continue
			}
			for _, to := range l.Ends {
				if !shown[to] {
					all[from] = append(all[from], Lead{l.Kind, l.Kind == Over && i > 0, to})
				}
			}
		}
	}
	return all
}
