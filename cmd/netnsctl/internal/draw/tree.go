package draw

import (
	"strings"

	"github.com/netnsctl/netnsctl/cmd/netnsctl/internal/term"
)

// Strokes are the branches and arrows of a tree.
type Strokes struct{ fork, last, pass, gap, pair, tunnel string }

// Unicode is for terminals that show it, ASCII for all others.
func Unicode() Strokes { return Strokes{"├─ ", "└─ ", "│  ", "   ", "↔ ", "⇢ "} }

// ASCII is for terminals that do not show Unicode.
func ASCII() Strokes { return Strokes{"|- ", "`- ", "|  ", "   ", "<-> ", "~~> "} }

const (
	titleColour = term.Colour("1") // bold
	ownColour   = term.Colour("1;33")
	downColour  = term.Colour("2") // faint
	alertColour = term.Yellow
)

// Tree is the picture as lines of text: each box with its devices below it, and
// each device with the devices that its lines lead to.
func Tree(p *Picture, strokes Strokes, coloured bool) string {
	t := tree{strokes: strokes, coloured: coloured, wires: p.wires(strokes)}
	width := make([]int, 4)
	boxes := make([][]treeLine, len(p.Boxes))
	for i, box := range p.Boxes {
		boxes[i] = t.box(box)
		for _, line := range boxes[i] {
			for k, cell := range line.cells {
				width[k] = max(width[k], term.Width(cell))
			}
		}
	}
	var b strings.Builder
	for i, box := range p.Boxes {
		colour := titleColour
		if box.Own {
			colour = ownColour
		}
		b.WriteString(t.paint(colour, box.Title))
		if box.Note != "" {
			b.WriteString("  " + box.Note)
		}
		b.WriteByte('\n')
		for _, line := range boxes[i] {
			b.WriteString(line.prefix)
			b.WriteString(t.aligned(line, width))
			b.WriteByte('\n')
		}
	}
	for _, note := range p.Notes {
		b.WriteString(note + "\n")
	}
	return b.String()
}

type tree struct {
	strokes  Strokes
	coloured bool
	wires    map[*Row][]string
}

func (t tree) paint(colour term.Colour, text string) string {
	if !t.coloured {
		return text
	}
	return colour.Paint(text)
}

// treeLine is the line of a device or, without cells, a remark about a box.
type treeLine struct {
	prefix string
	// cells are the name with its branches, the kind, the state and the rest.
	cells  []string
	down   bool
	remark string
	alert  string
}

func (t tree) box(box *Box) []treeLine {
	below := 0 // lines below those of the devices
	for _, words := range []string{box.More, box.Alert} {
		if words != "" {
			below++
		}
	}
	lines := t.grow(box.Rows, "", below > 0)
	if box.More != "" {
		below--
		lines = append(lines, treeLine{prefix: t.stroke(below == 0), remark: box.More})
	}
	if box.Alert != "" {
		lines = append(lines, treeLine{prefix: t.strokes.last, alert: box.Alert})
	}
	return lines
}

func (t tree) stroke(last bool) string {
	if last {
		return t.strokes.last
	}
	return t.strokes.fork
}

// grow gives the lines of devices. open says that more lines of the box follow.
func (t tree) grow(rows []*Row, prefix string, open bool) (lines []treeLine) {
	for i, r := range rows {
		last, below := i == len(rows)-1 && !open, t.strokes.pass
		if last {
			below = t.strokes.gap
		}
		rest := strings.Join(append(append([]string{}, r.Facts...), t.wires[r]...), ", ")
		lines = append(lines, treeLine{
			cells: []string{prefix + t.stroke(last) + r.Name, r.Kind, r.State, rest}, down: r.State != "", alert: r.Alert,
		})
		lines = append(lines, t.grow(r.Ports, prefix+below, false)...)
	}
	return lines
}

// wires gives the text of each row about the devices that its lines lead to.
func (p *Picture) wires(strokes Strokes) map[*Row][]string {
	homes := p.homes()
	wires := map[*Row][]string{}
	add := func(from *Row, verb string, to *Row) {
		where := verb + to.Name
		if homes[to] != homes[from] && homes[to] != nil {
			where += " in " + homes[to].Title
		}
		wires[from] = append(wires[from], where)
	}
	for _, l := range p.Lines {
		switch l.Kind {
		case Over:
			add(l.From, l.Kind.Words()+" ", l.To)
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

func (t tree) aligned(l treeLine, width []int) string {
	if len(l.cells) == 0 {
		return l.remark + t.paint(alertColour, l.alert)
	}
	var b strings.Builder
	for i, cell := range l.cells[:3] {
		if width[i] > 0 {
			b.WriteString(term.Pad(cell, width[i]) + "  ")
		}
	}
	b.WriteString(l.cells[3])
	if l.alert != "" && l.cells[3] != "" {
		b.WriteString(", ")
	}
	text := b.String()
	if l.alert == "" {
		text = strings.TrimRight(text, " ")
	}
	if l.down {
		text = t.paint(downColour, text)
	}
	return text + t.paint(alertColour, l.alert)
}
