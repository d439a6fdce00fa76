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

const (
	// maxAddresses is the number of addresses that a picture shows of a device.
	maxAddresses = 4
	// maxJoined is the number of ends up to which a tunnel is drawn from each end to
	// each other end. With more ends it is drawn from the first end to the others.
	maxJoined = 4
)

// painter turns a part of a graph into a picture.
type painter struct {
	part   *wiring.Graph
	titles map[*wiring.Namespace]string
	rows   map[*wiring.Device]*draw.Row
	leads  map[*wiring.Device][]wiring.Lead
	linked map[*wiring.Device]bool
	all    bool // show devices without links and addresses
	ids    bool // show IDs and the state idle
}

func graphPicture(s *selection, ids bool) *draw.Picture {
	t := painter{
		part: s.part, titles: titles(s.whole, ids), rows: map[*wiring.Device]*draw.Row{},
		leads: s.part.Leads(), linked: map[*wiring.Device]bool{}, all: s.all, ids: ids,
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

// inOrder is the host first, then our own namespace, names, and the rest.
func inOrder(all []*wiring.Namespace) []*wiring.Namespace {
	rank := func(n *wiring.Namespace) int {
		switch {
		case isHost(n.Namespace):
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
	return slices.SortedStableFunc(slices.Values(all), func(a, b *wiring.Namespace) int {
		if d := rank(a) - rank(b); d != 0 {
			return d
		}
		return slices.CompareFunc(a.Names, b.Names, term.Natural)
	})
}

// titles are the names of namespaces, else host, else the ID. Without ids a namespace
// that has no name is called by its owner. Equal titles of such namespaces get a number.
func titles(g *wiring.Graph, ids bool) map[*wiring.Namespace]string {
	all := map[*wiring.Namespace]string{}
	taken := map[string]int{}
	var unnamed []*wiring.Namespace
	for _, n := range g.Namespaces {
		if len(n.Names) == 0 && !(n.Found && (ids || isHost(n.Namespace))) {
			unnamed = append(unnamed, n)
			continue
		}
		all[n] = labelOf(n.Namespace)
		taken[all[n]]++
	}
	for _, n := range unnamed {
		title := titleWithoutName(n)
		if taken[title]++; taken[title] > 1 {
			title += " " + strconv.Itoa(taken[title])
		}
		all[n] = title
	}
	return all
}

func titleWithoutName(n *wiring.Namespace) string {
	who := owner(n.Owner)
	switch {
	case !n.Found:
		return labelOf(nil)
	case n.Verdict == discover.Own:
		return "this namespace"
	case who != "-":
		return escape(who)
	}
	return "unnamed"
}

// shows reports whether the picture has a device of a namespace of the part.
func (t *painter) shows(d *wiring.Device) bool {
	return t.part.Shows(d) && (t.all || t.linked[d] || !d.Untouched())
}

// box is a namespace with its devices. A port stands below its bridge.
func (t *painter) box(n *wiring.Namespace) *draw.Box {
	b := &draw.Box{Title: t.titles[n], Note: t.note(n), Own: n.Verdict == discover.Own}
	more := 0
	for _, d := range n.Devices {
		switch {
		case d.Master == nil && t.shows(d):
			b.Rows = append(b.Rows, t.row(d))
		case !t.part.Shows(d) && !d.Untouched():
			more++
		}
	}
	if more > 0 {
		b.More = plural(more, "more device", "more devices")
	}
	switch {
	case n.Err != nil:
		b.Alert = "not read: " + escape(strings.ReplaceAll(n.Err.Error(), "\n", "; "))
	case !n.Read:
		b.Alert = "could not be opened, so its devices are unknown"
	}
	return b
}

// note is the ID, the state and the owner, as far as the title lacks them.
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

// row is a device with its ports.
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

// facts are the addresses of a device and where it leads outside of the picture.
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
	return slices.Concat(facts, shownAddresses(d), t.leadsText(d))
}

// shownAddresses leaves out the addresses that every device has.
func shownAddresses(d *wiring.Device) []string {
	var words []string
	for _, a := range d.Addresses {
		addr := a.Prefix.Addr()
		if addr.Is6() && addr.IsLinkLocalUnicast() || d.Loopback && addr.IsLoopback() {
			continue
		}
		words = append(words, addressText(a))
	}
	if more := len(words) - maxAddresses; more > 1 {
		words = append(words[:maxAddresses], "and "+strconv.Itoa(more)+" more")
	}
	return words
}

// lines are a link as lines between rows of the picture.
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

// leadsText says where a device leads outside of the picture. Of several devices that
// it carries, or to which it tunnels, it gives the number.
func (t *painter) leadsText(d *wiring.Device) (words []string) {
	var carried, tunnels []*wiring.Device
	for _, l := range t.leads[d] {
		switch {
		case l.Carries:
			carried = append(carried, l.To)
		case l.Kind == wiring.Tunnel:
			tunnels = append(tunnels, l.To)
		case l.Kind == wiring.Over:
			words = append(words, draw.Over.Words()+" "+t.deviceFrom(d, l.To))
		default:
			words = append(words, pairText(d)+t.deviceFrom(d, l.To))
		}
	}
	for _, group := range []struct {
		verb string
		to   []*wiring.Device
	}{{"carries ", carried}, {"tunnel to ", tunnels}} {
		switch {
		case len(group.to) == 1:
			words = append(words, group.verb+t.deviceFrom(d, group.to[0]))
		case len(group.to) > 1:
			words = append(words, group.verb+strconv.Itoa(len(group.to))+" devices that are not shown")
		}
	}
	return words
}

// deviceFrom is the device to, with its namespace where from is in another one.
func (t *painter) deviceFrom(from, to *wiring.Device) string {
	if from.Namespace == to.Namespace {
		return quote(to.Name)
	}
	return quote(to.Name) + " in " + t.titles[to.Namespace]
}

func pairText(d *wiring.Device) string { return deviceKind(*d.Device) + " pair with " }

// alert is the device at the other end that could not be read.
func (t *painter) alert(d *wiring.Device) string {
	switch {
	case d.Unseen == nil && d.Paired() && d.Link == nil:
		return "the other end of the pair is unknown"
	case d.Unseen == nil || d.Link.Index == 0:
		return ""
	}
	unread := "device " + strconv.Itoa(d.Link.Index) + " in " + t.titles[d.Unseen] + " (could not be read)"
	if d.Paired() {
		return pairText(d) + unread
	}
	return draw.Over.Words() + " " + unread
}
