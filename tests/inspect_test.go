package tests

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestInspect: each section of the view, of the wired world.
func TestInspect(t *testing.T) {
	t.Parallel()
	w := newWiredWorld(t)
	w.shell(`PATH=$PATH:/usr/sbin; netnsctl set br 7; mkdir -p /etc/netns/red; echo x >/etc/netns/red/resolv.conf
		netnsctl exec red sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'; ip -n blue link add link v0 name m0 netns br type macvlan`)
	server := w.read("/run/server")
	red := lastWord(w.shell("ino /run/netns/red"))
	for _, c := range []struct {
		word  string
		lines []string
	}{
		{"red", []string{
			"id net:[" + red + "], cookie ", "state in-use: 1 process", "user user:[", "pins pid " + server + " (python3): ",
			"mount /run/netns/red", "devices lo loopback up", "v1 veth ", "10.1.0.2/24", "peer v0 in blue", "peer port2 in br",
			"routes 10.1.0.0/24 dev v1", "listening tcp 0.0.0.0:8080, pid " + server + " (python3)",
			"overlays /etc/netns/red/resolv.conf", "sysctls net.ipv4.ip_forward = 1 (0 in the host's)",
		}},
		{"blue", []string{"state idle: no process", "02:00:00:00:00:0a 10.1.0.1/24", "peer v1 in red", "default via 10.1.0.2 dev v0"}},
		{"br", []string{", nsid 7 here", "br0 bridge off", "port of br0, peer eth0 in blue", `port of br0, peer eth0 in "a b"`, "m0 macvlan off", "on v0 in blue"}},
		{"pid:" + server, []string{"red id"}},
		{"net:[" + red + "]", []string{"red id"}},
		{red, []string{"red id"}},
		{"/run/netns/red", []string{"red id"}},
		{"pid:1", []string{"state host: the namespace of pid 1", "peer h1 in red"}},
	} {
		a := w.run("inspect", c.word)
		for _, want := range c.lines {
			if !strings.Contains(squeeze(a.stdout), want) {
				t.Errorf("inspect %s, status %s:\n%s%s\nlacks %s", c.word, a.status, a.stdout, a.stderr, want)
			}
		}
		if a.status != "0" {
			t.Errorf("inspect %s, status %s: %s", c.word, a.status, a.stderr)
		}
	}
	orphan := strings.TrimSpace(w.run("find", "10.2.1.15", "-q").stdout)
	if a := w.run("inspect", orphan); !strings.Contains(squeeze(a.stdout), "state orphan: held by mount /run/c/ns in mnt:[") ||
		!strings.Contains(squeeze(a.stdout), "peer gone1 routes") && !strings.Contains(a.stdout, "peer gone1\n") {
		t.Errorf("inspect %s:\n%s%s", orphan, a.stdout, a.stderr)
	}
}

// TestInspectOverlays: a file is said not to be over /etc where a process in the namespace reads
// the host's, which the loss of its mount brings about.
func TestInspectOverlays(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`netnsctl add red; mkdir -p /etc/netns/red; echo x | tee /etc/netns/red/resolv.conf >/etc/netns/red/hosts`)
	held := lastWord(w.shell(`netnsctl exec red sleep 1000 >/dev/null 2>&1 & asleep $!; echo $!`))
	isolated := lastWord(w.shell(`netnsctl exec --dns=isolated red sleep 1000 >/dev/null 2>&1 & asleep $!; echo $!`))
	const both = "overlays /etc/netns/red/hosts /etc/netns/red/resolv.conf"
	if out := squeeze(w.run("inspect", "red").stdout); !strings.Contains(out, both) || strings.Contains(out, "not over /etc") {
		t.Errorf("before: %s", out)
	}
	w.shell("echo new >/etc/new; mv /etc/new /etc/resolv.conf")
	if out := squeeze(w.run("inspect", "red").stdout); !strings.Contains(out, both+", not over /etc in 1 process: "+held) || strings.Contains(out, isolated+", ") {
		t.Errorf("without the mount in %s: %s", held, out)
	}
	w.shell("kill " + isolated)
	other := lastWord(w.shell(`mkdir /run/t; mount -t tmpfs none /run/t; echo other >/run/t/resolv.conf
		nsenter --net=/run/netns/red unshare -m sh -c 'mount --bind /run/t/resolv.conf /etc/resolv.conf; mount --bind /etc/netns/red/hosts /etc/hosts; exec sleep 1000' >/dev/null 2>&1 & asleep $!; echo $!`))
	if out := squeeze(w.run("inspect", "red").stdout); !strings.Contains(out, both+", not over /etc in 2 processes: "+held+", "+other) {
		t.Errorf("another file of that name over it in %s: %s", other, out)
	}
	w.shell("kill " + other)
	if out := w.run("inspect", "--json", "red").stdout; !strings.Contains(out, `"missing":{"/etc/netns/red/resolv.conf":[`+held+`]}`) {
		t.Errorf("without the mount in %s: %s", held, out)
	}
}

// TestInspectJSON: two namespaces, one of which has an awkward name, and one that
// is not there.
func TestInspectJSON(t *testing.T) {
	t.Parallel()
	w := newWiredWorld(t)
	w.shell(`: >"$(printf '/run/netns/\033[2J\377')"; mount --bind /run/netns/blue "$(printf '/run/netns/\033[2J\377')"; : >/run/netns/dead`)
	var all struct {
		Namespaces []struct {
			ID      string
			Names   []any
			Read    bool
			Devices []struct {
				Name string
				Link *struct {
					Peer      bool
					Name      string
					Namespace struct{ Names []any }
				}
				Addresses []struct{ Prefix string }
			}
			Sockets []struct {
				Port    int
				Holders []struct{ Command string }
			}
			Routes  []struct{ To string }
			Sysctls []any
		}
	}
	a := w.run("-j", "inspect", "blue", "red", "dead", "nosuch")
	if err := json.Unmarshal([]byte(a.stdout), &all); err != nil || a.status != "1" {
		t.Fatalf("%v, status %s: %s", err, a.status, a.stdout)
	}
	if !strings.Contains(a.stderr, "netnsctl: no namespace nosuch\n") || !strings.Contains(a.stderr, "netnsctl: dead is a stale name (dead-file): ") {
		t.Errorf("says %s", a.stderr)
	}
	if len(all.Namespaces) != 2 {
		t.Fatalf("%+v", all)
	}
	blue, red := all.Namespaces[0], all.Namespaces[1]
	if len(blue.Names) != 2 || !blue.Read || len(blue.Routes) == 0 || blue.Sysctls == nil {
		t.Errorf("blue: %+v", blue)
	}
	found := false
	for _, d := range blue.Devices {
		if d.Name == "v0" {
			found = d.Link != nil && d.Link.Peer && d.Link.Name == "v1" && len(d.Link.Namespace.Names) == 1 && len(d.Addresses) > 1
		}
	}
	if !found {
		t.Errorf("blue's v0: %+v", blue.Devices)
	}
	if len(red.Sockets) != 2 || len(red.Sockets[0].Holders) != 1 || red.Sockets[0].Holders[0].Command != "python3" {
		t.Errorf("red's sockets: %+v", red.Sockets)
	}
}
