package draw

import "github.com/netnsctl/netnsctl/cmd/netnsctl/internal/term"

// Measures of the SVG, in pixels.
const (
	fontSize = 12
	// DejaVu Sans Mono, which is among the widest of monospaced fonts, has letters
	// 0.602 em wide.
	cellWidth  = fontSize * 0.602
	lineHeight = 17
	rowGap     = 4
	padding    = 10
	indent     = 14
	columnGap  = 12
	radius     = 6
)

// Longer texts are cut to so many letters.
const (
	titleCells = 40
	nameCells  = 24
	kindCells  = 30
	factCells  = 64
)

// shape is a box as it is drawn. The places in it are relative to its upper left
// corner.
type shape struct {
	box        *Box // nil where a line passes a column
	column     int
	x, y, w, h float64
	links      []link
	slots      []slot
	frames     []frame
	// port is how far below the top lines meet the device.
	port map[*Row]float64
	// kindX and factX are where the columns of kinds and facts begin.
	kindX, factX float64
}

// slot is the place of a row. y is the middle of its first line.
type slot struct {
	row  *Row
	x, y float64
}

// frame goes around a device and its ports.
type frame struct {
	depth       int
	top, bottom float64
}

func width(text string, limit int) float64 {
	return float64(term.Width(term.Clip(text, limit))) * cellWidth
}

// measure gives a box its size, and its texts their places.
func measure(b *Box) *shape {
	s := &shape{box: b, port: map[*Row]float64{}, h: lineHeight + 8}
	// The bold letters of another font may be wider.
	s.w = width(b.Title, titleCells)*1.05 + 2*padding
	for _, text := range []string{b.Note, b.More, b.Alert} {
		s.w = max(s.w, width(text, titleCells+8)+2*padding)
	}
	if b.Note != "" {
		s.h += lineHeight - 2
	}
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
	y := s.h + rowGap/2 + lineHeight/2
	s.port[r] = y
	s.slots = append(s.slots, slot{r, padding + float64(depth)*indent + pinSize, y})
	s.h += float64(max(1, len(r.facts())))*lineHeight + rowGap
	for _, port := range r.Ports {
		s.place(port, depth+1)
	}
	if len(r.Ports) > 0 {
		s.h += rowGap
		s.frames = append(s.frames, frame{depth, top + 1, s.h - 1})
		s.h += rowGap
	}
}

// columns aligns the kinds, and the facts, below each other.
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

// kind is the kind and, if the device does not work, its state.
func (r *Row) kind() string {
	if r.State == "" {
		return r.Kind
	}
	return r.Kind + " " + r.State
}

// facts are the lines beside the kind.
func (r *Row) facts() []string {
	if r.Alert == "" {
		return r.Facts
	}
	return append(append([]string{}, r.Facts...), r.Alert)
}
