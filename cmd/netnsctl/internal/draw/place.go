package draw

import (
	"math"
	"slices"
)

// place gives every node its y: in the order, and as near as there is room, where
// its lines run straight. Each column follows those nearer to the hub, then those
// farther out, and so on.
func (g *grid) place() {
	pulls := g.pulls()
	for col := range g.cols {
		g.stack(col)
	}
	for pass := range 12 {
		outward := pass%2 == 0
		sorting := pass < 8
		for _, col := range g.sweep(outward) {
			if col == g.hub && outward {
				continue
			}
			g.settle(col, pulls, sorting, func(other int) bool {
				inner := abs(other-g.hub) < abs(col-g.hub)
				return !sorting || inner == outward
			})
		}
	}
	all := slices.Concat(g.cols...)
	for _, n := range all {
		n.y = math.Round(n.y)
	}
	g.part()
	top := all[0].y
	for _, n := range all {
		top = min(top, n.y)
	}
	for _, n := range all {
		n.y -= top
	}
}

func abs(n int) int { return max(n, -n) }

// pull is what a line wants: this point of a node as high as the other stop.
type pull struct {
	dy     float64
	to     stop
	weight float64
}

// weight lets the lines of pairs run straight; the others find their way around them.
func (k LineKind) weight() float64 {
	if k == Pair {
		return 5
	}
	return 1
}

func (g *grid) pulls() map[*node][]pull {
	pulls := map[*node][]pull{}
	for _, w := range g.wires {
		if w.bracket {
			continue
		}
		for i := 1; i < len(w.stops); i++ {
			a, b := w.stops[i-1], w.stops[i]
			pulls[a.node] = append(pulls[a.node], pull{a.dy, b, w.line.Kind.weight()})
			pulls[b.node] = append(pulls[b.node], pull{b.dy, a, w.line.Kind.weight()})
		}
	}
	return pulls
}

// sweep is the order of columns from the hub outward, or back.
func (g *grid) sweep(outward bool) []int {
	order := make([]int, len(g.cols))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if !outward {
			a, b = b, a
		}
		return abs(a-g.hub) - abs(b-g.hub)
	})
	return order
}

// stack puts the nodes of a column close below each other.
func (g *grid) stack(col int) {
	y := 0.0
	for i, n := range g.cols[col] {
		if i > 0 {
			y += gap(g.cols[col][i-1], n)
		}
		n.y = y
		y += n.h
	}
}

func gap(above, below *node) float64 {
	if above.shape != nil && below.shape != nil {
		return boxGap
	}
	return passGap
}

// settle moves the nodes of a column to where the lines from other columns pull
// them, in the order of the places to which their weightiest lines lead.
func (g *grid) settle(col int, pulls map[*node][]pull, sorting bool, heeds func(col int) bool) {
	want, aim := map[*node]float64{}, map[*node]float64{}
	for _, n := range g.cols[col] {
		want[n], aim[n] = n.y, n.y+n.h/2
		sum, weight, heaviest, targets, count := 0.0, 0.0, 0.0, 0.0, 0.0
		for _, p := range pulls[n] {
			if !heeds(p.to.node.col) {
				continue
			}
			sum += (p.to.y() - p.dy) * p.weight
			weight += p.weight
			if p.weight > heaviest {
				heaviest, targets, count = p.weight, 0, 0
			}
			if p.weight == heaviest {
				targets += p.to.y()
				count++
			}
		}
		if weight > 0 {
			want[n], aim[n] = sum/weight, targets/count
		}
	}
	if sorting {
		slices.SortStableFunc(g.cols[col], func(a, b *node) int { return compare(aim[a], aim[b]) })
	}
	spread(g.cols[col], want)
}

func compare(a, b float64) int {
	switch {
	case a < b-0.5:
		return -1
	case a > b+0.5:
		return 1
	}
	return 0
}

// spread gives each node the y nearest to the wanted one, in the sense of least
// squares, such that none overlap: pool adjacent violators.
func spread(nodes []*node, want map[*node]float64) {
	type pool struct {
		sum float64
		n   int
	}
	offset := make([]float64, len(nodes))
	var pools []pool
	for i, n := range nodes {
		if i > 0 {
			offset[i] = offset[i-1] + nodes[i-1].h + gap(nodes[i-1], n)
		}
		pools = append(pools, pool{want[n] - offset[i], 1})
		for k := len(pools) - 1; k > 0; k-- {
			a, b := pools[k-1], pools[k]
			if a.sum/float64(a.n) <= b.sum/float64(b.n) {
				break
			}
			pools = append(pools[:k-1], pool{a.sum + b.sum, a.n + b.n})
		}
	}
	i := 0
	for _, p := range pools {
		for range p.n {
			nodes[i].y = p.sum/float64(p.n) + offset[i]
			i++
		}
	}
}

// clearance is between the ends of lines that face each other across a gutter.
const clearance = 5

// part moves nodes down a little where the end of one line would come to lie
// opposite the end of another: between them they would look like one line.
func (g *grid) part() {
	for _, col := range g.sweep(true) {
		if col == g.hub {
			continue
		}
		inner := col - 1
		if col < g.hub {
			inner = col + 1
		}
		var above *node
		for _, n := range g.cols[col] {
			if above != nil {
				n.y = max(n.y, above.y+above.h+gap(above, n))
			}
			for try := 0; try < 8 && g.faces(n, inner); try++ {
				n.y += clearance + 1
			}
			above = n
		}
	}
}

// faces tells whether an end at n lies opposite another line's end.
func (g *grid) faces(n *node, inner int) bool {
	var mine, theirs []stop
	var partners [][2]stop
	for _, w := range g.wires {
		for i, s := range w.stops {
			switch {
			case s.node == n:
				mine = append(mine, s)
			case s.node.col == inner && !w.bracket:
				theirs = append(theirs, s)
			}
			if i > 0 {
				partners = append(partners, [2]stop{w.stops[i-1], s}, [2]stop{s, w.stops[i-1]})
			}
		}
	}
	for _, a := range mine {
		for _, b := range theirs {
			if math.Abs(a.y()-b.y()) < clearance && !slices.Contains(partners, [2]stop{a, b}) {
				return true
			}
		}
	}
	return false
}
