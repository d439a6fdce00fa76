package wiring

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl/inside"
)

// star is a host, n0, and further namespaces that hang on it: n1 and n2 on a
// bridge, n3 on a bond that is a port of it, n4 by a macvlan. A pair leads from
// n4 on to n5. The host also has a pair of its own and a device that leads
// nowhere.
func star() *Graph {
	veth := func(name string, link *inside.Link, master int) inside.Device {
		return inside.Device{Name: name, Kind: "veth", Link: link, Master: master}
	}
	w := world{found: 6}
	w.add(lo(), inside.Device{Name: "br0", Kind: "bridge"}, inside.Device{Name: "bond0", Kind: "bond", Master: 2},
		veth("v1", to(1, 2), 2), veth("v2", to(2, 2), 2), veth("v3", to(3, 2), 3), inside.Device{Name: "eth0"},
		veth("x", to(0, 9), 0), veth("y", to(0, 8), 0), inside.Device{Name: "vlan5", Kind: "vlan", VLAN: 5, Link: to(0, 7)})
	for i := range 3 {
		w.add(lo(), veth("eth0", to(0, i+4), 0), inside.Device{Name: "dummy0", Kind: "dummy"})
	}
	w.add(lo(), inside.Device{Name: "mv0", Kind: "macvlan", Link: to(0, 10)}, veth("out", to(5, 2), 0))
	w.add(lo(), veth("in", to(4, 3), 0))
	return w.graph()
}

// shownText is each namespace with the devices that a part shows.
func shownText(g *Graph) string {
	var all []string
	for _, n := range g.Namespaces {
		var names []string
		for _, d := range n.Devices {
			if g.Shows(d) {
				names = append(names, d.Name)
			}
		}
		all = append(all, strings.Join(n.Names, ",")+": "+strings.Join(names, " "))
	}
	return strings.Join(all, "; ")
}

func endsText(links []Link) string {
	var all []string
	for _, l := range links {
		words := []string{string(l.Kind)}
		for _, d := range l.Ends {
			words = append(words, strings.Join(d.Namespace.Names, ",")+"."+d.Name)
		}
		all = append(all, strings.Join(words, " "))
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

func TestAround(t *testing.T) {
	const (
		host     = "n0: lo br0 bond0 v1 v2 v3 eth0 x y vlan5"
		n1       = "n1: lo eth0 dummy0"
		allPairs = "pair n0.v1 n1.eth0, pair n0.v2 n2.eth0, pair n0.v3 n3.eth0, pair n0.x n0.y"
	)
	for name, c := range map[string]struct {
		of      []int
		depth   int
		shown   string
		links   string
		outward string
		farther int
	}{
		"alone": {[]int{1}, 0, n1, "", "pair n0.v1 n1.eth0", 5},
		"two alone": {
			[]int{4, 5}, 0, "n4: lo mv0 out; n5: lo in", "pair n4.out n5.in", "over n4.mv0 n0.vlan5", 4,
		},
		"one link away": {[]int{1}, 1, "n0: br0 v1; " + n1, "pair n0.v1 n1.eth0", "", 4},
		"one link away from two": {
			[]int{1, 2}, 1, "n0: br0 v1 v2; " + n1 + "; n2: lo eth0 dummy0", "pair n0.v1 n1.eth0, pair n0.v2 n2.eth0", "", 3,
		},
		"a port of a port": {
			[]int{3}, 1, "n0: br0 bond0 v3; n3: lo eth0 dummy0", "pair n0.v3 n3.eth0", "", 4,
		},
		"a device below, and what that is stacked on": {
			[]int{4},
			1, "n0: vlan5; n4: lo mv0 out; n5: in",
			"over n4.mv0 n0.vlan5, pair n4.out n5.in", "over n0.vlan5 n0.eth0", 3,
		},
		"the middle": {
			[]int{0},
			1, host + "; n1: eth0; n2: eth0; n3: eth0; n4: mv0",
			"over n0.vlan5 n0.eth0, over n4.mv0 n0.vlan5, " + allPairs, "", 1,
		},
		"two links away": {
			[]int{1},
			2, host + "; " + n1 + "; n2: eth0; n3: eth0; n4: mv0",
			"over n0.vlan5 n0.eth0, over n4.mv0 n0.vlan5, " + allPairs, "", 1,
		},
		"everywhere": {
			[]int{5},
			Everywhere, host + "; " + n1 + "; n2: lo eth0 dummy0; n3: lo eth0 dummy0; n4: lo mv0 out; n5: lo in",
			"over n0.vlan5 n0.eth0, over n4.mv0 n0.vlan5, " + allPairs + ", pair n4.out n5.in", "", 0,
		},
	} {
		g := star()
		var of []*Namespace
		for _, i := range c.of {
			of = append(of, g.Namespaces[i])
		}
		part, farther := g.Around(of, c.depth)
		if got := shownText(part); got != c.shown {
			t.Errorf("%s: shown are\n%s\nwant\n%s", name, got, c.shown)
		}
		if got := endsText(part.Links); got != c.links {
			t.Errorf("%s: links are\n%s\nwant\n%s", name, got, c.links)
		}
		if endsText(part.Outward) != c.outward {
			t.Errorf("%s: outward links are\n%s\nwant\n%s", name, endsText(part.Outward), c.outward)
		}
		if farther != c.farther {
			t.Errorf("%s: %d are farther away, want %d", name, farther, c.farther)
		}
	}
}

// TestAroundTunnel: a tunnel with many ends is one link, and a part has only
// those of its ends that it shows.
func TestAroundTunnel(t *testing.T) {
	w := world{found: 5}
	for range 4 {
		w.add(lo(), inside.Device{Name: "vx", Kind: "vxlan", VXLAN: vxlan(7, "239.1.1.1")})
	}
	w.add(lo())
	g := w.graph()
	part, farther := g.Around(g.Namespaces[:2], 0)
	if got, want := endsText(part.Links)+" | "+endsText(part.Outward), "tunnel n0.vx n1.vx | tunnel n0.vx n1.vx n2.vx n3.vx"; got != want || farther != 2 {
		t.Errorf("links are %s, want %s; %d are farther away", got, want, farther)
	}
	if part, farther := g.Around(g.Namespaces[:1], 1); len(part.Namespaces) != 4 || farther != 0 || len(part.Outward) != 0 {
		t.Errorf("one link away are %s, %d are farther away", shownText(part), farther)
	}
}

// TestAroundUnseen: a device that leads into a namespace that cannot be read is
// a link like others.
func TestAroundUnseen(t *testing.T) {
	w := world{found: 3}
	w.add(lo(), inside.Device{Name: "lost", Kind: "veth", Link: to(1, 9)}, inside.Device{Name: "v", Kind: "veth", Link: to(2, 2)})
	w.add()
	w.add(lo(), inside.Device{Name: "v", Kind: "veth", Link: to(0, 3)})
	g := w.graph()
	for i, want := range map[int]string{0: "n0: lo lost v; n1: ; n2: v", 1: "n0: lost; n1: ", 2: "n0: v; n2: lo v"} {
		if part, _ := g.Around(g.Namespaces[i:i+1], 1); shownText(part) != want {
			t.Errorf("one link away from n%d are %s, want %s", i, shownText(part), want)
		}
	}
}

func BenchmarkAround(b *testing.B) {
	const n = 1000
	w := world{found: n + 1}
	host := []inside.Device{lo(), {Name: "br0", Kind: "bridge"}}
	for i := range n {
		host = append(host, inside.Device{Name: fmt.Sprint("v", i), Kind: "veth", Master: 2, Link: to(i+1, 2)})
	}
	w.add(host...)
	for i := range n {
		w.add(lo(), inside.Device{Name: "eth0", Kind: "veth", Link: to(0, i+3)})
	}
	g := w.graph()
	for b.Loop() {
		g.Around(g.Namespaces[5:6], 1)
	}
}
