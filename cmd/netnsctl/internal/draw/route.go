package draw

import (
	"cmp"
	"math"
	"slices"
)

const (
	trackGap   = 9
	gutterEdge = 16
	gutterMin  = 64
	outerEdge  = 12
)

// run is the part of a wire in one gutter: from one side of the gutter to a track
// in it, along the track, and out at either side.
type run struct {
	wire   *wire
	gutter int
	a, b   end
	track  int
}

// end is where a run meets the side of its gutter.
type end struct {
	y    float64
	left bool // the gutter's left side
}

func (r *run) low() float64   { return min(r.a.y, r.b.y) }
func (r *run) high() float64  { return max(r.a.y, r.b.y) }
func (r *run) straight() bool { return r.a.left != r.b.left && math.Abs(r.a.y-r.b.y) < 1 }

// runs gives the runs of every gutter: gutter i is left of column i.
func (g *grid) runs() [][]*run {
	gutters := make([][]*run, len(g.cols)+1)
	add := func(r *run) { gutters[r.gutter] = append(gutters[r.gutter], r) }
	for _, w := range g.wires {
		for i := 1; i < len(w.stops); i++ {
			from, to := w.stops[i-1], w.stops[i]
			switch {
			case !w.bracket:
				add(&run{wire: w, gutter: to.node.col, a: end{from.y(), true}, b: end{to.y(), false}})
			case w.left:
				add(&run{wire: w, gutter: from.node.col, a: end{from.y(), false}, b: end{to.y(), false}})
			default:
				add(&run{wire: w, gutter: from.node.col + 1, a: end{from.y(), true}, b: end{to.y(), true}})
			}
		}
	}
	return gutters
}

// assign puts the runs of a gutter on tracks so that few lines cross and none run
// on top of each other, and gives the number of tracks.
func assign(runs []*run) (tracks int) {
	var bent []*run
	for _, r := range runs {
		if !r.straight() {
			bent = append(bent, r)
		}
	}
	slices.SortStableFunc(bent, func(a, b *run) int {
		return cmp.Compare(a.high()-a.low(), b.high()-b.low())
	})
	untangle(bent)
	for i, r := range bent {
		r.track = 0
		for _, other := range bent[:i] {
			if r.low() < other.high()+trackGap && other.low() < r.high()+trackGap {
				r.track = max(r.track, other.track+1)
			}
		}
		tracks = max(tracks, r.track+1)
	}
	return tracks
}

// untangle puts runs in the order from left to right in which they conflict
// least, as far as moving one at a time finds it.
func untangle(runs []*run) {
	for better, pass := true, 0; better && pass < 20; pass++ {
		better = false
		for i := range runs {
			r := runs[i]
			// change is what moving r before runs[k], or behind it, costs.
			best, least, change := i, 0, 0
			for k := i - 1; k >= 0; k-- {
				change += conflicts(r, runs[k]) - conflicts(runs[k], r)
				if change < least {
					best, least = k, change
				}
			}
			change = 0
			for k := i + 1; k < len(runs); k++ {
				change += conflicts(runs[k], r) - conflicts(r, runs[k])
				if change < least {
					best, least = k, change
				}
			}
			if best != i {
				// What lies between moves up by one.
				if best < i {
					copy(runs[best+1:i+1], runs[best:i])
				} else {
					copy(runs[i:best], runs[i+1:best+1])
				}
				runs[best] = r
				better = true
			}
		}
	}
}

// conflicts weighs what happens where a is left of b: lines that cross, and, much
// worse, lines that run on top of each other.
func conflicts(a, b *run) int {
	n := 0
	cross := func(r *run, y float64) {
		if r.low() < y && y < r.high() {
			n++
		}
	}
	for _, e := range []end{b.a, b.b} {
		if e.left {
			cross(a, e.y)
		}
	}
	for _, e := range []end{a.a, a.b} {
		if !e.left {
			cross(b, e.y)
		}
	}
	for _, right := range []end{a.a, a.b} {
		for _, left := range []end{b.a, b.b} {
			if !right.left && left.left && math.Abs(right.y-left.y) < clearance {
				n += 100
			}
		}
	}
	return n
}

// point is in the plane of a block.
type point struct{ x, y float64 }

// route is a line as it is drawn.
type route struct {
	line   Line
	points []point
}

// block is a component laid out: boxes with their upper left corners, and lines.
type block struct {
	w, h   float64
	shapes []*shape
	at     []point
	width  []float64
	routes []route
}

// draw gives columns and tracks their x.
func (g *grid) draw() *block {
	g.place()
	gutters := g.runs()
	b := &block{}
	colX, colW := make([]float64, len(g.cols)), make([]float64, len(g.cols))
	trackX := make([]func(track int) float64, len(gutters))
	x := 0.0
	for i, runs := range gutters {
		tracks := assign(runs)
		outer := i == 0 || i == len(g.cols)
		room := max(gutterMin, 2*gutterEdge+float64(tracks-1)*trackGap)
		first := x + (room-float64(tracks-1)*trackGap)/2
		if outer {
			room = float64(tracks) * trackGap
			if tracks > 0 {
				room += outerEdge
			}
			first = x + trackGap
			if i > 0 {
				first = x + outerEdge
			}
		}
		trackX[i] = func(track int) float64 { return first + float64(track)*trackGap }
		x += room
		if i < len(g.cols) {
			colX[i] = x
			for _, n := range g.cols[i] {
				if n.shape != nil {
					colW[i] = max(colW[i], math.Ceil(n.shape.w))
				}
			}
			x += colW[i]
		}
	}
	b.w = x
	for i, nodes := range g.cols {
		for _, n := range nodes {
			b.h = max(b.h, n.y+n.h)
			if n.shape != nil {
				b.shapes = append(b.shapes, n.shape)
				b.at = append(b.at, point{colX[i], n.y})
				b.width = append(b.width, colW[i])
			}
		}
	}
	side := func(gutter int, left bool) float64 {
		if left {
			return colX[gutter-1] + colW[gutter-1]
		}
		return colX[gutter]
	}
	trail := map[*wire][]point{}
	for _, runs := range gutters {
		for _, r := range runs {
			trail[r.wire] = append(trail[r.wire], point{side(r.gutter, r.a.left), r.a.y})
			if !r.straight() {
				at := trackX[r.gutter](r.track)
				trail[r.wire] = append(trail[r.wire], point{at, r.a.y}, point{at, r.b.y})
			}
			trail[r.wire] = append(trail[r.wire], point{side(r.gutter, r.b.left), r.b.y})
		}
	}
	for _, w := range g.wires {
		points := trail[w]
		if w.stops[0].row == w.line.From {
			// Dashes that begin at one device coincide where they share a way.
			slices.Reverse(points)
		}
		b.routes = append(b.routes, route{w.line, points})
	}
	return b
}
