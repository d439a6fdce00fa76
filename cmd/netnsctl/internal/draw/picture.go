// Package draw shows a picture of boxes, rows and lines as a tree, as DOT, as a
// Mermaid flowchart or as SVG.
//
// The texts of a picture must be fit for a terminal; each format escapes the
// characters that have a meaning in it.
package draw

// Picture is what the formats draw.
type Picture struct {
	Boxes []*Box
	Lines []Line
	// Notes stand below the boxes.
	Notes []string
}

// Box is a namespace.
type Box struct {
	Title string
	// Note stands beside or below the title; it may be empty.
	Note string
	// Own marks the host's namespace.
	Own  bool
	Rows []*Row
	// More is the text that counts the devices left out; empty for none.
	More string
	// Alert is the text about devices that could not be read; empty for none.
	Alert string
}

// Row is a device.
type Row struct {
	Name, Kind string
	// State is empty if the device works.
	State string
	Facts []string
	// Alert is the text about facts that could not be read; empty for none.
	Alert string
	// Ports are the devices that this one joins, as a bridge does.
	Ports []*Row
}

// Line joins two devices.
type Line struct {
	Kind     LineKind
	From, To *Row
}

// LineKind is how two devices are joined. Its text is the class of the line in
// the style sheet of the SVG.
type LineKind string

const (
	// Pair joins the two ends of one pair, such as a veth pair.
	Pair LineKind = "pair"
	// Over leads from a device to the device that carries its packets.
	Over LineKind = "over"
	// Tunnel joins two devices that reach each other through other devices.
	Tunnel LineKind = "tunnel"
)

func lineKinds() []LineKind { return []LineKind{Pair, Over, Tunnel} }

// Words is the kind as a text says it.
func (k LineKind) Words() string {
	if k == Over {
		return "stacked on"
	}
	return string(k)
}

// meaning is the text of the line in the legend: veth pair, stacked on, tunnel.
func (l Line) meaning() string {
	if l.Kind == Pair {
		return l.From.Kind + " " + l.Kind.Words()
	}
	return l.Kind.Words()
}

// down reports whether an end of the line does not work.
func (l Line) down() bool { return l.From.State != "" || l.To.State != "" }

// all gives the rows of a box and their ports from top to bottom.
func (b *Box) all() []*Row {
	var collect func(rows []*Row) []*Row
	collect = func(rows []*Row) (all []*Row) {
		for _, r := range rows {
			all = append(append(all, r), collect(r.Ports)...)
		}
		return all
	}
	return collect(b.Rows)
}

// homes maps every row to its box.
func (p *Picture) homes() map[*Row]*Box {
	homes := map[*Row]*Box{}
	for _, b := range p.Boxes {
		for _, r := range b.all() {
			homes[r] = b
		}
	}
	return homes
}
