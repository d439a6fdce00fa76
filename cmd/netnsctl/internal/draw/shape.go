package draw

import "github.com/netnsctl/netnsctl/cmd/netnsctl/internal/term"

// Measures of the SVG in its pixels.
const (
	fontSize = 12
	// A letter of DejaVu Sans Mono, among the widest of monospaced fonts, is
	// 0.602 em wide.
	cellWidth  = fontSize * 0.602
	lineHeight = 17
	rowGap     = 4
	padding    = 10
	indent     = 14
	columnGap  = 12
	radius     = 6
)

// The most cells of each text in the SVG. The whole text is its tooltip.
const (
	titleCells = 40
	nameCells  = 24
	kindCells  = 30
	factCells  = 64
)

// shape is a box with the places in it, from its upper left corner.
type shape struct {
	box    *Box
	w, h   float64
	slots  []slot
	frames []frame
	// port is where lines meet the device, from the top.
	port map[*Row]float64
	// kindX and factX are where the columns begin.
	kindX, factX float64
	// headH is the height of the title with its note.
	headH float64
}

// slot is the place of a row; y is the middle of its first line.
type slot struct {
	row   *Row
	x, y  float64
	lines int
}

// frame goes around a device and its ports.
type frame struct {
	depth       int
	top, bottom float64
}

func width(text string, limit int) float64 {
	return float64(term.Width(term.Clip(text, limit))) * cellWidth
}

// measure lays a box out.
func measure(b *Box) *shape {
	s := &shape{box: b, port: map[*Row]float64{}, headH: lineHeight + 8}
	// Bold letters of a substituted font may be wider.
	s.w = width(b.Title, titleCells)*1.05 + 2*padding
	for _, text := range []string{b.Note, b.More, b.Alert} {
		s.w = max(s.w, width(text, titleCells+8)+2*padding)
	}
	if b.Note != "" {
		s.headH += lineHeight - 2
	}
	s.h = s.headH
	if len(b.Rows) > 0 {
		s.h += rowGap
		for _, r := range b.Rows {
			s.place(r, 0)
		}
	}
	for _, words := range []string{b.More, b.Alert} {
		if words != "" {
			s.h += lineHeight + rowGap
		}
	}
	s.h += rowGap
	s.columns()
	return s
}

func (s *shape) place(r *Row, depth int) {
	top := s.h
	if len(r.Ports) > 0 {
		s.h += rowGap
	}
	lines := max(1, len(r.facts()))
	y := s.h + rowGap/2 + lineHeight/2
	s.port[r] = y
	s.slots = append(s.slots, slot{r, padding + float64(depth)*indent + pinSize, y, lines})
	s.h += float64(lines)*lineHeight + rowGap
	for _, port := range r.Ports {
		s.place(port, depth+1)
	}
	if len(r.Ports) > 0 {
		s.h += rowGap
		s.frames = append(s.frames, frame{depth, top + 1, s.h - 1})
		s.h += rowGap
	}
}

// columns aligns kinds and facts below each other.
func (s *shape) columns() {
	var name, kind, fact float64
	for _, slot := range s.slots {
		name = max(name, slot.x+width(slot.row.Name, nameCells))
		kind = max(kind, width(slot.row.kind(), kindCells))
		for _, text := range slot.row.facts() {
			fact = max(fact, width(text, factCells))
		}
	}
	s.kindX = name + columnGap
	s.factX = s.kindX + kind + columnGap
	end := s.kindX + kind
	if fact > 0 {
		end = s.factX + fact
	}
	if len(s.slots) > 0 {
		s.w = max(s.w, end+padding+pinSize)
	}
}

// kind is the kind with the state, where that is not as it should be.
func (r *Row) kind() string {
	if r.State == "" {
		return r.Kind
	}
	return r.Kind + " " + r.State
}

// facts are the lines behind the kind.
func (r *Row) facts() []string {
	if r.Alert == "" {
		return r.Facts
	}
	return append(append([]string{}, r.Facts...), r.Alert)
}
