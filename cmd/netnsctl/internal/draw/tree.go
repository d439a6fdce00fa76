package draw

import (
	"strings"

	"github.com/netnsctl/netnsctl/cmd/netnsctl/internal/term"
)

// Strokes are what a tree is drawn with.
type Strokes struct{ fork, last, pass, gap, pair, tunnel string }

// Unicode is for terminals that show it, ASCII for all others.
func Unicode() Strokes { return Strokes{"├─ ", "└─ ", "│  ", "   ", "↔ ", "⇢ "} }

// ASCII is for what does not show Unicode.
func ASCII() Strokes { return Strokes{"|- ", "`- ", "|  ", "   ", "<-> ", "~~> "} }

// Inks are terminal sequences around what stands out.
type Inks struct{ title, own, down, alert, end string }

// Plain is without any.
func Plain() Inks { return Inks{} }

// Colour is that of ECMA-48 terminals.
func Colour() Inks { return Inks{"\x1b[1m", "\x1b[1;33m", "\x1b[2m", "\x1b[33m", "\x1b[0m"} }

// Tree is the picture as lines of text: each box with its devices below it, and
// behind each device what it is wired to.
func Tree(p *Picture, strokes Strokes, inks Inks) string {
	t := tree{strokes: strokes, wires: p.wires(strokes)}
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
		ink := inks.title
		if box.Own {
			ink = inks.own
		}
		b.WriteString(dipped(ink, box.Title, inks))
		if box.Note != "" {
			b.WriteString("  " + box.Note)
		}
		b.WriteByte('\n')
		for _, line := range boxes[i] {
			b.WriteString(line.prefix)
			b.WriteString(line.aligned(width, inks))
			b.WriteByte('\n')
		}
	}
	for _, note := range p.Notes {
		b.WriteString(note + "\n")
	}
	return b.String()
}

func dipped(ink, text string, inks Inks) string {
	if ink == "" || text == "" {
		return text
	}
	return ink + text + inks.end
}

type tree struct {
	strokes Strokes
	wires   map[*Row][]string
}

// treeLine is a device, or, without cells, words about a whole box.
type treeLine struct {
	prefix string
	// cells are the name with its branches, the kind, the state and the rest.
	cells []string
	down  bool
	words string
	alert string
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
		lines = append(lines, treeLine{prefix: t.stroke(below == 0), words: box.More})
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

// grow gives the lines of devices; open says that more lines follow below them.
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

// wires says for each row where its lines lead to.
func (p *Picture) wires(strokes Strokes) map[*Row][]string {
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

func (l treeLine) aligned(width []int, inks Inks) string {
	if len(l.cells) == 0 {
		return l.words + dipped(inks.alert, l.alert, inks)
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
		text = dipped(inks.down, text, inks)
	}
	return text + dipped(inks.alert, l.alert, inks)
}
