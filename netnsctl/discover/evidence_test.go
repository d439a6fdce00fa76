package discover

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
)

// TestEvidence: what is a sign of life in the idle namespace x. live has a process, the names y and z
// are idle, too.
func TestEvidence(t *testing.T) {
	const (
		toHost  = "ip link add h0 type veth peer name eth0 netns x; ip -n x link set eth0 up; "
		toHost2 = "ip link add h1 type veth peer name eth1 netns x; "
		bundle  = "run/containerd/io.containerd.runtime.v2.task/k8s.io/" + containerID + "/config.json"
		meta    = "var/lib/containerd/io.containerd.metadata.v1.bolt/meta.db"
		cached  = "var/lib/cni/results/a"
	)
	noRuntime := "no runtime knows it (none has records on this host)"
	for _, test := range []struct {
		situation, build string
		state            map[string]string
		alive, dead      string // the signs of life, and what speaks against
	}{
		{situation: "nothing", dead: noRuntime + ", no device leads out of it"},
		{
			situation: "a pod's leaf", build: toHost + "ip link add cni0 type bridge; ip link set h0 master cni0 up",
			dead: noRuntime + ", eth0 leads to h0 of the host, which is up, in cni0",
		},
		{situation: "a leaf whose far end is down", build: toHost, dead: noRuntime + ", eth0 leads to h0 of the host, which is down"},
		{
			situation: "a link to another name without life", build: "ip -n x link add v1 type veth peer name v2 netns y",
			dead: noRuntime + ", v1 leads to v2 of y, which nobody uses",
		},
		{situation: "a link to a process", build: "ip -n x link add v1 type veth peer name v2 netns live", alive: "v1 joins v2 of LIVE"},
		{
			situation: "a link to another name with life", build: `ip -n x link add v1 type veth peer name v2 netns y
				ip -n y link add v3 type veth peer name v4 netns live`, alive: "v1 joins v2 of y",
		},
		{situation: "an underlay", build: toHost + "ip -n x link add mv0 link eth0 netns live type macvlan", alive: "eth0 carries mv0 of LIVE"},
		{situation: "a parent of the host's", build: toHost + "ip -n x link add mv0 link eth0 type macvlan; ip -n x link set mv0 netns 1", alive: "eth0 carries mv0 of the host"},
		{situation: "forwarding between two", build: toHost + toHost2 + forwarding, alive: "forwards between h0 of the host and h1 of the host"},
		{situation: "forwarding with one link", build: toHost + forwarding, dead: noRuntime + ", eth0 leads to h0 of the host, which is down"},
		{
			situation: "a bridge between two", build: toHost + toHost2 + `ip -n x link add br0 type bridge
				ip -n x link set eth0 master br0; ip -n x link set eth1 master br0`, alive: "br0 joins h0 of the host and h1 of the host",
		},
		{situation: "a tunnel that is up", build: "ip -n x link add vx0 type vxlan id 7 dstport 4789; ip -n x link set vx0 up", alive: "vx0 (vxlan) is up in it, 1 socket listens in it: udp 0.0.0.0:4789"},
		{situation: "a tunnel that is down", build: "ip -n x link add vx0 type vxlan id 7 dstport 4789", dead: noRuntime + ", no device leads out of it"},
		{
			situation: "a record that leads to it", state: map[string]string{bundle: `{"linux":{"namespaces":[{"type":"network","path":"/run/netns/x"}]}}`},
			alive: "known to containerd for container " + containerID,
		},
		{situation: "a database without it", state: map[string]string{meta: "cni-1"}, dead: "no runtime knows it (containerd asked), no device leads out of it"},
		{situation: "a database with another form of name", state: map[string]string{meta: "x"}, dead: "no runtime knows it (containerd asked), no device leads out of it"},
		{situation: "a database with its path", state: map[string]string{meta: `"path":"/run/netns/x"`}, alive: "the database of a runtime has netns/x"},
		{situation: "a database that is too large", state: map[string]string{meta: strings.Repeat("x", 65<<20)}, alive: "could not be read: /" + meta},
		{situation: "a record that cannot be read", state: map[string]string{bundle: `{"linux":`}, alive: "could not be read: /run/containerd/io.containerd.runtime.v2.task/k8s.io/" + containerID + "/config.json"},
		{
			situation: "a lease of a container that exists", state: map[string]string{cached: lease(containerID, "/var/run/netns/x", "10.0.0.5/24"), dockerRecord: `{"ID":"` + containerID + `"}`},
			alive: "its address 10.0.0.5/24 is leased to container 111111111111, which exists",
		},
		{
			situation: "a lease of nerdctl", state: map[string]string{cached: lease("default-"+containerID, "/var/run/netns/x", "10.0.0.5/24"), bundle: `{}`},
			alive: "its address 10.0.0.5/24 is leased to container default-1111, which exists",
		},
		{
			situation: "a lease of a container that a database has", state: map[string]string{cached: lease(containerID, "/var/run/netns/x", "10.0.0.5/24"), meta: containerID},
			alive: "the database of a runtime has " + containerID,
		},
		{
			situation: "a lease of a container that does not exist", state: map[string]string{cached: lease(containerID, "/var/run/netns/x", "10.0.0.5/24")},
			dead: noRuntime + ", its address 10.0.0.5/24 is leased to container 111111111111, which does not exist, no device leads out of it",
		},
		{
			situation: "a lease of its address", build: "ip -n x link set lo up; ip -n x addr add 10.0.0.9/24 dev lo", state: map[string]string{"var/lib/cni/networks/cbr0/10.0.0.9": containerID},
			dead: noRuntime + ", its address 10.0.0.9 is leased to container 111111111111, which does not exist, no device leads out of it",
		},
		{
			situation: "a unit of systemd", state: map[string]string{"etc/systemd/system/web.service": "NetworkNamespacePath=/run/netns/x"},
			alive: "web.service of systemd uses it (/etc/systemd/system/web.service)",
		},
		{
			situation: "netnsctl's own unit", state: map[string]string{"run/systemd/units/invocation:netnsctl@x.service": ""},
			alive: "netnsctl@x.service of systemd uses it",
		},
		{situation: "files for ip netns exec", state: map[string]string{"etc/netns/x/resolv.conf": ""}, alive: "it has the configuration /etc/netns/x"},
		{situation: "files for another name", state: map[string]string{"etc/netns/xx/resolv.conf": ""}, dead: noRuntime + ", no device leads out of it"},
		{situation: "another mount here", build: ": >/run/other; mount --bind /run/netns/x /run/other", alive: "it is mounted at /run/other, too"},
		{situation: "another name here", build: "ip netns attach second 1; umount /run/netns/second; mount --bind /run/netns/x /run/netns/second", dead: noRuntime + ", no device leads out of it"},
	} {
		t.Run(test.situation, func(t *testing.T) {
			nstest.Run(t, func(t *testing.T) {
				at := netnsctl.Host{StateRoot: "/run/state"}
				for _, name := range []string{"x", "y", "z", "live"} {
					nstest.Must(t, at.Add(name))
				}
				nstest.Must(t, os.MkdirAll(at.StateRoot+"/run", 0o755))
				nstest.Must(t, os.Symlink("/run/netns", at.StateRoot+"/run/netns"))
				for path, text := range test.state {
					file := filepath.Join(at.StateRoot, path)
					nstest.Must(t, os.MkdirAll(filepath.Dir(file), 0o755))
					nstest.Must(t, os.WriteFile(file, []byte(text), 0o600))
				}
				nstest.Shell(t, test.build)
				holder(t, "process", "live")
				snap := scanned(t, at, Options{Files: true, Evidence: true})
				ns := snap.named(t, "x")
				alive, _, _ := strings.Cut(ns.Evidence.String(), " (pid ")
				want := strings.ReplaceAll(test.alive, "LIVE", "live")
				if test.dead != "" {
					want = test.dead
				}
				if ns.Verdict != Idle || alive != want || ns.Evidence.None() != (test.alive == "") {
					t.Errorf("%s, %q, want %q (%+v)", ns.Verdict, alive, want, ns.Evidence)
				}
			})
		})
	}
}

// TestEvidenceFarEnd: an orphan at the far end counts if something other than a mount holds it.
func TestEvidenceFarEnd(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		for _, name := range []string{"x", "y"} {
			nstest.Must(t, host.Add(name))
		}
		nstest.Shell(t, `ip -n x link add v1 type veth peer name v2 netns y; : >/run/y; mount --bind /run/netns/y /run/y; ip netns del y`)
		id := netnsctl.ID{Dev: 4, Ino: inode(t, "/run/y")}
		e := scanned(t, host, Options{Evidence: true}).named(t, "x").Evidence
		if text := "v1 leads to v2 of " + id.String() + ", which has no name and no process"; !e.None() || !strings.Contains(e.String(), text) {
			t.Errorf("no %q in %+v", text, e)
		}
		nstest.Shell(t, "sleep 1000 </run/y >/dev/null 2>&1 & until grep -qx sleep /proc/$!/comm; do sleep 0.01; done")
		e = scanned(t, host, Options{Evidence: true}).named(t, "x").Evidence
		if text := "v1 joins v2 of " + id.String() + " (held by descriptor 0 of pid "; !strings.HasPrefix(e.String(), text) {
			t.Errorf("no %q in %+v", text, e)
		}
	})
}

// TestAgeOfName: the file under a name tells its age, as the namespace may be older.
func TestAgeOfName(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Must(t, host.Add("x"))
		nstest.Shell(t, ": >/run/ns; mount --bind /run/netns/x /run/ns; umount /run/netns/x; rm /run/netns/x; : >/run/netns/y; mount --bind /run/ns /run/netns/y")
		snap := scanned(t, host, Options{Files: true, Evidence: true})
		ns := snap.named(t, "y")
		if n := snap.Names[0]; n.Name != "y" || n.File.Kind != Regular || n.File.Born.Before(ns.Born) {
			t.Errorf("%+v, the namespace of %s", n, ns.Born)
		}
	})
}

// TestEvidenceHeld: what a process has of a namespace without a process is a sign of life.
func TestEvidenceHeld(t *testing.T) {
	for what, want := range map[string]string{
		"descriptor": "held by descriptor", "socket": "held by socket", "tuntap": "held by tun/tap device", "inotify": "held by inotify mark",
		"tcp": "held by socket", "detached-tree": "held by detached mount tree", "mount-named": "no runtime knows it",
	} {
		t.Run(what, func(t *testing.T) {
			nstest.Run(t, func(t *testing.T) {
				nstest.Must(t, host.Add("x"))
				if e := scanned(t, host, Options{Evidence: true}).named(t, "x").Evidence; len(e.For) > 0 {
					t.Errorf("before: %+v", e)
				}
				holder(t, what, "x")
				if e := scanned(t, host, Options{Evidence: true}).named(t, "x").Evidence; !strings.HasPrefix(e.String(), want) || e.None() != (what == "mount-named") {
					t.Errorf("%+v", e)
				}
			})
		})
	}
}

// TestWeighPins: the name itself, as other mount namespaces see it, is no sign of life.
func TestWeighPins(t *testing.T) {
	name := Pin{Kind: MountPin, FD: -1, Mount: &Mount{Host: true, Own: true, Name: "x", Usable: true, Path: "/run/netns/x", File: "0:25:/netns/x"}}
	at := func(m Mount) Pin { return Pin{Kind: MountPin, FD: -1, Mount: &m} }
	for _, test := range []struct {
		situation string
		pin       Pin
		alive     string
	}{
		{"the same name elsewhere", at(Mount{Namespace: 7, Through: 5, Name: "x", Usable: true, Path: "/run/netns/x", File: "0:25:/netns/x"}), ""},
		{"a name of a container", at(Mount{Namespace: 7, Through: 5, Name: "x", Usable: true, Path: "/run/netns/x", File: "0:31:/netns/x"}), "it has the name x in the mount namespace of pid 5"},
		{"a mount that is left over", at(Mount{Namespace: 7, Through: 5, Path: "/run/c/ns", File: "0:25:/c/ns"}), ""},
		{"a mount of docker's", at(Mount{Namespace: 7, Through: 5, Path: "/run/docker/netns/abc", File: "0:25:/docker/netns/abc"}), "it is mounted at /run/docker/netns/abc, owned by docker"},
		{"a mount here", at(Mount{Host: true, Path: "/srv/ns", File: "8:1:/srv/ns"}), "it is mounted at /srv/ns, too"},
		{"a socket", Pin{Kind: SocketPin, FD: -1}, "held by socket, of no process that can be seen"},
	} {
		e := &Evidence{}
		if e.weighPins([]Pin{name, test.pin}); e.String() != test.alive || e.None() != (test.alive == "") {
			t.Errorf("%s: %q, want %q", test.situation, e, test.alive)
		}
	}
}

// TestNoEvidence: a namespace that was not looked at is no leftover.
func TestNoEvidence(t *testing.T) {
	var none *Evidence
	if none.None() || none.String() != "" {
		t.Errorf("%q", none)
	}
	e := &Evidence{}
	e.miss(ContentsFact, "it could not be opened")
	if e.None() || e.String() != "it could not be opened" {
		t.Errorf("%q", e)
	}
}

// TestWeighManyPins: thousands of descriptors and mounts are few facts.
func TestWeighManyPins(t *testing.T) {
	var pins []Pin
	for fd := range 2000 {
		pins = append(pins, Pin{Kind: Descriptor, PID: 7, FD: fd}, Pin{Kind: MountPin, FD: -1, Mount: &Mount{Host: true, Path: "/srv/ns"}})
	}
	e := &Evidence{}
	e.weighPins(pins)
	if last := e.For[len(e.For)-1].Text; len(e.For) != maxFacts+1 || e.For[0].Text != "held by descriptor 0 of pid 7 and 1999 more" || last != "1981 more things hold it" {
		t.Errorf("%d facts: %v … %s", len(e.For), e.For[0], last)
	}
}
