package discover

import (
	"strconv"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl/inside"
)

// TestWires has the worlds of drivers that not every kernel has. The namespaces are, by index:
// 0 the host, 1 the orphan that is judged, 2 one with a process, 3 a second orphan; 4 was not
// found.
func TestWires(t *testing.T) {
	const host, orphan, live, dead, unknown = 0, 1, 2, 3, 4
	device := func(index int, kind string) inside.Device {
		return inside.Device{Index: index, Name: "d" + strconv.Itoa(index), Kind: kind}
	}
	to := func(d inside.Device, namespace, index int) inside.Device {
		d.Link = &inside.Link{Namespace: namespace, Index: index}
		return d
	}
	port := func(d inside.Device, master int, kind string) inside.Device {
		d.Master, d.PortKind = master, kind
		return d
	}
	forwards := func(d inside.Device) inside.Device {
		d.Forwarding = true
		return d
	}
	loopback := inside.Device{Index: 1, Name: "lo", Loopback: true, Forwarding: true}
	toHost := to(device(2, "veth"), host, 8)
	up := func(d inside.Device) inside.Device {
		d.Up = true
		return d
	}
	fallback := inside.Device{Index: 3, Name: "tunl0", Kind: "ipip", Forwarding: true}
	for _, test := range []struct {
		world    string
		devices  []inside.Device // of the orphan
		others   []inside.Device // of the namespace with a process
		opened   string
		gateway  string
		pins     []Pin           // of the second orphan
		further  []inside.Device // of the second orphan
		expected string
	}{
		{world: "fallback tunnels", devices: []inside.Device{loopback, forwards(toHost), up(fallback)}},
		{world: "a tunnel of its own that is down", devices: []inside.Device{toHost, device(3, "wireguard")}},
		{world: "a tunnel that is up", devices: []inside.Device{toHost, up(device(3, "wireguard"))}, expected: "d3 (wireguard) is up in it"},
		{
			world: "a tunnel with the name of a fallback tunnel", devices: []inside.Device{{Index: 3, Name: "tunl0", Kind: "vxlan", Up: true}},
			expected: "tunl0 (vxlan) is up in it",
		},
		{
			world: "an orphan with a tunnel that is up", devices: []inside.Device{to(device(2, "veth"), dead, 5)},
			further: []inside.Device{up(device(3, "vxlan"))}, expected: "d2 joins device 5 of net:[53]",
		},
		{
			world: "a VPN gateway", devices: []inside.Device{forwards(toHost), device(3, "wireguard")},
			expected: "forwards between device 8 of the host and d3",
		},
		{world: "a VLAN on the only link", devices: []inside.Device{toHost, to(device(3, "vlan"), orphan, 2)}},
		{
			world: "a router on a stick", devices: []inside.Device{forwards(toHost), to(device(3, "vlan"), orphan, 2)},
			expected: "forwards between device 8 of the host and d3",
		},
		{world: "netkit", devices: []inside.Device{to(device(2, "netkit"), live, 5)}, expected: "d2 joins device 5 of net:[52] (pid 9 sh)"},
		{
			world: "a router of Neutron", devices: []inside.Device{forwards(device(2, "openvswitch")), forwards(device(3, "openvswitch"))},
			expected: "forwards between d2 and d3",
		},
		{
			world: "an XDP program", devices: []inside.Device{toHost, {Index: 3, Name: "d3", Physical: true, XDP: true}},
			expected: "may forward between device 8 of the host and d3 (XDP)",
		},
		{
			world: "a bond of two", devices: []inside.Device{device(2, "bond"), port(to(device(3, "veth"), host, 8), 2, "bond"), port(to(device(4, "veth"), host, 9), 2, "bond")},
			expected: "d2 joins device 8 of the host and device 9 of the host",
		},
		{
			world: "a bridge of two tunnels of the host", devices: []inside.Device{device(2, "bridge"), port(to(device(3, "vxlan"), host, 0), 2, "bridge"), port(to(device(4, "vxlan"), host, 0), 2, "bridge")},
			expected: "d2 joins d3 and d4",
		},
		{
			world: "a VRF with one port", devices: []inside.Device{forwards(device(2, "vrf")), port(to(device(3, "veth"), host, 8), 2, "vrf")},
		},
		{
			world: "a bond as the port of a bridge", devices: []inside.Device{
				device(2, "bridge"), port(device(3, "bond"), 2, "bridge"), port(to(device(4, "veth"), host, 8), 3, "bond"),
				port(device(5, "vxlan"), 2, "bridge"),
			},
			expected: "d2 joins d3 and d5",
		},
		{world: "a tap alone", devices: []inside.Device{device(2, "tun")}, opened: "pid 7 qemu"},
		{
			world: "a bridge with a tap", devices: []inside.Device{port(device(2, "tun"), 4, "bridge"), port(to(device(3, "veth"), host, 8), 4, "bridge"), device(4, "bridge")},
			opened: "pid 7 qemu", expected: "d4 joins d2 of pid 7 qemu and device 8 of the host",
		},
		{
			world: "a bridge with a tap that nobody has", devices: []inside.Device{port(device(2, "tun"), 4, "bridge"), port(to(device(3, "veth"), host, 8), 4, "bridge"), device(4, "bridge")},
		},
		{world: "a macvtap", devices: []inside.Device{device(2, "macvtap")}, opened: "pid 7 qemu", expected: "d2 is open in pid 7 qemu"},
		{world: "an IPsec gateway", devices: []inside.Device{toHost}, gateway: "forwards packets under 1 IPsec policy", expected: "forwards packets under 1 IPsec policy"},
		{world: "a namespace that was not found", devices: []inside.Device{to(device(2, "veth"), unknown, 5)}, expected: "d2 joins device 5 of a namespace that was not found"},
		{
			world: "the uplink of a tunnel of another", devices: []inside.Device{loopback}, others: []inside.Device{to(device(6, "gre"), orphan, 0)},
			expected: "the packets of d6 of net:[52] (pid 9 sh) leave here",
		},
		{world: "an orphan", devices: []inside.Device{to(device(2, "veth"), dead, 5)}},
		{
			world: "an orphan in which a process has a socket", devices: []inside.Device{to(device(2, "veth"), dead, 5)},
			pins: []Pin{{Kind: SocketPin, PID: 9}}, expected: "d2 joins device 5 of net:[53] (held by socket, descriptor 0 of pid 9)",
		},
		{
			world: "an orphan that a process holds by a descriptor only", devices: []inside.Device{to(device(2, "veth"), dead, 5)},
			pins: []Pin{{Kind: Descriptor, PID: 9}},
		},
		{
			world: "many ports", devices: []inside.Device{
				device(2, "bridge"), port(to(device(3, "veth"), host, 8), 2, "bridge"), port(to(device(4, "veth"), host, 9), 2, "bridge"),
				port(to(device(5, "veth"), host, 10), 2, "bridge"), port(to(device(6, "veth"), host, 11), 2, "bridge"),
			},
			expected: "d2 joins device 8 of the host, device 9 of the host, device 10 of the host and 1 more",
		},
	} {
		if test.pins == nil {
			test.pins = []Pin{{Kind: MountPin}}
		}
		w := &wires{
			namespaces: []*Namespace{
				{Identity: sighted(50, Pin{}).Identity, Verdict: Own},
				{Identity: sighted(51, Pin{}).Identity, Verdict: Orphan},
				{Identity: sighted(52, Pin{}).Identity, Verdict: InUse, Pins: []Pin{{Kind: Process, PID: 9}}},
				{Identity: sighted(53, Pin{}).Identity, Verdict: Orphan, Pins: test.pins},
			},
			contents: []inside.Contents{{}, {Devices: test.devices}, {Devices: test.others}, {Devices: test.further}, {}},
			host:     netID(50), opened: map[tap]string{{orphan, 2}: test.opened}, gateways: map[int]string{orphan: test.gateway},
			who: func(pid int) string { return "pid " + strconv.Itoa(pid) + " sh" },
		}
		if got := w.wired()[orphan]; got != test.expected {
			t.Errorf("%s: %q, not %q", test.world, got, test.expected)
		}
	}
}

// TestHiddenTunnel: a tunnel whose driver does not tell its underlay is where a UDP socket is
// that nobody else has.
func TestHiddenTunnel(t *testing.T) {
	socket := []inside.Socket{{Protocol: "udp"}}
	w := &wires{
		namespaces: []*Namespace{{Verdict: Orphan}, {Verdict: Idle, Names: []string{"vpn"}}},
		contents:   []inside.Contents{{}, {Devices: []inside.Device{{Index: 2, Name: "wg0", Kind: "wireguard"}}}},
	}
	w.weave()
	if got := w.hiddenTunnel(); got != "wg0 of vpn" {
		t.Errorf("the tunnel is %q", got)
	}
	if got := w.kernelSocket(0, socket); got != "0" {
		t.Errorf("the port is %q", got)
	}
	if got := w.kernelSocket(0, nil); got != "" {
		t.Errorf("without a socket the port is %q", got)
	}
	w.namespaces[0].Pins = []Pin{{Kind: SocketPin}}
	if got := w.kernelSocket(0, socket); got != "" {
		t.Errorf("of a process: %q", got)
	}
	w.namespaces[0].Pins = nil
	w.layouts = map[int]*layout{}
	w.contents[0].Devices = []inside.Device{{Index: 2, Name: "wg1", Kind: "wireguard"}}
	if got := w.kernelSocket(0, socket); got != "" {
		t.Errorf("of a tunnel of its own: %q", got)
	}
}

// TestWiresLongChain: a chain of orphans is wired from its living end on. To search all of them
// again for each that is found took 16 s for 1,000.
func TestWiresLongChain(t *testing.T) {
	const length = 5000
	w := &wires{opened: map[tap]string{}, gateways: map[int]string{}}
	for n := range length {
		ns := &Namespace{Verdict: Orphan}
		if n == 0 {
			ns.Verdict = InUse
		}
		var devices []inside.Device
		for at, other := range []int{n - 1, n + 1} {
			if other >= 0 && other < length {
				devices = append(devices, inside.Device{Index: 2 + at, Name: "d", Kind: "veth", Link: &inside.Link{Namespace: other, Index: 3 - at}})
			}
		}
		w.namespaces, w.contents = append(w.namespaces, ns), append(w.contents, inside.Contents{Devices: devices})
	}
	if n := len(w.wired()); n != length-1 {
		t.Errorf("%d are wired", n)
	}
}
