package main

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/netnsctl/netnsctl/cmd/netnsctl/internal/draw"
	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/inside"
	"github.com/netnsctl/netnsctl/netnsctl/wiring"
)

func TestGraphNotes(t *testing.T) {
	for got, want := range map[string]string{
		emptyNote(0):       "",
		emptyNote(1):       "1 namespace with nothing in it is not shown (use --all)",
		emptyNote(2):       "2 namespaces with nothing in them are not shown (use --all)",
		fartherNote(0, 1):  "",
		fartherNote(1, 0):  "1 more connected namespace is not shown (use --depth 1 or --all)",
		fartherNote(39, 1): "39 more connected namespaces are not shown (use --depth 2 or --all)",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// graphNamespace is a namespace with the inode number i.
func graphNamespace(i uint64, verdict discover.Verdict, command string, names ...string) *discover.Namespace {
	return &discover.Namespace{
		Identity: netnsctl.Identity{ID: netnsctl.ID{Dev: 4, Ino: i}}, Names: names, Verdict: verdict, Owner: discover.Owner{Command: command},
	}
}

func TestGraphTitles(t *testing.T) {
	host := graphNamespace(1, discover.InUse, "init")
	host.Pins = []discover.Pin{{Kind: discover.Process, PID: 1}}
	g := wiring.Build([]*discover.Namespace{
		graphNamespace(2, discover.Orphan, ""), graphNamespace(3, discover.InUse, "ngi\nnx"), graphNamespace(4, discover.InUse, "ngi\nnx"),
		graphNamespace(5, discover.Idle, "", "unnamed"), host, graphNamespace(6, discover.Own, "bash"),
	}, make([]inside.Contents, 8)) // only devices lead to the last two
	for ids, want := range map[bool]string{
		true:  `net:[2]|net:[3]|net:[4]|unnamed|host|net:[6]|(not seen)|(not seen) 2`,
		false: `unnamed 2|ngi\nnx|ngi\nnx 2|unnamed|host|this namespace|(not seen)|(not seen) 2`,
	} {
		titles := titles(g, ids)
		var got []string
		for _, n := range g.Namespaces {
			got = append(got, titles[n])
		}
		if strings.Join(got, "|") != want {
			t.Errorf("titles are %s, want %s", strings.Join(got, "|"), want)
		}
	}
}

// TestGraphIDs checks that without IDs no box has an inode number or the state idle,
// and that boxes keep other states.
func TestGraphIDs(t *testing.T) {
	g := wiring.Build([]*discover.Namespace{
		graphNamespace(2, discover.Orphan, "dnsmasq"), graphNamespace(3, discover.Idle, "", "web"), graphNamespace(4, discover.InUse, "", "db"),
	}, make([]inside.Contents, 3))
	for ids, want := range map[bool]string{
		true:  "web (net:[3], idle), db (net:[4]), net:[2] (orphan, dnsmasq)",
		false: "web (), db (), dnsmasq (orphan)",
	} {
		var got []string
		for _, b := range graphPicture(&selection{whole: g, part: g, all: true}, ids).Boxes {
			got = append(got, b.Title+" ("+b.Note+")")
		}
		slices.Reverse(got[:2]) // db is before web
		if strings.Join(got, ", ") != want {
			t.Errorf("boxes are %s, want %s", strings.Join(got, ", "), want)
		}
	}
}

// TestGraphLeads checks the words on where the devices of a single namespace lead.
func TestGraphLeads(t *testing.T) {
	vxlan := &inside.VXLAN{ID: 7, Group: netip.MustParseAddr("239.1.1.1")}
	device := func(index int, name, kind string, namespace, far int) inside.Device {
		d := inside.Device{Index: index, Name: name, Kind: kind, Up: true, State: "up", Link: &inside.Link{Namespace: namespace, Index: far}}
		if kind == "vxlan" {
			d.VXLAN, d.Link = vxlan, nil
		}
		return d
	}
	g := wiring.Build([]*discover.Namespace{
		graphNamespace(1, discover.InUse, "", "gw"), graphNamespace(2, discover.InUse, "", "a b"), graphNamespace(3, discover.InUse, ""),
	}, []inside.Contents{
		{Devices: []inside.Device{
			device(2, "v", "veth", 1, 2), device(3, "nk", "netkit", 1, 3), device(4, "can", "vxcan", 2, 2), device(5, "mv", "macvlan", 1, 2),
			{Index: 6, Name: "eth0", Up: true, State: "up"},
			device(7, "lost", "veth", 2, 99), device(8, "vx", "vxlan", 0, 0),
			{Index: 9, Name: "nopeer", Kind: "veth", Up: true, State: "up"},
			device(10, "low", "macvlan", 2, 98), device(11, "in", "vlan", 0, 6),
			{Index: 12, Name: "eth1", Up: true, State: "up"},
		}},
		{Devices: []inside.Device{
			device(2, "e\n0", "veth", 0, 2), device(3, "nk", "netkit", 0, 3), device(4, "up", "macvlan", 0, 6), device(5, "vx", "vxlan", 0, 0),
			device(6, "m1", "macvlan", 0, 12), device(7, "m2", "macvlan", 0, 12),
		}},
		{Devices: []inside.Device{device(2, "can", "vxcan", 0, 4), device(5, "vx", "vxlan", 0, 0)}},
	})
	part, farther := g.Around(g.Namespaces[:1], 0)
	p := graphPicture(&selection{whole: g, part: part}, true)
	want := strings.Join([]string{
		`v: veth pair with "e\n0" in "a b"`,
		`nk: netkit pair with nk in "a b"`,
		`can: vxcan pair with can in net:[3]`,
		`mv: stacked on "e\n0" in "a b"`,
		`eth0: carries up in "a b"`,
		`lost: veth pair with device 99 in net:[3] (could not be read)`,
		`vx: group 239.1.1.1, tunnel to 2 devices that are not shown`,
		`nopeer: the other end of the pair is unknown`,
		`low: stacked on device 98 in net:[3] (could not be read)`,
		`in: `,
		`eth1: carries 2 devices that are not shown`,
	}, "\n")
	var got []string
	for _, r := range p.Boxes[0].Rows {
		words := slices.Clone(r.Facts)
		if r.Alert != "" {
			words = append(words, r.Alert)
		}
		got = append(got, r.Name+": "+strings.Join(words, ", "))
	}
	if strings.Join(got, "\n") != want || farther != 2 {
		t.Errorf("devices are\n%s\nwant\n%s\n%d are farther away", strings.Join(got, "\n"), want, farther)
	}
	if len(p.Lines) != 1 || p.Lines[0].Kind != draw.Over {
		t.Errorf("lines are %+v", p.Lines)
	}
}
