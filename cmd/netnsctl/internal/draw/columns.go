package draw

import "slices"

const (
	boxGap  = 22 // between boxes above each other
	passGap = 9  // around a line that passes between them
	// A column is as high as the hub, or this.
	columnHeight = 560
	// Up to so many branches stand left and right in the order of their rows.
	manyBranches = 12
)

// node is a box in a column, or a line that passes between two.
type node struct {
	shape *shape // nil for a line that passes
	h     float64
	col   int
	y     float64
}

// stop is a point at the side of a node where a line begins, ends or passes.
type stop struct {
	node *node
	dy   float64
	row  *Row // nil where it passes
}

func (s stop) y() float64 { return s.node.y + s.dy }

// wire is a line through the columns, from left to right.
type wire struct {
	line  Line
	stops []stop
	// bracket says that it leaves and comes back on the same side: left or right.
	bracket, left bool
}

// grid is a component in columns: the hub in the middle, its branches to both
// sides of it, what is farther away farther out.
type grid struct {
	cols  [][]*node
	hub   int
	wires []*wire
}

func (w *web) grid(c *component) *grid {
	hub := w.hub(c)
	left, right := w.sides(hub)
	limit := max(hub.h, columnHeight)
	lefts := w.side(hub, left, limit)
	slices.Reverse(lefts)
	g := &grid{hub: len(lefts)}
	nodes := map[*shape]*node{}
	for col, shapes := range slices.Concat(lefts, [][]*shape{{hub}}, w.side(hub, right, limit)) {
		g.cols = append(g.cols, nil)
		for _, s := range shapes {
			nodes[s] = &node{shape: s, h: s.h, col: col}
			g.cols[col] = append(g.cols[col], nodes[s])
		}
	}
	for _, l := range c.lines {
		from, to := w.home[l.From], w.home[l.To]
		g.wire(l,
			stop{nodes[from], from.port[l.From] + w.aside(l, l.From, l.To), l.From},
			stop{nodes[to], to.port[l.To] + w.aside(l, l.To, l.From), l.To})
	}
	return g
}

// sides shares the hub's branches out. Few of them all stand to the right, except
// that the two of a router stand left and right of it.
func (w *web) sides(hub *shape) (left, right []*shape) {
	branches := w.branches(hub)
	total, heads := 0.0, 0
	height := make([]float64, len(branches))
	for i, b := range branches {
		for _, s := range b {
			height[i] += s.h + boxGap
		}
		total += height[i]
		heads += len(b)
	}
	if len(branches) == 1 || heads == 3 {
		return nil, slices.Concat(branches...)
	}
	sum := 0.0
	for i, b := range branches {
		if len(branches) > manyBranches {
			// In turn, so that both sides are as high as the hub.
			if i%2 == 0 {
				left = append(left, b...)
			} else {
				right = append(right, b...)
			}
			continue
		}
		if sum+height[i]/2 < total/2 {
			left = append(left, b...)
		} else {
			right = append(right, b...)
		}
		sum += height[i]
	}
	return left, right
}

// side puts one side of the hub into columns, the nearest first. Boxes of one
// layer that are too many for a column stand in several, in turn.
func (w *web) side(hub *shape, start []*shape, limit float64) [][]*shape {
	var cols [][]*shape
	for _, layer := range w.layers(start, map[*shape]bool{hub: true}) {
		total := 0.0
		for _, s := range layer {
			total += s.h + boxGap
		}
		n := int(total/limit) + 1
		if total <= limit*1.25 {
			n = 1
		}
		turn := make([][]*shape, n)
		for i, s := range layer {
			turn[i%n] = append(turn[i%n], s)
		}
		cols = append(cols, turn...)
	}
	return cols
}

func (g *grid) wire(l Line, from, to stop) {
	if from.node.col == to.node.col {
		g.wires = append(g.wires, &wire{line: l, stops: []stop{from, to}, bracket: true, left: from.node.col < g.hub})
		return
	}
	if from.node.col > to.node.col {
		from, to = to, from
	}
	stops := []stop{from}
	for col := from.node.col + 1; col < to.node.col; col++ {
		pass := &node{col: col}
		g.cols[col] = append(g.cols[col], pass)
		stops = append(stops, stop{node: pass})
	}
	g.wires = append(g.wires, &wire{line: l, stops: append(stops, to)})
}

// aside is how far from the middle of a row a line meets it: where a device has
// lines of several kinds they would lie on top of each other.
func (w *web) aside(l Line, row, other *Row) float64 {
	const distance = 6
	home := w.home[row]
	if l.Kind != Over || !slices.ContainsFunc(w.lines[home], func(m Line) bool {
		return m.Kind != Over && (m.From == row || m.To == row)
	}) {
		return 0
	}
	if w.home[other] == home && home.port[other] < home.port[row] {
		return -distance
	}
	return distance
}
