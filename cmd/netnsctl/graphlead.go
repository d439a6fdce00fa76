package main

import (
	"strconv"

	"github.com/netnsctl/netnsctl/cmd/netnsctl/internal/draw"
	"github.com/netnsctl/netnsctl/netnsctl/wiring"
)

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
