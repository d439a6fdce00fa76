// Package draw shows a picture of boxes, rows and lines as a tree, as DOT, as a
// Mermaid flowchart or as SVG.
//
// All words of a picture are fit for a terminal already; each format escapes
// what has a meaning in it.
package draw

// Picture is what there is to draw.
type Picture struct {
	Boxes []*Box
	Lines []Line
	// Notes stand below it.
	Notes []string
}

// Box is a namespace.
type Box struct {
	Title string
	// Note says more of it; empty if there is nothing to say.
	Note string
	// Own marks the host's namespace.
	Own  bool
	Rows []*Row
	// More counts, in words, the devices that are left out; empty for none.
	More string
	// Alert says what is missing in the box; empty if nothing is.
	Alert string
}

// Row is a device.
type Row struct {
	Name, Kind string
	// State is empty where the device works.
	State string
	Facts []string
	// Alert says what cannot be seen; empty if nothing is missing.
	Alert string
	// Ports are the devices that it joins, as a bridge does.
	Ports []*Row
}

// Line joins two devices.
type Line struct {
	Kind     LineKind
	From, To *Row
}

// LineKind is how two devices are joined.
type LineKind int

const (
	// Pair are the two ends of one pair, as veth makes it.
	Pair LineKind = iota
	// Over leads from a device to the one that carries its packets.
	Over
	// Tunnel are two ends that reach each other through other devices.
	Tunnel
)

func lineKinds() []LineKind { return []LineKind{Pair, Over, Tunnel} }

// class is the kind's word in style sheets.
func (k LineKind) class() string {
	switch k {
	case Over:
		return "over"
	case Tunnel:
		return "tunnel"
	}
	return "pair"
}

// Words is the kind as a person says it; a pair is called by its devices' kind.
func (k LineKind) Words() string {
	switch k {
	case Over:
		return "stacked on"
	case Tunnel:
		return "tunnel"
	}
	return "pair"
}

// meaning is the line's word in the legend: veth pair, stacked on.
func (l Line) meaning() string {
	if l.Kind == Pair {
		return l.From.Kind + " " + l.Kind.Words()
	}
	return l.Kind.Words()
}

// each calls do for the rows of a box in the order in which they are shown.
// depth is that of a port.
func (b *Box) each(do func(r *Row, depth int)) {
	var walk func(rows []*Row, depth int)
	walk = func(rows []*Row, depth int) {
		for _, r := range rows {
			do(r, depth)
			walk(r.Ports, depth+1)
		}
	}
	walk(b.Rows, 0)
}

// homes maps every row to its box.
func (p *Picture) homes() map[*Row]*Box {
	homes := map[*Row]*Box{}
	for _, b := range p.Boxes {
		b.each(func(r *Row, _ int) { homes[r] = b })
	}
	return homes
}

// down tells whether a line carries nothing.
func (l Line) down() bool { return l.From.State != "" || l.To.State != "" }
