package wiring

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/inside"
)

// world is contents, of which the first are those of found namespaces.
type world struct {
	contents []inside.Contents
	found    int
}

func (w *world) add(devices ...inside.Device) {
	for i := range devices {
		if devices[i].Index == 0 {
			devices[i].Index = i + 1
		}
	}
	w.contents = append(w.contents, inside.Contents{Devices: devices})
}

func (w *world) address(n, device int, prefix string) {
	w.contents[n].Addresses = append(w.contents[n].Addresses, inside.Address{Device: device, Prefix: netip.MustParsePrefix(prefix)})
}

func (w *world) graph() *Graph {
	var found []*discover.Namespace
	for i := range w.found {
		found = append(found, &discover.Namespace{Names: []string{fmt.Sprint("n", i)}})
	}
	return Build(found, w.contents)
}

func lo() inside.Device { return inside.Device{Name: "lo", Loopback: true, Up: true} }

func to(namespace, index int) *inside.Link { return &inside.Link{Namespace: namespace, Index: index} }

func vxlan(id uint32, group string) *inside.VXLAN {
	return &inside.VXLAN{ID: id, Group: netip.MustParseAddr(group)}
}

// text has each link as "pair 0.eth0 1.eth0", with indices of namespaces.
func (g *Graph) text() string {
	var all []string
	for _, l := range g.Links {
		words := []string{string(l.Kind)}
		for _, d := range l.Ends {
			words = append(words, fmt.Sprint(slices.Index(g.Namespaces, d.Namespace), ".", d.Name))
		}
		all = append(all, strings.Join(words, " "))
	}
	return strings.Join(all, ", ")
}

func TestLinks(t *testing.T) {
	w := world{found: 3}
	w.add(lo(), inside.Device{Name: "v", Kind: "veth", Link: to(1, 2)}, inside.Device{Name: "a", Kind: "veth", Link: to(0, 4)},
		inside.Device{Name: "b", Kind: "veth", Link: to(0, 3)})
	w.add(lo(), inside.Device{Name: "v", Kind: "veth", Link: to(0, 2)}, inside.Device{Name: "lost", Kind: "veth", Link: to(2, 9)})
	w.add(lo(), inside.Device{Name: "mv", Kind: "macvlan", Link: to(0, 2)}, inside.Device{Name: "wg", Kind: "wireguard", Link: to(0, 0)})
	g := w.graph()
	if got, want := g.text(), "pair 0.v 1.v, pair 0.a 0.b, over 2.mv 0.v"; got != want {
		t.Errorf("links are %s, want %s", got, want)
	}
	for _, c := range []struct {
		device *Device
		unseen *Namespace
	}{
		{g.Namespaces[0].Devices[1], nil},
		{g.Namespaces[1].Devices[2], g.Namespaces[2]},
		{g.Namespaces[2].Devices[2], g.Namespaces[0]},
	} {
		if c.device.Unseen != c.unseen {
			t.Errorf("%s leads to the unseen %v", c.device.Name, c.device.Unseen)
		}
	}
}

func TestPorts(t *testing.T) {
	w := world{found: 1}
	w.add(inside.Device{Name: "p1", Index: 7, Master: 3}, inside.Device{Name: "br0", Index: 3}, inside.Device{Name: "p0", Index: 5, Master: 3},
		inside.Device{Name: "odd", Index: 8, Master: 99})
	w.address(0, 3, "10.0.0.1/8")
	n := w.graph().Namespaces[0]
	br := n.Devices[0]
	if br.Name != "br0" || len(br.Ports) != 2 || br.Ports[0].Name != "p0" || br.Ports[1].Master != br || len(br.Addresses) != 1 {
		t.Errorf("br0 is %+v", br)
	}
	if n.Devices[3].Master != nil {
		t.Error("a master that is not there was found")
	}
}

func TestTunnels(t *testing.T) {
	ends := func(remotes ...string) *world {
		w := &world{found: len(remotes)}
		for i, remote := range remotes {
			w.add(lo(), inside.Device{Name: "vx", Kind: "vxlan", VXLAN: vxlan(42, remote)})
			w.address(i, 1, fmt.Sprintf("10.0.0.%d/24", i+1))
		}
		return w
	}
	moved := ends("10.0.0.2", "10.0.0.1")
	moved.add(inside.Device{Name: "vx", Kind: "vxlan", VXLAN: vxlan(42, "10.0.0.2"), Link: to(0, 1)})
	moved.contents[0].Devices = moved.contents[0].Devices[:1]
	moved.found = 3
	other := ends("10.0.0.2", "10.0.0.1")
	other.contents[1].Devices[1].VXLAN.ID = 43
	copies := ends("10.0.0.2", "10.0.0.1", "10.0.0.2", "10.0.0.1")
	copies.contents[2].Addresses, copies.contents[3].Addresses = copies.contents[0].Addresses, copies.contents[1].Addresses
	for name, c := range map[string]struct {
		world *world
		want  string
	}{
		"two ends":        {ends("10.0.0.2", "10.0.0.1"), "tunnel 0.vx 1.vx"},
		"one way":         {ends("10.0.0.2", "10.9.9.9"), "tunnel 0.vx 1.vx"},
		"nobody there":    {ends("10.9.9.9", "10.9.9.8"), ""},
		"group":           {ends("239.1.1.1", "239.1.1.1", "239.1.1.2", "239.1.1.1"), "tunnel 0.vx 1.vx 3.vx"},
		"another network": {other, ""},
		"a lab twice":     {copies, ""},
		"moved device":    {moved, "over 2.vx 0.lo, tunnel 1.vx 2.vx"},
	} {
		if got := c.world.graph().text(); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestSelection(t *testing.T) {
	w := world{found: 5}
	w.add(lo(), inside.Device{Name: "v", Kind: "veth", Link: to(1, 2)})
	w.add(lo(), inside.Device{Name: "v", Kind: "veth", Link: to(0, 2)}, inside.Device{Name: "lost", Kind: "veth", Link: to(3, 9)})
	w.add(lo(), inside.Device{Name: "sit0", Kind: "sit"})
	w.add()
	w.contents[3].Err = errors.New("no")
	w.add(lo(), inside.Device{Name: "tap0", Kind: "tun"})
	w.add(lo()) // found by nobody
	g := w.graph()
	for i := range 5 { // as if they had been open
		g.Namespaces[i].Read = true
	}
	names := func(g *Graph) string {
		var all []string
		for _, n := range g.Namespaces {
			all = append(all, strings.Join(n.Names, ","))
		}
		return strings.Join(all, " ")
	}
	rest, leftOut := g.WithoutIdle()
	if names(rest) != "n0 n1 n3 n4" || leftOut != 2 || len(rest.Links) != 1 {
		t.Errorf("WithoutIdle keeps %q, drops %d", names(rest), leftOut)
	}
	around, _ := g.Around(g.Namespaces[:1], Everywhere)
	if names(around) != "n0 n1 n3" || len(around.Links) != 1 {
		t.Errorf("around the first are %q", names(around))
	}
	if alone, _ := g.Around(g.Namespaces[2:3], Everywhere); names(alone) != "n2" || len(alone.Links) != 0 {
		t.Errorf("around the lonely are %q", names(alone))
	}
	g.Namespaces[2].Read = false
	if rest, _ := g.WithoutIdle(); !strings.Contains(names(rest), "n2") {
		t.Error("WithoutIdle drops a namespace that could not be read")
	}
}
