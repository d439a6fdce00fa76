package draw

import (
	"cmp"
	"math"
	"slices"
)

// place gives every shape its y, column by column from the hub outward.
func (b *block) place() {
	for i := b.hub - 1; i >= 0; i-- {
		settle(b.columns[i], i+1)
	}
	for i := b.hub + 1; i < len(b.columns); i++ {
		settle(b.columns[i], i-1)
	}
	all := slices.Concat(b.columns...)
	top := slices.MinFunc(all, func(x, y *shape) int { return cmp.Compare(x.y, y.y) }).y
	for _, s := range all {
		s.y = math.Round(s.y - top)
		b.h = max(b.h, s.y+s.h)
	}
}

// settle sorts the shapes of a column by the mean y of the places in the inner
// column to which their lines lead, and gives each the y at which its lines run
// straight or, where others are in the way, the next one below. Then the whole
// column moves up by the mean of what they moved down.
func settle(column []*shape, inner int) {
	target, want := map[*shape]float64{}, map[*shape]float64{}
	for _, s := range column {
		n := 0.0
		for _, l := range s.links {
			if l.to.shape.column == inner {
				target[s] += l.to.y()
				want[s] += l.to.y() - l.dy
				n++
			}
		}
		target[s] /= n
		want[s] /= n
	}
	slices.SortStableFunc(column, func(a, b *shape) int { return cmp.Compare(target[a], target[b]) })
	moved := 0.0
	for i, s := range column {
		s.y = want[s]
		if i > 0 {
			above, gap := column[i-1], float64(boxGap)
			if s.box == nil || above.box == nil {
				gap = passGap
			}
			s.y = max(s.y, above.y+above.h+gap)
		}
		moved += s.y - want[s]
	}
	for _, s := range column {
		s.y -= moved / float64(len(column))
	}
}

// draw gives columns their x, and wires their paths.
func (b *block) draw() {
	gutters := make([]float64, len(b.columns)+1) // gutters[i] is the room left of column i
	for _, w := range b.wires {
		for i, to := range w.stops[1:] {
			gutter, room := b.gutter(w.stops[i], to)
			gutters[gutter] = max(gutters[gutter], room)
		}
	}
	for i, column := range b.columns {
		left := b.w + gutters[i]
		b.w = left
		for _, s := range column {
			b.w = max(b.w, left+math.Ceil(s.w))
		}
		for _, s := range column {
			s.x, s.w = left, b.w-left
		}
	}
	b.w += gutters[len(b.columns)]
	for _, w := range b.wires {
		for i, to := range w.stops[1:] {
			w.path = append(w.path, b.curve(w.stops[i], to)...)
		}
	}
}

// gutter tells between which columns a line runs, and how much room it needs. A
// line between two rows of one column runs on the side away from the hub.
func (b *block) gutter(from, to stop) (i int, room float64) {
	h := math.Abs(from.y() - to.y())
	switch {
	case from.shape.column != to.shape.column:
		return to.shape.column, min(max(60, h/4), 160)
	case from.shape.column < b.hub:
		return from.shape.column, min(18+h/5, 86)
	default:
		return from.shape.column + 1, min(18+h/5, 86)
	}
}

// curve leaves both boxes horizontally.
func (b *block) curve(from, to stop) []point {
	left, right := to.shape.x, from.shape.x+from.shape.w
	middle := (left + right) / 2
	if gutter, room := b.gutter(from, to); from.shape.column == to.shape.column {
		// A cubic curve reaches three quarters of the way to its control points.
		reach := (room - 6) * 4 / 3
		if gutter == from.shape.column {
			right, middle = left, left-reach
		} else {
			left, middle = right, right+reach
		}
	}
	return []point{{right, from.y()}, {middle, from.y()}, {middle, to.y()}, {left, to.y()}}
}
