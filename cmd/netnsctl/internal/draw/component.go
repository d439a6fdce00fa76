package draw

import "slices"

// component is a set of boxes that lines connect.
type component struct {
	shapes []*shape
	lines  []Line
}

// web is which box's lines lead to which.
type web struct {
	shapes []*shape
	home   map[*Row]*shape
	lines  map[*shape][]Line
}

func newWeb(p *Picture) *web {
	w := &web{home: map[*Row]*shape{}, lines: map[*shape][]Line{}}
	for _, b := range p.Boxes {
		s := measure(b)
		w.shapes = append(w.shapes, s)
		b.each(func(r *Row, _ int) { w.home[r] = s })
	}
	for _, l := range p.Lines {
		from, to := w.home[l.From], w.home[l.To]
		if from == nil || to == nil {
			continue
		}
		w.lines[from] = append(w.lines[from], l)
		if to != from {
			w.lines[to] = append(w.lines[to], l)
		}
	}
	return w
}

// far is the other end's box, and the row of s at this end.
func (w *web) far(s *shape, l Line) (other *shape, row *Row) {
	if w.home[l.From] == s {
		return w.home[l.To], l.From
	}
	return w.home[l.From], l.To
}

// neighbours are in the order of the rows of s.
func (w *web) neighbours(s *shape) []*shape {
	type neighbour struct {
		shape *shape
		at    float64
	}
	var all []neighbour
	for _, l := range w.lines[s] {
		other, row := w.far(s, l)
		if other != s {
			all = append(all, neighbour{other, s.port[row]})
		}
	}
	slices.SortStableFunc(all, func(a, b neighbour) int { return int(a.at - b.at) })
	var shapes []*shape
	for _, n := range all {
		if !slices.Contains(shapes, n.shape) {
			shapes = append(shapes, n.shape)
		}
	}
	return shapes
}

// layers are the boxes reached from start without passing through seen, nearest
// first.
func (w *web) layers(start []*shape, seen map[*shape]bool) [][]*shape {
	var layers [][]*shape
	for layer := start; len(layer) > 0; {
		var next []*shape
		for _, s := range layer {
			seen[s] = true
		}
		layers = append(layers, layer)
		for _, s := range layer {
			for _, other := range w.neighbours(s) {
				if !seen[other] {
					seen[other] = true
					next = append(next, other)
				}
			}
		}
		layer = next
	}
	return layers
}

// components gives the largest first, those of equal size in the order of their
// boxes.
func (w *web) components() []*component {
	seen := map[*shape]bool{}
	var all []*component
	for _, s := range w.shapes {
		if seen[s] {
			continue
		}
		c := &component{shapes: slices.Concat(w.layers([]*shape{s}, seen)...)}
		for _, member := range c.shapes {
			for _, l := range w.lines[member] {
				if w.home[l.From] == member {
					c.lines = append(c.lines, l)
				}
			}
		}
		all = append(all, c)
	}
	slices.SortStableFunc(all, func(a, b *component) int { return len(b.shapes) - len(a.shapes) })
	return all
}

// hub is the box with the most neighbours.
func (w *web) hub(c *component) *shape {
	best, most := c.shapes[0], -1
	for _, s := range c.shapes {
		weight := 1000*len(w.neighbours(s)) + len(w.lines[s])
		if s.box.Own {
			weight++
		}
		if weight > most {
			best, most = s, weight
		}
	}
	return best
}

// branches are the parts into which a component falls without its hub: for each
// the hub's neighbours in it, in the order of the hub's rows.
func (w *web) branches(hub *shape) [][]*shape {
	var branches [][]*shape
	rest := w.neighbours(hub)
	for len(rest) > 0 {
		within := map[*shape]bool{hub: true}
		w.layers(rest[:1], within)
		var branch, others []*shape
		for _, s := range rest {
			if within[s] {
				branch = append(branch, s)
			} else {
				others = append(others, s)
			}
		}
		branches = append(branches, branch)
		rest = others
	}
	return branches
}
