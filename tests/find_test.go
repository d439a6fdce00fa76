package tests

import (
	"encoding/json"
	"strings"
	"testing"
)

// wired is the world of these tests: blue and red are wired by veth, br has a
// bridge with a port each for three others, and a namespace that only the mount
// namespace of another process pins has 10.2.1.15. Here is h0, whose far end h1
// is in red. server is the pid of what listens in red.
const wired = `
PATH=$PATH:/usr/sbin
for name in blue red br 'a b'; do netnsctl add "$name"; done
ip -n blue link add v0 address 02:00:00:00:00:0a type veth peer name v1 netns red
ip -n blue addr add 10.1.0.1/24 dev v0
ip -n blue addr add 2001:db8::1/64 dev v0 nodad
ip -n red addr add 10.1.0.2/24 dev v1
ip -n blue link set v0 up
ip -n red link set v1 up
ip -n blue route add default via 10.1.0.2
ip link add h0 type veth peer name h1 netns red
ip -n br link add br0 type bridge
for name in blue red 'a b'; do
	i=$((i+1))
	ip -n br link add port$i type veth peer name eth0 netns "$name"
	ip -n br link set port$i master br0
done
mkdir -p /run/etc
elsewhere 'mkdir /run/c; netnsctl exec red true
	: >/run/c/ns; unshare -n --propagation unchanged sh -ec "ip link add gone0 type veth peer name gone1
		ip addr add 10.2.1.15/24 dev gone0; mount --bind /proc/self/ns/net /run/c/ns"'
netnsctl exec red ip link set lo up
setsid netnsctl exec red python3 -c '
import socket, time
tcp = socket.socket(); tcp.bind(("0.0.0.0", 8080)); tcp.listen()
udp = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); udp.bind(("::1", 53))
open("/run/listening", "w").write("1")
time.sleep(1000)' >/dev/null 2>&1 </dev/null &
settle /run/listening
netnsctl pids red | head -n 1 >/run/server
`

func newWiredWorld(t *testing.T) *machine {
	t.Helper()
	w := newMachine(t)
	w.shell(wired)
	return w
}

// read is the content of a file of the world.
func (w *machine) read(path string) string {
	w.t.Helper()
	return strings.TrimSpace(w.shell("cat " + path))
}

// TestFind looks for every kind of thing in the wired world.
func TestFind(t *testing.T) {
	t.Parallel()
	w := newWiredWorld(t)
	server := w.read("/run/server")
	red := lastWord(w.shell("ino /run/netns/red"))
	for _, c := range []struct {
		word, status string
		// lines are parts of the lines of output, one for one.
		lines []string
	}{
		{"10.1.0.1", "0", []string{"blue v0 10.1.0.1/24 netnsctl exec blue"}},
		{"2001:db8::1", "0", []string{"blue v0 2001:db8::1/64"}},
		{"2001:0db8:0:0::1", "0", []string{"blue v0 2001:db8::1/64"}},
		{"10.1.0.0/16", "0", []string{"blue v0 10.1.0.1/24", "red v1 10.1.0.2/24"}},
		{"10.1.0.9/24", "0", []string{"blue v0 10.1.0.1/24", "red v1 10.1.0.2/24"}},
		{"10.1.0.3", "3", nil},
		{"10.2.1.15", "0", []string{"net:["}},
		{"02:00:00:00:00:0A", "0", []string{"blue v0 02:00:00:00:00:0a"}},
		{"v0", "0", []string{"blue v0 v0"}},
		{"v?", "0", []string{"blue v0", "red v1"}},
		{"dev:v*", "0", []string{"blue v0", "red v1"}},
		{"nosuch", "3", nil},
		{"peer:v0", "0", []string{"red v1 far end of v0 in blue"}},
		{"peer:h0", "0", []string{"red h1 far end of h0 in net:["}},
		{"peer:port*", "0", []string{`"a b" eth0`, "blue eth0", "red eth0"}},
		{"peer:br0", "3", nil},
		{"tcp:8080", "0", []string{"red - tcp 0.0.0.0:8080, pid " + server + " (python3) netnsctl exec red"}},
		{"udp:53", "0", []string{"red - udp [::1]:53"}},
		{":8080", "0", []string{"red - tcp"}},
		{"udp:8080", "3", nil},
		{server, "0", []string{"red - pid " + server + " (python3)"}},
		{"pid:" + server, "0", []string{"red - pid " + server + " (python3)"}},
		{"pid:999999", "3", nil},
		{red, "0", []string{"red - net:[" + red + "]"}},
		{"net:[" + red + "]", "0", []string{"red - net:[" + red + "]"}},
		{"net:[1]", "3", nil},
	} {
		found := w.run("find", c.word, "--noheadings", "-o", "NAMESPACE,DEVICE,MATCH,ENTER")
		var lines []string
		for line := range strings.Lines(found.stdout) {
			lines = append(lines, squeeze(line))
		}
		if found.status != c.status || len(lines) != len(c.lines) {
			t.Errorf("find %s, status %s:\n%s%s\nwant %s, %q", c.word, found.status, found.stdout, found.stderr, c.status, c.lines)
			continue
		}
		for _, want := range c.lines {
			if !strings.Contains(strings.Join(lines, "\n"), want) {
				t.Errorf("find %s:\n%s\nwant %s", c.word, found.stdout, want)
			}
		}
		if missing := strings.HasPrefix(found.stderr, "netnsctl: "+c.word+" not found"); missing != (c.status == "3") {
			t.Errorf("find %s, status %s, says %s", c.word, found.status, found.stderr)
		}
	}
}

// TestFindLeadsIn: what find says of the lost address is a command that gets
// there; and nothing that find did numbered a namespace.
func TestFindLeadsIn(t *testing.T) {
	t.Parallel()
	w := newWiredWorld(t)
	const numbers = `for name in blue red br 'a b'; do ip -n "$name" netns list-id; done`
	before := w.shell(numbers)
	found := w.run("find", "10.2.1.15", "-o", "DEVICE,STATE,ENTER", "--noheadings")
	if !strings.HasPrefix(squeeze(found.stdout), "gone0 orphan netnsctl exec 'net:[") {
		t.Errorf("the lost address:\n%s%s", found.stdout, found.stderr)
	}
	w.run("find", "peer:*")
	w.run("inspect", "red")
	w.run("list", "--idle")
	if after := w.shell(numbers); after != before {
		t.Errorf("numbers before:\n%s\nand after:\n%s", before, after)
	}
}

// TestFindOutput: several words, quiet, columns, what is near, JSON with an
// awkward name.
func TestFindOutput(t *testing.T) {
	t.Parallel()
	w := newWiredWorld(t)
	w.shell(`: >"$(printf '/run/netns/\033[2J\377')"; mount --bind /run/netns/blue "$(printf '/run/netns/\033[2J\377')"`)
	several := w.run("find", "eth0", "v0", "nosuch", "-q")
	if several.status != "3" || !strings.Contains(several.stdout, "blue\n") || strings.Count(several.stdout, "blue") != 1 ||
		!strings.Contains(several.stdout, `"\x1b[2J\xff"`) || several.stderr != "netnsctl: nosuch not found\n" {
		t.Errorf("several, status %s:\n%s%s", several.status, several.stdout, several.stderr)
	}
	near := w.run("find", "10.1.0.7")
	if !strings.Contains(near.stderr, "nearest network: 10.1.0.1/24 on v0 in ") {
		t.Errorf("near: %s", near.stderr)
	}
	var found struct {
		Matches []struct {
			What, Kind, Match string
			Namespace         struct{ Names []any }
			Device            struct{ Name string }
		}
		Missing []struct {
			What string
			Near []any
		}
		Blind []any `json:"not_seen"`
	}
	a := w.run("-j", "find", "10.1.0.1", "10.1.0.7", "nosuch")
	if err := json.Unmarshal([]byte(a.stdout), &found); err != nil || a.status != "3" {
		t.Fatalf("%v, status %s: %s", err, a.status, a.stdout)
	}
	if len(found.Matches) != 1 || found.Matches[0].Device.Name != "v0" || found.Matches[0].Kind != "address" ||
		len(found.Matches[0].Namespace.Names) != 2 {
		t.Errorf("matches: %+v", found.Matches)
	}
	if len(found.Missing) != 2 || len(found.Missing[0].Near) != 2 || found.Missing[1].Near == nil {
		t.Errorf("missing: %+v", found.Missing)
	}
}

// TestFindContainer needs no container: the text that tells of one lies over the
// server's own in /proc.
func TestFindContainer(t *testing.T) {
	t.Parallel()
	w := newWiredWorld(t)
	id := strings.Repeat("0", 57) + "c0ffee5"
	const pod = "1d6a0000-1111-2222-3333-444455556666"
	w.shell(`echo 0::/kubepods-pod` + strings.ReplaceAll(pod, "-", "_") + `.slice/cri-containerd-` + id + `.scope >/run/cgroup
		mount --bind /run/cgroup /proc/$(cat /run/server)/cgroup`)
	for _, c := range []struct{ word, what string }{
		{id[:12], "container " + id},
		{id, "container " + id},
		{"container:" + id[:3], "container " + id},
		{pod[:8], "pod " + pod},
		{"pod:1d6a", "pod " + pod},
	} {
		a := w.run("find", c.word, "-o", "NAMESPACE,DEVICE,MATCH")
		if a.status != "0" || !strings.Contains(squeeze(a.stdout), "red - "+c.what+" of pid ") {
			t.Errorf("find %s, status %s:\n%s%s", c.word, a.status, a.stdout, a.stderr)
		}
	}
}

// TestFindWords: what is wrong, and what find says of itself.
func TestFindWords(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	for _, words := range [][]string{
		{"tcp:x"},
		{"tcp:0"},
		{":70000"},
		{"pid:0"},
		{"pid:x"},
		{"peer:"},
		{"dev:["},
		{"["},
		{""},
		{"container:xyz"},
		{"tpc:80"},
		{"lo", "naem:x"},
		{"lo", "-o", "NOSUCH"},
		{"--nosuch", "lo"},
	} {
		a := w.run(append([]string{"find"}, words...)...)
		if a.status != "2" || a.stdout != "" || !strings.Contains(a.stderr, `; nothing was done, try "netnsctl help find"`) {
			t.Errorf("find %q, status %s:\n%s%s", words, a.status, a.stdout, a.stderr)
		}
	}
	if a := w.run("find"); a.status != "2" || !strings.HasPrefix(a.stderr, "netnsctl: WHAT is missing; nothing was done") || a.stdout != "" {
		t.Errorf("find, status %s:\n%s%s", a.status, a.stdout, a.stderr)
	}
	if a := w.run("find", "--help"); a.status != "0" || !strings.Contains(a.stdout, "peer:GLOB") || a.stderr != "" {
		t.Errorf("find --help, status %s:\n%s%s", a.status, a.stdout, a.stderr)
	}
	if a := w.run("find", "a/b"); a.status != "3" || a.stderr != "netnsctl: a/b not found\n" { // a path
		t.Errorf("find a/b, status %s:\n%s%s", a.status, a.stdout, a.stderr)
	}
	w.shell(`mkdir -p /run/netns; : >/run/netns/dead; netnsctl add tpc:80`)
	expectAnswer(t, "a stale name", w.run("find", "dead"), "3", "", "netnsctl: dead is a stale name, without a namespace: no namespace is mounted on it\n")
	expectAnswer(t, "a name like a kind", w.run("find", "tpc:80", "-q"), "0", "tpc:80\n", "")
	if a := w.run("inspect"); a.status != "2" || !strings.Contains(a.stderr, "NAMESPACE is missing") {
		t.Errorf("inspect, status %s:\n%s%s", a.status, a.stdout, a.stderr)
	}
	a := w.command("/bin/sh", "-c", "ln -s $(command -v netnsctl) /run/ip; /run/ip netns find lo")
	if a.status != "0" || !strings.Contains(a.stdout, " lo ") {
		t.Errorf("ip netns find, status %s:\n%s%s", a.status, a.stdout, a.stderr)
	}
	if a := w.command("/bin/sh", "-c", "ln -s $(command -v netnsctl) /run/ip-netns; /run/ip-netns find lo"); a.status != "0" {
		t.Errorf("ip-netns find, status %s:\n%s%s", a.status, a.stdout, a.stderr)
	}
	// No word of ours has a short form.
	if a := w.run("fin", "lo"); a.status != "2" || !strings.HasPrefix(a.stderr, `netnsctl: unknown command fin (did you mean find?); nothing was done`) {
		t.Errorf("fin, status %s: %s", a.status, a.stderr)
	}
	if a := w.command("/run/ip", "netns", "fin", "lo"); a.status != "255" || !strings.HasPrefix(a.stderr, `Command "fin" is unknown`) {
		t.Errorf("ip netns fin, status %s: %s", a.status, a.stderr)
	}
}
