package tests

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// manyOnABridge has forty namespaces on a bridge of the host, a macvlan in web2
// over the bridge, and a pair of the host's own as the bridge's uplink.
const manyOnABridge = `ip link add br0 type bridge; ip addr add 10.0.0.254/24 dev br0; ip link set br0 up
for i in $(seq 40); do
	n=web$i; netnsctl add $n; ip link add v-$n type veth peer name eth0 netns $n
	ip link set v-$n master br0 up; ip -n $n link set eth0 up
done
ip link add mv0 link br0 netns web2 type macvlan mode bridge
ip link add up0 type veth peer name wan0; ip link set up0 master br0
for n in $(seq 40); do until ip -n web$n -o link show eth0 | grep -q "state UP "; do sleep 0.01; done; done
`

// TestGraphNear: a namespace among forty fits a screen, and says where the rest is.
func TestGraphNear(t *testing.T) {
	t.Parallel()
	w := newLab(t, manyOnABridge)
	for words, want := range map[string]string{
		"web1": `host  ID
|- br0  bridge  10.0.0.254/24, carries mv0 in web2
|  '- v-web1  veth  <-> eth0 in web1
'- 41 more devices
web1  ID, idle
'- eth0  veth  <-> v-web1 in host
39 more connected namespaces are not shown (use --depth 2 or --all)
`,
		"web10 web2 --no-ids": `host
|- br0  bridge  10.0.0.254/24
|  |- v-web2  veth  <-> eth0 in web2
|  '- v-web10  veth  <-> eth0 in web10
'- 40 more devices
web2
|- eth0  veth  <-> v-web2 in host
'- mv0  macvlan  off  stacked on br0 in host
web10
'- eth0  veth  <-> v-web10 in host
38 more connected namespaces are not shown (use --depth 2 or --all)
`,
		"web2 --depth 0": `web2  ID, idle
|- eth0  veth  veth pair with v-web2 in host
'- mv0  macvlan  off  stacked on br0 in host
40 more connected namespaces are not shown (use --depth 1 or --all)
`,
	} {
		want = strings.ReplaceAll(want, "'-", "`-")
		a := w.run(append([]string{"graph"}, strings.Fields(words)...)...)
		if got := mask(a.stdout); a.status != "0" || got != want {
			t.Errorf("graph %s, status %s: %s\n%s\nwant\n%s", words, a.status, a.stderr, got, want)
		}
	}
	// Natural order, whatever the order in which they were made.
	order := regexp.MustCompile(`(?m)^web\d+$`).FindAllString(w.run("graph", "--no-ids").stdout, -1)
	var want []string
	for i := range 40 {
		want = append(want, fmt.Sprint("web", i+1))
	}
	if strings.Join(order, " ") != strings.Join(want, " ") {
		t.Errorf("order is %v", order)
	}
}

// TestGraphWithoutIDs: no picture has an inode number or the state idle, JSON has
// what it always has.
func TestGraphWithoutIDs(t *testing.T) {
	t.Parallel()
	w := newLab(t, lab+`unshare -n sh -c 'ip link add d0 type veth peer name d1; echo >/run/settled; exec sleep 1000' >/dev/null 2>&1 </dev/null &
		until test -s /run/settled; do sleep 0.01; done`)
	ids := regexp.MustCompile(`net:\[|\d{10}|idle`)
	for _, format := range []string{"tree", "dot", "mermaid", "svg"} {
		for _, words := range []string{"graph --format " + format, "graph c --format " + format, "graph --all --format " + format} {
			if a := w.run(strings.Fields(words)...); a.status != "0" || !ids.MatchString(a.stdout) {
				t.Errorf("%s, status %s: has no ID: %s%s", words, a.status, a.stdout, a.stderr)
			}
			a := w.run(append(strings.Fields(words), "--no-ids")...)
			if found := ids.FindString(a.stdout); a.status != "0" || found != "" || !strings.Contains(a.stdout, "v-c") {
				t.Errorf("%s --no-ids, status %s, has %q: %s%s", words, a.status, found, a.stdout, a.stderr)
			}
			if format == "svg" && (!strings.Contains(a.stdout, ">veth pair<") || strings.Contains(a.stdout, "cable")) {
				t.Errorf("%s: the legend has no veth pair: %s", words, a.stdout)
			}
		}
	}
	if a := w.run("graph", "--no-ids"); !regexp.MustCompile(`(?m)^sleep\n(.*\n)?.* d0 `).MatchString(a.stdout) {
		t.Errorf("a namespace without a name is not called by its owner: %s%s", a.stdout, a.stderr)
	}
	for _, words := range []string{"graph --no-ids --json", "graph --no-ids --format json", "-j graph --no-ids"} {
		if a := w.run(strings.Fields(words)...); a.status != "2" || a.stdout != "" || !strings.Contains(a.stderr, " exclude each other; nothing was done") {
			t.Errorf("%s: %v", words, a)
		}
	}
}

// TestGraphNearJSON: every device of the edge is listed or counted, and what is
// not listed is said where a device leads to it.
func TestGraphNearJSON(t *testing.T) {
	t.Parallel()
	w := newLab(t, manyOnABridge)
	a := w.run("graph", "web1", "-j")
	var g struct {
		Namespaces []struct {
			Names   []string
			Devices []struct {
				Name  string
				Leads []struct {
					Kind, ID, Name string
					Names          []string
				} `json:"leads_to"`
			}
			LeftOut int `json:"devices_left_out"`
		}
		LeftOut int `json:"left_out"`
	}
	if err := json.Unmarshal([]byte(a.stdout), &g); err != nil || a.status != "0" {
		t.Fatalf("status %s: %v: %s%s", a.status, err, a.stdout, a.stderr)
	}
	if len(g.Namespaces) != 2 || g.LeftOut != 39 {
		t.Fatalf("%d namespaces, %d left out: %s", len(g.Namespaces), g.LeftOut, a.stdout)
	}
	for _, n := range g.Namespaces {
		if len(n.Names) > 0 {
			if n.Names[0] != "web1" || n.LeftOut != 0 {
				t.Errorf("%v leaves %d devices out", n.Names, n.LeftOut)
			}
			continue
		}
		// Every sandbox has lo, and whatever else the kernel adds.
		if len(n.Devices) != 2 || n.LeftOut < 42 {
			t.Errorf("the host has %d devices and %d left out: %s", len(n.Devices), n.LeftOut, a.stdout)
		}
		for _, d := range n.Devices {
			switch {
			case d.Name == "br0" && len(d.Leads) == 1:
				if l := d.Leads[0]; l.Kind != "over" || l.Name != "mv0" || len(l.Names) != 1 || l.Names[0] != "web2" || !strings.HasPrefix(l.ID, "net:[") {
					t.Errorf("br0 leads to %+v", l)
				}
			case d.Name != "v-web1" || len(d.Leads) != 0:
				t.Errorf("%s leads to %+v", d.Name, d.Leads)
			}
		}
	}
}
