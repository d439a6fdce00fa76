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
	return t.part.Shows(d) && (t.all || t.linked[d] || !d.Untouched())
}

func (t *painter) box(n *wiring.Namespace) *draw.Box {
	b := &draw.Box{Title: t.titles[n], Note: t.note(n), Own: n.Verdict == discover.Own}
	more := 0
	for _, d := range n.Devices {
		switch {
		case d.Master == nil && t.shown(d):
			b.Rows = append(b.Rows, t.row(d))
		case !t.part.Shows(d) && !d.Untouched():
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

// lead is a link from a device that a picture shows to one that it does not show.
type lead struct {
	kind wiring.Kind
	// carries says that the other device is stacked on this one.
	carries bool
	to      *wiring.Device
}

// leads maps the devices of a part to those that they lead to outside of it.
func leads(part *wiring.Graph) map[*wiring.Device][]lead {
	inside := map[*wiring.Device]bool{}
	for _, n := range part.Namespaces {
		for _, d := range n.Devices {
			inside[d] = part.Shows(d)
		}
	}
	all := map[*wiring.Device][]lead{}
	for _, l := range part.Outward {
		for i, from := range l.Ends {
			if !inside[from] {
				continue
			}
			for _, to := range l.Ends {
				if !inside[to] {
					all[from] = append(all[from], lead{l.Kind, l.Kind == wiring.Over && i > 0, to})
				}
			}
		}
	}
	return all
}

// leadWords says where a device leads outside of the picture. Of several devices
// at the other end only the number is said.
func (t *painter) leadWords(d *wiring.Device) (words []string) {
	var carried, tunnels []*wiring.Device
	for _, l := range t.leads[d] {
		switch {
		case l.carries:
			carried = append(carried, l.to)
		case l.kind == wiring.Tunnel:
			tunnels = append(tunnels, l.to)
		case l.kind == wiring.Over:
			words = append(words, draw.Over.Words()+" "+t.place(d, l.to))
		default:
			words = append(words, pairWords(d)+t.place(d, l.to))
		}
	}
	for _, group := range []struct {
		verb string
		to   []*wiring.Device
	}{{"carries ", carried}, {"tunnel to ", tunnels}} {
		switch {
		case len(group.to) == 1:
			words = append(words, group.verb+t.place(d, group.to[0]))
		case len(group.to) > 1:
			words = append(words, group.verb+strconv.Itoa(len(group.to))+" devices that are not shown")
		}
	}
	return words
}

// place is a device as another one's namespace calls it.
func (t *painter) place(from, to *wiring.Device) string {
	if from.Namespace == to.Namespace {
		return quote(to.Name)
	}
	return quote(to.Name) + " in " + t.titles[to.Namespace]
}

func pairWords(d *wiring.Device) string { return deviceKind(*d.Device) + " pair with " }

// alert says which device at the other end could not be read.
func (t *painter) alert(d *wiring.Device) string {
	unread := func() string {
		return "device " + strconv.Itoa(d.Link.Index) + " in " + t.titles[d.Unseen] + " (could not be read)"
	}
	switch {
	case d.Unseen == nil && d.Paired() && d.Link == nil:
		return "the other end of the pair is unknown"
	case d.Unseen == nil || d.Link.Index == 0:
		return ""
	case d.Paired():
		return pairWords(d) + unread()
	}
	return draw.Over.Words() + " " + unread()
}

// moreDevices is empty for none.
func moreDevices(n int) string {
	switch n {
	case 0:
		return ""
	case 1:
		return "1 more device"
	}
	return strconv.Itoa(n) + " more devices"
}

// titles has namespaces called by their names, or "host", or by their ID. A
// namespace without a name is called by its owner if IDs are not wanted, and
// gets a number if another one is called the same.
func titles(g *wiring.Graph, ids bool) map[*wiring.Namespace]string {
	all := map[*wiring.Namespace]string{}
	taken := map[string]int{}
	var unnamed []*wiring.Namespace
	for _, n := range g.Namespaces {
		switch {
		case len(n.Names) > 0:
			all[n] = row{names: n.Names}.label()
		case n.Found && isHost(n.Namespace):
			all[n] = "host"
		case n.Found && ids:
			all[n] = n.String()
		default:
			unnamed = append(unnamed, n)
			continue
		}
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

// inOrder has the host first, then names, then the rest.
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
	ordered := slices.Clone(all)
	slices.SortStableFunc(ordered, func(a, b *wiring.Namespace) int {
		if d := rank(a) - rank(b); d != 0 {
			return d
		}
		return slices.CompareFunc(a.Names, b.Names, term.Natural)
	})
	return ordered
}
