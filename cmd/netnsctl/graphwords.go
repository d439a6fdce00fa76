package main

import (
	"slices"
	"strconv"
	"strings"

	"github.com/netnsctl/netnsctl/cmd/netnsctl/internal/draw"
	"github.com/netnsctl/netnsctl/cmd/netnsctl/internal/term"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/wiring"
)

// maxAddresses is how many addresses of a device a picture shows.
const maxAddresses = 4

// painter turns a graph into a picture: it has the words.
type painter struct {
	titles map[*wiring.Namespace]string
	rows   map[*wiring.Device]*draw.Row
	shown  func(*wiring.Device) bool
}

// graphPicture leaves devices out that tell nothing, unless all are wanted.
func graphPicture(g *wiring.Graph, leftOut int, all bool) *draw.Picture {
	linked := map[*wiring.Device]bool{}
	for _, l := range g.Links {
		for _, d := range l.Ends {
			linked[d] = true
		}
	}
	t := painter{
		titles: titles(g),
		rows:   map[*wiring.Device]*draw.Row{},
		shown:  func(d *wiring.Device) bool { return all || linked[d] || !d.Bare() },
	}
	p := &draw.Picture{}
	for _, n := range inOrder(g.Namespaces) {
		p.Boxes = append(p.Boxes, t.box(n))
	}
	for _, l := range g.Links {
		p.Lines = append(p.Lines, t.lines(l)...)
	}
	switch {
	case leftOut == 1:
		p.Notes = append(p.Notes, "1 namespace with nothing in it left out (--all shows it)")
	case leftOut > 1:
		p.Notes = append(p.Notes, strconv.Itoa(leftOut)+" namespaces with nothing in them left out (--all shows them)")
	}
	return p
}

// inOrder has the host first, then names, then the rest.
func inOrder(all []*wiring.Namespace) []*wiring.Namespace {
	rank := func(n *wiring.Namespace) int {
		switch {
		case first(n.Namespace):
			return 0
		case n.Verdict == discover.Own:
			return 1
		case len(n.Names) > 0:
			return 2
		case n.Found:
			return 3
		}
		return 4
	}
	ordered := slices.Clone(all)
	slices.SortStableFunc(ordered, func(a, b *wiring.Namespace) int {
		if d := rank(a) - rank(b); d != 0 {
			return d
		}
		return slices.CompareFunc(a.Names, b.Names, term.Natural)
	})
	return ordered
}

// first tells whether a namespace is that of process 1.
func first(ns *discover.Namespace) bool {
	return slices.ContainsFunc(ns.Pins, func(p discover.Pin) bool { return p.Kind == discover.Process && p.PID == 1 })
}

// titles has namespaces called by their names, or "host", or by their ID.
func titles(g *wiring.Graph) map[*wiring.Namespace]string {
	all := map[*wiring.Namespace]string{}
	unknown := 0
	for _, n := range g.Namespaces {
		switch {
		case !n.Found:
			if all[n] = labelOf(nil); unknown > 0 {
				all[n] += " " + strconv.Itoa(unknown)
			}
			unknown++
		case len(n.Names) > 0:
			all[n] = row{names: n.Names}.label()
		case first(n.Namespace):
			all[n] = "host"
		default:
			all[n] = n.String()
		}
	}
	return all
}

func (t *painter) box(n *wiring.Namespace) *draw.Box {
	b := &draw.Box{Title: t.titles[n], Note: t.note(n), Own: n.Verdict == discover.Own}
	for _, d := range n.Devices {
		if d.Master == nil && t.shown(d) {
			b.Rows = append(b.Rows, t.row(d))
		}
	}
	switch {
	case n.Err != nil:
		b.Alert = "not read: " + escape(strings.ReplaceAll(n.Err.Error(), "\n", "; "))
	case !n.Read:
		b.Alert = "cannot be opened, its devices are not visible"
	}
	return b
}

// note has the ID, and the state or the owner where that tells something.
func (t *painter) note(n *wiring.Namespace) string {
	if !n.Found {
		return "only devices lead there"
	}
	var words []string
	if t.titles[n] != n.String() {
		words = append(words, n.String())
	}
	if n.Verdict != discover.InUse && t.titles[n] != string(n.Verdict) {
		words = append(words, string(n.Verdict))
	}
	if who := owner(n.Owner); len(n.Names) == 0 && n.Verdict != discover.Own && who != "-" {
		words = append(words, escape(who))
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
		r.Ports = append(r.Ports, t.row(port))
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
	return append(facts, shownAddresses(d)...)
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

// alert says what should be there and is not to be seen.
func (t *painter) alert(d *wiring.Device) string {
	switch {
	case d.Unseen == nil && d.Paired() && d.Link == nil:
		return "its peer is not visible"
	case d.Unseen == nil || d.Link.Index == 0:
		return ""
	case d.Paired():
		return "its peer in " + t.titles[d.Unseen] + " is not visible"
	}
	return "the device below it in " + t.titles[d.Unseen] + " is not visible"
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
