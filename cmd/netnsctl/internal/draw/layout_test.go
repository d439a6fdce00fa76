package draw

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// random has lines between any devices, within a box too.
func random(seed uint64) *Picture {
	r := rand.New(rand.NewPCG(seed, 1))
	p := &Picture{}
	var rows []*Row
	for i := range 1 + r.IntN(14) {
		b := &Box{Title: fmt.Sprint("box", i)}
		if i%3 == 0 {
			b.More = "7 more devices"
		}
		for k := range r.IntN(6) {
			row := veth(fmt.Sprint("dev", k), "10.0.0.1/8", "10.0.0.2/8")
			row.Facts = row.Facts[r.IntN(3):]
			rows = append(rows, row)
			if last := len(b.Rows) - 1; last >= 0 && r.IntN(3) == 0 {
				b.Rows[last].Ports = append(b.Rows[last].Ports, row)
			} else {
				b.Rows = append(b.Rows, row)
			}
		}
		p.Boxes = append(p.Boxes, b)
	}
	for range r.IntN(2 + 2*len(rows)) {
		from, to := rows[r.IntN(len(rows))], rows[r.IntN(len(rows))]
		if from != to {
			p.Lines = append(p.Lines, Line{lineKinds()[r.IntN(3)], from, to})
		}
	}
	return p
}

func pictures() map[string]*Picture {
	all := fixtures()
	for seed := range uint64(60) {
		all[fmt.Sprint("random", seed)] = random(seed)
	}
	return all
}

// TestLinesKeepOut has no line run through a box, and no box lie on another.
func TestLinesKeepOut(t *testing.T) {
	for name, p := range pictures() {
		web, boxes, lines := newWeb(p), 0, 0
		for _, c := range web.components() {
			b := web.grid(c).draw()
			boxes += len(b.shapes)
			lines += len(b.routes)
			for i, at := range b.at {
				w, h := b.width[i], b.shapes[i].h
				for k, other := range b.at[:i] {
					if at.x < other.x+b.width[k] && other.x < at.x+w && at.y < other.y+b.shapes[k].h && other.y < at.y+h {
						t.Errorf("%s: %q lies on %q", name, b.shapes[i].box.Title, b.shapes[k].box.Title)
					}
				}
				for _, r := range b.routes {
					for k, to := range r.points[1:] {
						from := r.points[k]
						if max(from.x, to.x) > at.x+0.5 && min(from.x, to.x) < at.x+w-0.5 &&
							max(from.y, to.y) > at.y+0.5 && min(from.y, to.y) < at.y+h-0.5 {
							t.Errorf("%s: a line of %s runs through %q", name, r.line.From.Name, b.shapes[i].box.Title)
						}
					}
				}
			}
			for _, r := range b.routes {
				for _, q := range r.points {
					if q.x < -1 || q.x > b.w+1 || q.y < -1 || q.y > b.h+1 {
						t.Errorf("%s: a line of %s leaves the picture at %v, which is %v by %v", name, r.line.From.Name, q, b.w, b.h)
					}
				}
			}
		}
		if boxes != len(p.Boxes) || lines != len(p.Lines) {
			t.Errorf("%s: %d of %d boxes and %d of %d lines are drawn", name, boxes, len(p.Boxes), lines, len(p.Lines))
		}
	}
}

// TestLinesMeetTheirDevices has every line begin and end at the row of its
// device, at the side of the box.
func TestLinesMeetTheirDevices(t *testing.T) {
	for name, p := range pictures() {
		web := newWeb(p)
		for _, c := range web.components() {
			b := web.grid(c).draw()
			for _, r := range b.routes {
				if !b.meets(web, r.points[len(r.points)-1], r.line.From) || !b.meets(web, r.points[0], r.line.To) {
					t.Errorf("%s: a line from %s to %s misses them", name, r.line.From.Name, r.line.To.Name)
				}
			}
		}
	}
}

func (b *block) meets(w *web, p point, row *Row) bool {
	for i, s := range b.shapes {
		if s == w.home[row] {
			return math.Abs(p.y-b.at[i].y-s.port[row]) < lineHeight/2 &&
				(p.x == b.at[i].x || p.x == b.at[i].x+b.width[i])
		}
	}
	return false
}

// TestLinesAreToldApart has no two lines run on top of each other, but for those
// of one device.
func TestLinesAreToldApart(t *testing.T) {
	for _, name := range []string{"two", "star3", "star10", "star40", "router", "mixed", "edge", "mesh4", "chain10"} {
		web := newWeb(fixtures()[name])
		for _, c := range web.components() {
			b := web.grid(c).draw()
			for i, r := range b.routes {
				for _, other := range b.routes[:i] {
					if !r.line.touches(other.line) && overlap(r.points, other.points) {
						t.Errorf("%s: the lines of %s and %s run on top of each other", name, r.line.From.Name, other.line.From.Name)
					}
				}
			}
		}
	}
}

func (l Line) touches(m Line) bool {
	return l.From == m.From || l.From == m.To || l.To == m.From || l.To == m.To
}

func overlap(a, b []point) bool {
	for i := range a[1:] {
		for k := range b[1:] {
			p, q, u, v := a[i], a[i+1], b[k], b[k+1]
			const near = 3
			level := math.Abs(p.y-q.y) < 1 && math.Abs(u.y-v.y) < 1 && math.Abs(p.y-u.y) < near
			upright := math.Abs(p.x-q.x) < 1 && math.Abs(u.x-v.x) < 1 && math.Abs(p.x-u.x) < near
			if level && min(max(p.x, q.x), max(u.x, v.x))-max(min(p.x, q.x), min(u.x, v.x)) > 1 ||
				upright && min(max(p.y, q.y), max(u.y, v.y))-max(min(p.y, q.y), min(u.y, v.y)) > 1 {
				return true
			}
		}
	}
	return false
}

// TestNoNeedlessCrossing has none where a person would draw none.
func TestNoNeedlessCrossing(t *testing.T) {
	for _, name := range []string{"two", "star3", "star10", "star40", "router", "mixed", "edge", "chain10"} {
		web := newWeb(fixtures()[name])
		for _, c := range web.components() {
			b := web.grid(c).draw()
			for i, r := range b.routes {
				for _, other := range b.routes[:i] {
					if crosses(r.points, other.points) {
						t.Errorf("%s: the lines of %s and %s cross", name, r.line.From.Name, other.line.From.Name)
					}
				}
			}
		}
	}
}

func crosses(a, b []point) bool {
	for i := range a[1:] {
		for k := range b[1:] {
			if upright(a[i], a[i+1], b[k], b[k+1]) || upright(b[k], b[k+1], a[i], a[i+1]) {
				return true
			}
		}
	}
	return false
}

// upright tells whether pq is upright and crosses uv, which is level.
func upright(p, q, u, v point) bool {
	return p.x == q.x && u.y == v.y &&
		min(u.x, v.x) < p.x && p.x < max(u.x, v.x) && min(p.y, q.y) < u.y && u.y < max(p.y, q.y)
}

// TestTextFits has no text reach the edge of its box.
func TestTextFits(t *testing.T) {
	for name, p := range pictures() {
		for _, b := range p.Boxes {
			s := measure(b)
			bottom := s.headH
			for _, slot := range s.slots {
				bottom = max(bottom, slot.y+(float64(slot.lines)-0.5)*lineHeight)
			}
			for _, words := range []string{b.More, b.Alert} {
				if words == "" {
					continue
				}
				bottom += lineHeight
				if padding+pinSize+width(words, titleCells+8) > s.w || bottom > s.h {
					t.Errorf("%s: %q does not fit", name, words)
				}
			}
			for _, slot := range s.slots {
				right := s.kindX + width(slot.row.kind(), kindCells)
				if slot.x+width(slot.row.Name, nameCells) > s.kindX || right > s.w {
					t.Errorf("%s: %s does not fit", name, slot.row.Name)
				}
				for i, fact := range slot.row.facts() {
					if right > s.factX || s.factX+width(fact, factCells) > s.w || slot.y+float64(i+1)*lineHeight > s.h+lineHeight/2 {
						t.Errorf("%s: %q does not fit", name, fact)
					}
				}
			}
		}
	}
}
