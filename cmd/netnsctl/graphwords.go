package main

import (
	"slices"
	"strconv"
	"strings"

	"github.com/netnsctl/netnsctl/cmd/netnsctl/internal/draw"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/wiring"
)

// maxAddresses is how many addresses of a device a picture shows.
const maxAddresses = 4

// painter turns a part of a graph into a picture and finds the words for it.
type painter struct {
	part   *wiring.Graph
	titles map[*wiring.Namespace]string
	rows   map[*wiring.Device]*draw.Row
	leads  map[*wiring.Device][]lead
	linked map[*wiring.Device]bool
	// all shows devices with nothing to show, ids shows inode numbers and the
	// state idle.
	all, ids bool
}

func graphPicture(s *selection, ids bool) *draw.Picture {
	t := painter{
		part: s.part, titles: titles(s.whole, ids), rows: map[*wiring.Device]*draw.Row{},
		leads: leads(s.part), linked: map[*wiring.Device]bool{}, all: s.all, ids: ids,
	}
	for _, l := range slices.Concat(s.part.Links, s.part.Outward) {
		for _, d := range l.Ends {
			t.linked[d] = true
		}
	}
	p := &draw.Picture{}
	for _, n := range inOrder(s.part.Namespaces) {
		p.Boxes = append(p.Boxes, t.box(n))
	}
	for _, l := range s.part.Links {
		p.Lines = append(p.Lines, t.lines(l)...)
	}
	if s.note != "" {
		p.Notes = append(p.Notes, s.note)
	}
	return p
}

// shown tells whether the picture has a device of a namespace of the part.
func (t *painter) shown(d *wiring.Device) bool {
	return t.part.Shows(d) && (t.all || t.linked[d] || !d.Bare())
}

func (t *painter) box(n *wiring.Namespace) *draw.Box {
	b := &draw.Box{Title: t.titles[n], Note: t.note(n), Own: n.Verdict == discover.Own}
	more := 0
	for _, d := range n.Devices {
		switch {
		case d.Master == nil && t.shown(d):
			b.Rows = append(b.Rows, t.row(d))
		case !t.part.Shows(d) && !d.Bare():
			more++
		}
	}
	b.More = moreDevices(more)
	switch {
	case n.Err != nil:
		b.Alert = "not read: " + escape(strings.ReplaceAll(n.Err.Error(), "\n", "; "))
	case !n.Read:
		b.Alert = "could not be opened, so its devices are unknown"
	}
	return b
}

// note has the ID, and the state or the owner if these say more than the title.
func (t *painter) note(n *wiring.Namespace) string {
	if !n.Found {
		return "only devices lead there"
	}
	var words []string
	add := func(word string) {
		if word != t.titles[n] {
			words = append(words, word)
		}
	}
	if t.ids {
		add(n.String())
	}
	if n.Verdict != discover.InUse && (t.ids || n.Verdict != discover.Idle) {
		add(string(n.Verdict))
	}
	if who := owner(n.Owner); len(n.Names) == 0 && n.Verdict != discover.Own && who != "-" {
		add(escape(who))
	}
	return strings.Join(words, ", ")
}

func (t *painter) row(d *wiring.Device) *draw.Row {
	r := &draw.Row{Name: quote(d.Name), Kind: deviceKind(*d.Device), State: deviceState(*d.Device), Facts: t.facts(d), Alert: t.alert(d)}
	if r.State == "up" {
		r.State = ""
	}
	t.rows[d] = r
	for _, port := range d.Ports {
		if t.part.Shows(port) {
			r.Ports = append(r.Ports, t.row(port))
		}
	}
	return r
}

func (t *painter) facts(d *wiring.Device) []string {
	var facts []string
	if v := d.VXLAN; v != nil && v.Group.IsMulticast() {
		facts = append(facts, "group "+v.Group.String())
	} else if v != nil && v.Group.IsValid() {
		facts = append(facts, "remote "+v.Group.String())
	}
	if d.Unseen != nil && d.Link.Index == 0 {
		facts = append(facts, "sends through "+t.titles[d.Unseen])
	}
	return slices.Concat(facts, shownAddresses(d), t.leadWords(d))
}

// shownAddresses leaves out those that every device has.
func shownAddresses(d *wiring.Device) []string {
	var words []string
	for _, a := range d.Addresses {
		addr := a.Prefix.Addr()
		if addr.Is6() && addr.IsLinkLocalUnicast() || d.Loopback && addr.IsLoopback() {
			continue
		}
		words = append(words, addressWord(a))
	}
	if more := len(words) - maxAddresses; more > 1 {
		words = append(words[:maxAddresses], "and "+strconv.Itoa(more)+" more")
	}
	return words
}

// maxJoined is how many ends of a tunnel are joined each with each; of more the
// first is joined with the others.
const maxJoined = 4

func (t *painter) lines(l wiring.Link) (lines []draw.Line) {
	kind := map[wiring.Kind]draw.LineKind{wiring.Pair: draw.Pair, wiring.Over: draw.Over, wiring.Tunnel: draw.Tunnel}[l.Kind]
	for i, from := range l.Ends {
		for _, to := range l.Ends[i+1:] {
			if t.rows[from] != nil && t.rows[to] != nil {
				lines = append(lines, draw.Line{Kind: kind, From: t.rows[from], To: t.rows[to]})
			}
		}
		if len(l.Ends) > maxJoined {
			break
		}
	}
	return lines
}
