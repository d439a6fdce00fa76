package discover

import (
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
)

// TestWired: a namespace without name and process is wired if others depend on it. Each world
// has the orphans x and y, a process in live, idle with a name only, and the host.
func TestWired(t *testing.T) {
	const toHost, toHost2 = `ip link add h0 type veth peer name eth0 netns x
		ip -n x link set eth0 up; ip link set h0 up
		`, `ip link add h1 type veth peer name eth1 netns x
		`
	for _, test := range []struct{ world, build, reason string }{
		{"nothing", ``, ""},
		{"a pod's leaf", toHost, ""},
		{"a leaf in a bridge of its own", toHost + `ip -n x link add br0 type bridge; ip -n x link set eth0 master br0`, ""},
		{"a leaf that forwards", toHost + forwarding, ""},
		{"a macvlan of the host", `ip link add h0 type veth peer name h1; ip link add mv0 link h0 netns x type macvlan`, ""},
		{"a VXLAN of the host", `ip link add h0 type veth peer name h1; ip link add vx0 netns x type vxlan id 7 dev h0 dstport 4789`, ""},
		{"two links to the host", toHost + toHost2, ""},
		{"a pair within", `ip -n x link add v1 type veth peer name v2`, ""},
		{"orphans that are joined to each other only", `ip -n x link add v1 type veth peer name v2 netns y`, ""},
		{"a bridge from the host to an orphan", toHost + `ip -n x link add br0 type bridge; ip -n x link set eth0 master br0
			ip -n x link add v1 type veth peer name v2 netns y; ip -n x link set v1 master br0`, ""},

		{"a pair to a process", `ip -n x link add v1 type veth peer name v2 netns live`, "v1 joins v2 of LIVE"},
		{"a pair to a name", `ip -n x link add v1 type veth peer name v2 netns idle`, "v1 joins v2 of idle"},
		{
			"a bridge between two", `ip -n x link add br0 type bridge
			ip -n x link add v1 type veth peer name v2 netns live; ip -n x link set v1 master br0
			ip -n x link add v3 type veth peer name v4 netns idle; ip -n x link set v3 master br0`, "br0 joins v2 of LIVE … and v4 of idle",
		},
		{"a bridge between two links to the host", toHost + toHost2 + `ip -n x link add br0 type bridge
			ip -n x link set eth0 master br0; ip -n x link set eth1 master br0`, "br0 joins h0 of the host and h1 of the host"},
		{
			"two bridges that a pair joins", toHost + toHost2 + `ip -n x link add v1 type veth peer name v2
			for n in 0 1; do ip -n x link add br$n type bridge; ip -n x link set eth$n master br$n; done
			ip -n x link set v1 master br0; ip -n x link set v2 master br1`, "br0 joins h0 of the host and v1",
		},
		{"forwarding between two links to the host", toHost + toHost2 + forwarding, "forwards between h0 of the host and h1 of the host"},
		{"forwarding IPv6", toHost + toHost2 + forwarding6, "forwards between h0 of the host and h1 of the host"},
		{"forwarding into a tunnel", toHost + `ip -n x link add vx0 type vxlan id 7 remote 10.0.0.9 dev eth0 dstport 4789
			` + forwarding, "forwards between h0 of the host and vx0"},
		{
			"a filter that redirects", toHost + toHost2 + `tc -n x qdisc add dev eth0 clsact
			tc -n x filter add dev eth0 ingress u32 match u32 0 0 action mirred egress redirect dev eth1`,
			"may forward between h0 of the host and h1 of the host (tc)",
		},
		{"a filter of a leaf", toHost + `tc -n x qdisc add dev eth0 clsact`, ""},
		{"the parent of a macvlan", toHost + `ip -n x link add mv0 link eth0 netns live type macvlan`, "eth0 carries mv0 of LIVE"},
		{"the parent of a macvlan of the host", toHost + `ip -n x link add mv0 link eth0 type macvlan
			ip -n x link set mv0 netns 1`, "eth0 carries mv0 of the host"},
		{"a macvlan of another", `ip -n idle link add v1 type veth peer name v2; ip -n idle link add mv0 link v1 netns x type macvlan`, "mv0 is on v1 of idle"},
		{"the underlay of a tunnel", `ip -n x link add vx0 type vxlan id 7 dstport 4789; ip -n x link set vx0 netns live`, "the packets of vx0 of LIVE … leave here"},
		{"the underlay of a tunnel of the host", toHost + `ip -n x link add vx0 type vxlan id 7 dev eth0 dstport 4789
			ip -n x link set vx0 netns 1`, "eth0 carries vx0 of the host"},
		{
			"a chain of orphans that forward", `ip link add h0 type veth peer name eth0 netns x; ip link add h1 type veth peer name eth1 netns y
			ip -n x link add v1 type veth peer name v2 netns y
			for n in x y; do ip netns exec $n sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'; done`,
			"forwards between h0 of the host and v2 of Y",
		},
		{
			"a chain of orphans with a bridge", `ip link add h0 type veth peer name eth0 netns x; ip link add h1 type veth peer name eth1 netns y
			ip -n x link add v1 type veth peer name v2 netns y; ip -n x link add br0 type bridge
			ip -n x link set eth0 master br0; ip -n x link set v1 master br0`,
			"br0 joins h0 of the host and v2 of Y",
		},
		{"an end of a chain", `ip link add h1 type veth peer name eth1 netns y
			ip -n x link add v1 type veth peer name v2 netns y
			for n in x y; do ip netns exec $n sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'; done`, ""},
		{"forwarding IPv6 at one device", toHost + toHost2 + `ip netns exec x sh -c 'echo 0 >/proc/sys/net/ipv4/ip_forward
			cd /proc/sys/net/ipv6/conf/eth0; echo 1 >force_forwarding || echo 1 >forwarding'`, "forwards between h0 of the host and h1 of the host"},
		{"a tunnel that is up", toHost + `ip -n x link add vx0 type vxlan id 7 remote 10.0.0.9 dev eth0 dstport 4789
			ip -n x link set vx0 up`, "vx0 (vxlan) is up in it"},
		{"behind another that is wired", `ip -n x link add v1 type veth peer name v2 netns y
			ip -n y link add v3 type veth peer name v4 netns live`, "v1 joins v2 of Y"},
	} {
		t.Run(test.world, func(t *testing.T) {
			nstest.Run(t, func(t *testing.T) {
				x, live := orphansAndOthers(t, test.build)
				ns := scanned(t, host, Options{}).named(t, x)
				want, reason := Orphan, "held by mount"
				if test.reason != "" {
					want, reason = Wired, strings.NewReplacer("LIVE", live+" (pid ", "Y", "net:[").Replace(test.reason)
				}
				before, after, _ := strings.Cut(reason, " …")
				if ns.Verdict != want || !strings.HasPrefix(ns.Reason, before) || !strings.HasSuffix(ns.Reason, after) {
					t.Errorf("%s: %s", ns.Verdict, ns.Reason)
				}
			})
		})
	}
}

// TestWiredTun: a namespace that forwards into a tun device is wired as long as somebody has the
// device open, also where no descriptor shows that.
func TestWiredTun(t *testing.T) {
	for _, test := range []struct{ hold, reason string }{
		{"persistent-tun", ""},
		{"tun-in-flight", "forwards between h0 of the host and tun7 of a process that was not found"},
		{"tun-in-io_uring", "forwards between h0 of the host and tun7 of a process that was not found"},
	} {
		t.Run(test.hold, func(t *testing.T) {
			nstest.Run(t, func(t *testing.T) {
				nstest.Must(t, host.Add("x"))
				nstest.Shell(t, `ip link add h0 type veth peer name eth0 netns x; `+forwarding)
				holder(t, test.hold, "x")
				id := mounted(t)
				ns := scanned(t, host, Options{}).named(t, id)
				if wired := ns.Verdict == Wired; wired != (test.reason != "") || wired && ns.Reason != test.reason {
					t.Errorf("%s: %s", ns.Verdict, ns.Reason)
				}
			})
		})
	}
}

// mounted leaves the namespace x without its name, mounted in the mount namespace of a process.
func mounted(t *testing.T) (id string) {
	t.Helper()
	identity, err := host.Identity("x")
	nstest.Must(t, err)
	holder(t, "mount", "x")
	nstest.Must(t, host.Delete("x"))
	return identity.ID.String()
}

// TestWiredMacvtap: a macvtap is wired as long as a process has its character device open, and
// not by that of another macvtap.
func TestWiredMacvtap(t *testing.T) {
	nstest.NeedRoot(t, "only root makes a device node")
	nstest.Run(t, func(t *testing.T) {
		x, _ := orphansAndOthers(t, `ip link add h0 type veth peer name eth0 netns x
			ip -n x link add mt0 link eth0 type macvtap; ip link add mt1 link h0 type macvtap
			mkdir /run/sys; ip netns exec x sh -c 'cat /sys/class/net/mt0/tap*/dev' >/run/mt0
			mount -t sysfs s /sys; cat /sys/class/net/mt1/tap*/dev >/run/mt1`)
		verdict := func() (Verdict, string) {
			ns := scanned(t, host, Options{}).named(t, x)
			return ns.Verdict, ns.Reason
		}
		open := func(device string) *os.File {
			nstest.Shell(t, `IFS=: read major minor </run/`+device+`; test -e /run/tap-`+device+` || mknod /run/tap-`+device+` c $major $minor`)
			f, err := os.OpenFile("/run/tap-"+device, os.O_RDWR|unix.O_NONBLOCK, 0)
			nstest.Must(t, err)
			return f
		}
		other := open("mt1")
		defer other.Close()
		passTo(t, other)
		if v, reason := verdict(); v != Orphan {
			t.Errorf("the other macvtap is open: %s: %s", v, reason)
		}
		pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
		nstest.Must(t, err)
		tap, socket := open("mt0"), os.NewFile(uintptr(pair[1]), "socket")
		passTo(t, socket)
		nstest.Must(t, unix.Sendmsg(pair[0], []byte{0}, unix.UnixRights(int(tap.Fd())), nil, 0))
		tap.Close()
		socket.Close()
		if v, reason := verdict(); v != Wired || !strings.HasPrefix(reason, "mt0 is open in pid ") {
			t.Errorf("it is in flight: %s: %s", v, reason)
		}
		passTo(t, open("mt0"))
		if v, reason := verdict(); v != Wired || !strings.HasPrefix(reason, "mt0 is open in pid ") {
			t.Errorf("it is open: %s: %s", v, reason)
		}
	})
}

// passTo gives an open file to a process of its own: a scan leaves out its own descriptors.
func passTo(t *testing.T, f *os.File) {
	t.Helper()
	p, err := os.StartProcess("/bin/sleep", []string{"sleep", "1000"}, &os.ProcAttr{Files: []*os.File{f}})
	nstest.Must(t, err)
	t.Cleanup(func() {
		_ = p.Kill()
		_, _ = p.Wait()
	})
}

// forwarding makes the namespace x forward packets.
const (
	forwarding  = `ip netns exec x sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'`
	forwarding6 = `ip netns exec x sh -c 'echo 0 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'`
)

// orphansAndOthers makes the namespaces of [TestWired], runs a script while all have names, and
// gives the IDs of x and live.
func orphansAndOthers(t *testing.T, script string) (x, live string) {
	t.Helper()
	ids := map[string]string{}
	for _, name := range []string{"x", "y", "live", "idle"} {
		nstest.Must(t, host.Add(name))
		id, err := host.Identity(name)
		nstest.Must(t, err)
		ids[name] = id.ID.String()
	}
	holder(t, "process", "live")
	nstest.Shell(t, script)
	for _, name := range []string{"x", "y"} {
		holder(t, "mount", name)
		nstest.Must(t, host.Delete(name))
	}
	nstest.Must(t, host.Delete("live"))
	return ids["x"], ids["live"]
}
