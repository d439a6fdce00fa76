package draw

import "strings"

// Branches are the strokes of a tree.
type Branches struct{ fork, last, pass, gap, pair, tunnel string }

// The strokes for terminals that show Unicode, and for all others.
func Unicode() Branches { return Branches{"├─ ", "└─ ", "│  ", "   ", "↔ ", "⇢ "} }
func ASCII() Branches   { return Branches{"|- ", "`- ", "|  ", "   ", "<-> ", "~~> "} }

// Tree is the picture as lines of text: each box with its devices below it, and
// behind each device what it is wired to.
func Tree(p *Picture, strokes Branches, bold func(string) string) string {
	t := tree{strokes: strokes, wires: p.wires(strokes)}
	var b strings.Builder
	var lines [][]string
	for _, box := range p.Boxes {
		t.lines = nil
		t.grow(box.Rows, "", box.Alert)
		lines = append(lines, t.lines...)
	}
	width := columnWidths(lines)
	for _, box := range p.Boxes {
		b.WriteString(bold(box.Title))
		if box.Note != "" {
			b.WriteString("  " + box.Note)
		}
		b.WriteByte('\n')
		t.lines = nil
		t.grow(box.Rows, "", box.Alert)
		for _, line := range t.lines {
			b.WriteString(aligned(line, width) + "\n")
		}
	}
	for _, note := range p.Notes {
		b.WriteString(note + "\n")
	}
	return b.String()
}

type tree struct {
	strokes Branches
	wires   map[*Row][]string
	lines   [][]string // name, kind, state, the rest
}

func (t *tree) grow(rows []*Row, prefix, alert string) {
	for i, r := range rows {
		stroke, below := t.strokes.fork, t.strokes.pass
		if i == len(rows)-1 && alert == "" {
			stroke, below = t.strokes.last, t.strokes.gap
		}
		rest := append([]string{}, r.Facts...)
		rest = append(rest, t.wires[r]...)
		if r.Alert != "" {
			rest = append(rest, r.Alert)
		}
		t.lines = append(t.lines, []string{prefix + stroke + r.Name, r.Kind, r.State, strings.Join(rest, ", ")})
		t.grow(r.Ports, prefix+below, "")
	}
	if alert != "" {
		t.lines = append(t.lines, []string{prefix + t.strokes.last + alert})
	}
}

// wires says for each row where its lines lead to.
func (p *Picture) wires(strokes Branches) map[*Row][]string {
	homes := p.homes()
	wires := map[*Row][]string{}
	add := func(from *Row, word string, to *Row) {
		where := word + to.Name
		if homes[to] != homes[from] && homes[to] != nil {
			where += " in " + homes[to].Title
		}
		wires[from] = append(wires[from], where)
	}
	for _, l := range p.Lines {
		switch l.Kind {
		case Over:
			add(l.From, "over ", l.To)
		case Tunnel:
			add(l.From, strokes.tunnel, l.To)
			add(l.To, strokes.tunnel, l.From)
		default:
			add(l.From, strokes.pair, l.To)
			add(l.To, strokes.pair, l.From)
		}
	}
	return wires
}

// columnWidths leaves lines of one word out.
func columnWidths(lines [][]string) []int {
	width := make([]int, 4)
	for _, line := range lines {
		if len(line) == 1 {
			continue
		}
		for i, cell := range line {
			width[i] = max(width[i], cells(cell))
		}
	}
	return width
}

func aligned(line []string, width []int) string {
	var b strings.Builder
	for i, cell := range line {
		if width[i] > 0 {
			b.WriteString(pad(cell, width[i]) + "  ")
		}
	}
	return strings.TrimRight(b.String(), " ")
}
