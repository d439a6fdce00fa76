package wiring

import "slices"

// Everywhere is the depth of [Graph.Around] without a limit.
const Everywhere = -1

// Around is the part of the graph that is at most depth links away from any of
// the namespaces, and how many more namespaces are connected with it. At the
// edge, which is depth links away, the part has only the devices that lead into
// it: the host of a hundred containers is connected with all of them.
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

// Shows tells whether a part has a device of one of its namespaces.
func (g *Graph) Shows(d *Device) bool { return !g.hidden[d] }

// distances counts the links from the nearest of some namespaces to every
// namespace that is connected with them.
func (g *Graph) distances(from []*Namespace) map[*Namespace]int {
	// Every group is a link, or a device that leads where nothing can be seen.
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

// hiddenAt are the devices of the namespaces at the edge that lead to no other
// namespace nearby, and that are not the bridge or bond of a device that does.
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
