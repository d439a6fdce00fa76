package inside

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"

	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
)

// open opens the names for as long as the test runs.
func open(t *testing.T, names ...string) (namespaces []netns.NsHandle) {
	t.Helper()
	for _, name := range names {
		ns, err := netns.GetFromName(name)
		nstest.Must(t, err)
		t.Cleanup(func() { ns.Close() })
		namespaces = append(namespaces, ns)
	}
	return namespaces
}

func deviceNamed(t *testing.T, c Contents, name string) Device {
	t.Helper()
	for _, d := range c.Devices {
		if d.Name == name {
			return d
		}
	}
	t.Fatalf("no device %s in %+v (%v)", name, c.Devices, c.Err)
	return Device{}
}

// TestLinks: Read finds where links lead, also to a namespace that the caller has not
// given, and assigns no nsid in the namespaces.
func TestLinks(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		// The namespace of w1 has no nsid in a: the kernel has not reported w0 since
		// w1 was moved.
		nstest.Shell(t, `
for name in a b c d; do ip netns add $name; done
ip -n a link add v0 type veth peer name v1 netns b
ip -n a link add w0 type veth peer name w1 netns c
ip -n c link set w1 netns d
ip -n a link add local0 type veth peer name local1
ip -n d addr add 10.1.2.3/24 dev w1`)
		before := nstest.Shell(t, `for name in a b c d; do ip -n $name netns list-id; done`)
		all := Read(open(t, "a", "b", "c"), Wanted{Devices: true, Addresses: true})
		if len(all) != 4 {
			t.Fatalf("%d namespaces: the fourth is the one of w1", len(all))
		}
		for _, end := range []struct {
			namespace    int
			device, peer string
			in           int
		}{{0, "v0", "v1", 1}, {1, "v1", "v0", 0}, {0, "w0", "w1", 3}, {3, "w1", "w0", 0}, {0, "local0", "local1", 0}} {
			d := deviceNamed(t, all[end.namespace], end.device)
			want := &Link{end.in, deviceNamed(t, all[end.in], end.peer).Index}
			if diff := cmp.Diff(want, d.Link); diff != "" {
				t.Errorf("%s (-want +got):\n%s", end.device, diff)
			}
			if !d.Paired() || d.Physical {
				t.Errorf("%s: %+v", d.Name, d)
			}
		}
		if got := all[3].Addresses; len(got) != 1 || got[0].Prefix.String() != "10.1.2.3/24" {
			t.Errorf("addresses beyond w0: %+v", got)
		}
		after := nstest.Shell(t, `for name in a b c d; do ip -n $name netns list-id; done`)
		if after != before {
			t.Errorf("nsids before:\n%safter:\n%s", before, after)
		}
		nstest.Shell(t, `ip -n a link show`)
		if shown := nstest.Shell(t, `ip -n a netns list-id`); strings.Contains(before, shown) {
			t.Errorf("every namespace had an nsid before, so this test proves nothing:\n%s", shown)
		}
	})
}

// TestNear: of the namespaces that are not near, those are read that are linked with one that is,
// however they are reached.
func TestNear(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Shell(t, `
for name in x pair below tunnel apart apart2 idle; do ip netns add $name; done
ip -n x link add v0 type veth peer name v1 netns pair
ip -n x link add w0 type veth peer name w1
ip -n x link add link w0 name mac0 netns below type macvlan
ip -n x link add vx0 type vxlan id 7 dstport 4789
ip -n x link set vx0 netns tunnel
ip link add here type veth peer name there netns x
ip -n x link add link w0 name mac1 netns $$ type macvlan
ip -n apart link add u0 type veth peer name u1 netns apart2
ip -n pair link add s0 type veth peer name s1 netns apart2`)
		names := []string{"x", "pair", "below", "tunnel", "apart", "apart2", "idle"}
		given := open(t, names...)
		own, err := netns.Get()
		nstest.Must(t, err)
		defer own.Close()
		given, names = append(given, own), append(names, "own")
		everything := Read(given, Wanted{Devices: true})
		moved, inPair := sleeper(t, "sleep", "1000"), sleeper(t, "ip", "netns", "exec", "pair", "sleep", "1000")
		inTunnel := sleeper(t, "ip", "netns", "exec", "tunnel", "sleep", "1000")
		const none = 0x7fffffff // is no process
		handles := slices.Repeat([]netns.NsHandle{netns.None()}, len(given))
		handles[0] = given[0]
		for _, together := range []int{1, 3, 100} {
			r := newReader(handles, Wanted{Devices: true, Near: &Near{
				Of:        func(i int) bool { return i == 0 },
				Processes: []int{0, inPair, none, inTunnel, moved, 0, 0, 0},
				Open: func(i int) (netns.NsHandle, error) {
					fd, err := unix.Dup(int(given[i]))
					return netns.NsHandle(fd), err
				},
				Kinds: []string{"bridge", "no such kind"},
			}})
			r.together = together
			r.readAll()
			r.view.Close()
			for i, want := range everything {
				switch names[i] {
				case "apart", "apart2":
					if together < 100 {
						continue // they may be read, if they are not together
					}
					want.Devices = nil
				case "idle":
					want.Devices = nil
				case "own":
					mac, here := deviceNamed(t, want, "mac1"), deviceNamed(t, want, "here")
					want.Devices = []Device{mac, {Index: here.Index, Name: here.Name}}
				case "pair": // where s0 leads to does not matter
					for _, devices := range [][]Device{want.Devices, r.result[i].Devices} {
						devices[slices.IndexFunc(devices, func(d Device) bool { return d.Name == "s0" })].Link = nil
					}
				}
				if diff := cmp.Diff(want, r.result[i], cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" {
					t.Errorf("%d together: %s (-want +got):\n%s", together, names[i], diff)
				}
			}
			if len(r.result) != len(given) {
				t.Errorf("%d namespaces", len(r.result))
			}
		}
		nstest.Shell(t, "ip -n idle link add br0 type bridge")
		got := Read(handles, Wanted{Devices: true, Near: &Near{
			Of:        func(i int) bool { return i == 0 },
			Processes: make([]int, len(given)),
			Open: func(i int) (netns.NsHandle, error) {
				if names[i] == "pair" {
					return netns.None(), unix.EACCES
				}
				fd, err := unix.Dup(int(given[i]))
				return netns.NsHandle(fd), err
			},
			Kinds: []string{"bridge"},
		}})
		if !errors.Is(got[1].Err, unix.EACCES) {
			t.Errorf("the one that cannot be opened: %v", got[1].Err)
		}
		if len(got[6].Devices) != 1 || got[6].Devices[0].Name != "br0" {
			t.Errorf("the one with a bridge: %+v", got[6])
		}
	})
}

// sleeper starts a process that ends with the test, and waits until it sleeps.
func sleeper(t *testing.T, command string, args ...string) int {
	t.Helper()
	c := exec.Command(command, args...)
	nstest.Must(t, c.Start())
	t.Cleanup(func() {
		_ = c.Process.Kill()
		_ = c.Wait()
	})
	for {
		comm, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", c.Process.Pid))
		nstest.Must(t, err)
		if string(comm) == "sleep\n" {
			return c.Process.Pid
		}
	}
}

// TestKinds: the parameters that drivers report.
func TestKinds(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Shell(t, `
ip netns add a
ip netns add b
ip -n a link add br0 type bridge
ip -n a link add eth0 address 02:00:00:00:00:01 mtu 1400 type bridge
ip -n a link property add dev eth0 altname uplink
ip -n a link add port0 type veth peer name port1
ip -n a link set port0 master br0
ip -n a link set eth0 up
ip -n a link add link eth0 name mac0 netns b type macvlan mode bridge
ip -n a link add vx0 type vxlan id 42 group 239.1.1.1 dev eth0 dstport 4789
ip -n a link add vx1 type vxlan id 43 remote 192.0.2.1 local 192.0.2.2 dstport 4790
ip -n a link set vx1 netns b`)
		all := Read(open(t, "a", "b"), Wanted{Devices: true})
		a, b := all[0], all[1]
		eth := deviceNamed(t, a, "eth0")
		if eth.MAC.String() != "02:00:00:00:00:01" || eth.MTU != 1400 || !eth.Up || eth.Kind != "bridge" {
			t.Errorf("eth0: %+v", eth)
		}
		if diff := cmp.Diff([]string{"uplink"}, eth.AltNames); diff != "" {
			t.Error(diff)
		}
		if port := deviceNamed(t, a, "port0"); port.Master != deviceNamed(t, a, "br0").Index || port.PortKind != "bridge" {
			t.Errorf("port0: %+v", port)
		}
		if mac := deviceNamed(t, b, "mac0"); *mac.Link != (Link{0, eth.Index}) || mac.Kind != "macvlan" {
			t.Errorf("mac0: %+v %+v", mac, mac.Link)
		}
		if vx := deviceNamed(t, a, "vx0"); vx.VXLAN.ID != 42 || vx.VXLAN.Group.String() != "239.1.1.1" || vx.VXLAN.Local.IsValid() || *vx.Link != (Link{0, eth.Index}) {
			t.Errorf("vx0: %+v", vx)
		}
		vx := deviceNamed(t, b, "vx1")
		if vx.VXLAN.Local.String() != "192.0.2.2" || vx.Link == nil || *vx.Link != (Link{0, 0}) {
			t.Errorf("vx1: %+v %+v", vx, vx.Link)
		}
		if lo := deviceNamed(t, a, "lo"); !lo.Loopback || lo.Physical || lo.Link != nil {
			t.Errorf("lo: %+v", lo)
		}
	})
}

// TestTheRest: addresses, routes, sockets and parameters are those of one of two
// namespaces, which threads read one after the other.
func TestTheRest(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Shell(t, `
ip netns add a
ip netns add b
ip -n a link set lo up
ip -n a link add eth0 type bridge
ip -n a link set eth0 up
ip -n a addr add 10.2.1.15/24 dev eth0
ip -n a addr add 10.2.1.16/24 dev eth0 label eth0:1 valid_lft 900 preferred_lft 0
ip -n a addr add 10.9.0.1 peer 10.9.0.2/24 scope link dev eth0
ip -n a addr add 2001:db8::1/64 dev eth0 nodad
ip -n a route add default via 10.2.1.1 metric 7 src 10.2.1.15
ip -n a route add 10.6.0.0/16 via inet6 2001:db8::2 proto 186
ip -n a route add 10.7.0.0/16 nexthop via 10.2.1.2 nexthop via 10.2.1.3
ip -n a route add blackhole 10.8.0.0/16
ip -n a route add 10.99.0.0/16 via 10.2.1.1 table 99
ip netns exec a sysctl -qw net.ipv4.ip_forward=1`)
		const key = "net/ipv4/ip_forward"
		all := Read(open(t, "b", "a"), Wanted{Addresses: true, Routes: true, Sockets: true, Sysctls: []string{key, "net/none"}})
		b, a := all[0], all[1]
		if b.Err != nil || a.Err != nil {
			t.Fatal(b.Err, a.Err)
		}
		if len(b.Addresses) != 0 || len(b.Routes) != 0 || len(b.Sockets) != 0 {
			t.Errorf("the empty namespace: %+v", b)
		}
		if diff := cmp.Diff(map[string]string{key: "1"}, a.Sysctls); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(map[string]string{key: "0"}, b.Sysctls); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		var addresses []string
		for _, a := range a.Addresses {
			addresses = append(addresses, fmt.Sprint(a.Name, " ", a.Prefix, " peer ", a.Peer, " ", a.Scope, " ", a.Label, " ", a.Flags))
		}
		for _, want := range []string{
			"lo 127.0.0.1/8 peer invalid Prefix host lo []",
			"eth0 10.2.1.15/24 peer invalid Prefix global eth0 []",
			"eth0 10.2.1.16/24 peer invalid Prefix global eth0:1 [secondary deprecated dynamic]",
			"eth0 10.9.0.1/32 peer 10.9.0.2/24 link eth0 []",
			"lo ::1/128 peer invalid Prefix host  []",
			"eth0 2001:db8::1/64 peer invalid Prefix global  []",
		} {
			if !slices.Contains(addresses, want) {
				t.Errorf("no %s in %q", want, addresses)
			}
		}
		var routes []string
		for _, r := range a.Routes {
			var gateways []string
			for _, hop := range r.Hops {
				if hop.Device == 0 {
					t.Errorf("%v has no device", r.To)
				}
				gateways = append(gateways, hop.Via.String())
			}
			routes = append(routes, fmt.Sprint(r.Type, " ", r.To, " ", gateways, " ", r.Source, " ", r.Metric, " ", r.Scope, " ", r.Protocol))
		}
		for _, want := range []string{
			"unicast 0.0.0.0/0 [10.2.1.1] 10.2.1.15 7 global boot",
			"unicast 10.2.1.0/24 [invalid IP] 10.2.1.15 0 link kernel",
			"unicast 10.6.0.0/16 [2001:db8::2] invalid IP 0 global 186",
			"unicast 10.7.0.0/16 [10.2.1.2 10.2.1.3] invalid IP 0 global boot",
			"blackhole 10.8.0.0/16 [] invalid IP 0 global boot",
			"unicast 2001:db8::/64 [invalid IP] invalid IP 256 global kernel",
		} {
			if !slices.Contains(routes, want) {
				t.Errorf("no %s in %q", want, routes)
			}
		}
		if strings.Contains(fmt.Sprint(routes), "10.99.0.0") {
			t.Errorf("a route of another table is in %q", routes)
		}
	})
}
