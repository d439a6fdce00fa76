package draw

import (
	"cmp"
	"slices"
)

const (
	boxGap  = 20 // between boxes above each other
	passGap = 10 // between a box and a line that passes it
	// A column is at most as high as the hub, or as columnHeight if the hub is
	// lower.
	columnHeight = 560
	// The branches of a hub with more lines than manyLines stand left and right
	// in turn, so that its lines stay short.
	manyLines = 12
)

// point is a place in a block.
type point struct{ x, y float64 }

// stop is where a line meets a box, dy below its top.
type stop struct {
	shape *shape
	dy    float64
}

func (s stop) y() float64 { return s.shape.y + s.dy }

// wire is a line with its stops from left to right: the boxes at its ends and,
// between them, the places where it passes other columns.
type wire struct {
	line  Line
	stops []stop
	path  []point // four for each curve: start, two control points, end
}

// link is a wire as one of its boxes sees it.
type link struct {
	dy float64
	to stop
}

func join(a, b stop) {
	if a.shape != b.shape {
		a.shape.links = append(a.shape.links, link{a.dy, b})
		b.shape.links = append(b.shape.links, link{b.dy, a})
	}
}

// block is a set of boxes that lines connect. In its middle column stands the
// hub, which is the box with the most lines; to both sides follow the boxes that
// are one line away from it, then those that are two lines away, and so on.
type block struct {
	shapes     []*shape
	wires      []*wire
	columns    [][]*shape
	hub        int // the hub's column
	x, y, w, h float64
}

// layout gives the blocks of a picture, the largest first.
func layout(p *Picture) (blocks []*block) {
	home := map[*Row]*shape{}
	var shapes []*shape
	for _, b := range p.Boxes {
		s := measure(b)
		shapes = append(shapes, s)
		for row := range s.port {
			home[row] = s
		}
	}
	wires := map[*shape][]*wire{}
	for _, l := range p.Lines {
		from, to := home[l.From], home[l.To]
		if from == nil || to == nil {
			continue
		}
		w := &wire{line: l, stops: []stop{{from, from.port[l.From]}, {to, to.port[l.To]}}}
		join(w.stops[0], w.stops[1])
		wires[from] = append(wires[from], w)
	}
	for _, s := range shapes {
		slices.SortStableFunc(s.links, func(a, b link) int { return cmp.Compare(a.dy, b.dy) })
	}
	seen := map[*shape]bool{}
	for _, s := range shapes {
		if seen[s] {
			continue
		}
		b := &block{}
		b.shapes, _ = s.reach(nil)
		b.arrange()
		for _, s := range b.shapes {
			seen[s] = true
			b.wires = append(b.wires, wires[s]...)
			s.links = nil
		}
		b.pass()
		b.place()
		b.draw()
		blocks = append(blocks, b)
	}
	slices.SortStableFunc(blocks, func(a, b *block) int { return len(b.shapes) - len(a.shapes) })
	return blocks
}

// reach gives the boxes that lines connect with s without passing except, the
// nearest first, and how many lines away from s they are.
func (s *shape) reach(except *shape) (found []*shape, depth map[*shape]int) {
	found, depth = []*shape{s}, map[*shape]int{s: 0, except: 0}
	for i := 0; i < len(found); i++ {
		for _, l := range found[i].links {
			if _, seen := depth[l.to.shape]; !seen {
				depth[l.to.shape] = depth[found[i]] + 1
				found = append(found, l.to.shape)
			}
		}
	}
	return found, depth
}

// arrange chooses the hub and puts the boxes into columns.
func (b *block) arrange() {
	hub := slices.MaxFunc(b.shapes, func(x, y *shape) int { return x.weight() - y.weight() })
	left := hub.leftBranches(height(b.shapes) - hub.h - boxGap)
	// layers are the boxes by side and distance.
	layers := map[bool][][]*shape{}
	found, depth := hub.reach(nil)
	for _, s := range found[1:] {
		side := layers[left[s]]
		if len(side) < depth[s] {
			side = append(side, nil)
		}
		side[depth[s]-1] = append(side[depth[s]-1], s)
		layers[left[s]] = side
	}
	columns := func(layers [][]*shape) (columns [][]*shape) {
		for _, layer := range layers {
			columns = append(columns, split(layer, max(hub.h, columnHeight))...)
		}
		return columns
	}
	lefts := columns(layers[true])
	slices.Reverse(lefts)
	b.hub = len(lefts)
	b.columns = slices.Concat(lefts, [][]*shape{{hub}}, columns(layers[false]))
	for i, column := range b.columns {
		for _, s := range column {
			s.column = i
		}
	}
}

// weight decides which box is the hub.
func (s *shape) weight() int {
	if s.box.Own {
		return 2*len(s.links) + 1
	}
	return 2 * len(s.links)
}

// leftBranches tells which boxes stand left of the hub. A branch, which is what
// lines connect without the hub, stands on one side as a whole. total is the
// height of all branches.
func (s *shape) leftBranches(total float64) map[*shape]bool {
	left := map[*shape]bool{}
	sum, turn := 0.0, false
	for _, l := range s.links {
		if _, seen := left[l.to.shape]; seen {
			continue
		}
		branch, _ := l.to.shape.reach(s)
		h := height(branch)
		turn = !turn
		onLeft := sum+h/2 < total/2
		if len(s.links) > manyLines {
			onLeft = turn
		}
		for _, member := range branch {
			left[member] = onLeft
		}
		sum += h
	}
	return left
}

func height(shapes []*shape) (sum float64) {
	for _, s := range shapes {
		sum += s.h + boxGap
	}
	return sum
}

// split puts boxes that are too many for one column into several, in turn.
func split(shapes []*shape, limit float64) [][]*shape {
	if len(shapes) == 0 {
		return nil
	}
	columns := make([][]*shape, 1+int(height(shapes)/limit/1.25))
	for i, s := range shapes {
		columns[i%len(columns)] = append(columns[i%len(columns)], s)
	}
	return columns
}

// pass leads each wire through the columns between its ends: where it passes, a
// shape without a box and without a height stands in the column.
func (b *block) pass() {
	for _, w := range b.wires {
		from, to := w.stops[0], w.stops[1]
		if from.shape.column > to.shape.column {
			from, to = to, from
		}
		w.stops = []stop{from}
		for i := from.shape.column + 1; i < to.shape.column; i++ {
			s := &shape{column: i}
			b.columns[i] = append(b.columns[i], s)
			w.stops = append(w.stops, stop{shape: s})
		}
		w.stops = append(w.stops, to)
		for i, s := range w.stops[1:] {
			join(w.stops[i], s)
		}
	}
}
