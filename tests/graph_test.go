package tests

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// lab wires two namespaces by a veth pair, three by a bridge, and has a tunnel and
// macvlans.
const lab = `for n in left right a b c empty; do netnsctl add $n; done
ip -n left link add eth0 type veth peer name eth0 netns right
ip -n left addr add 192.0.2.1/24 dev eth0; ip -n left link set eth0 up
ip -n right addr add 192.0.2.2/24 dev eth0; ip -n right link set eth0 up
ip -n left link add vx42 type vxlan id 42 remote 192.0.2.2 dev eth0 dstport 4789
ip -n right link add vx42 type vxlan id 42 remote 192.0.2.1 dev eth0 dstport 4789
ip link add br0 type bridge
ip addr add 10.0.0.254/24 dev br0; ip link set br0 up
for n in a b c; do
	ip link add v-$n type veth peer name eth0 netns $n
	ip link set v-$n master br0 up; ip -n $n link set eth0 up
done
ip -n a addr add 10.0.0.1/24 dev eth0
ip link set v-c down
ip link add mv0 link br0 netns b type macvlan mode bridge
state() { until ip -n $1 -o link show eth0 | grep -q "state $2 "; do sleep 0.01; done; }
for n in left right a b; do state $n UP; done; state c "[A-Z]*DOWN"
`

func newLab(t *testing.T, build string) *machine {
	t.Helper()
	w := newMachine(t)
	w.shell(build)
	return w
}

// TestGraphTree: the whole tree of a lab.
func TestGraphTree(t *testing.T) {
	t.Parallel()
	w := newLab(t, lab)
	const ids = `for n in left right a b c; do ip netns exec $n ip netns list-id; done; ip netns list-id`
	before := w.shell(ids)
	want := strings.ReplaceAll(`host  ID
'- br0  bridge  10.0.0.254/24
   |- v-a  veth  <-> eth0 in a
   |- v-b  veth  <-> eth0 in b
   '- v-c  veth  off  <-> eth0 in c
a  ID, idle
'- eth0  veth  10.0.0.1/24, <-> v-a in host
b  ID, idle
|- eth0  veth  <-> v-b in host
'- mv0  macvlan  off  stacked on br0 in host
c  ID, idle
'- eth0  veth  down  <-> v-c in host
left  ID, idle
|- eth0  veth  192.0.2.1/24, <-> eth0 in right
'- vx42  vxlan 42  off  remote 192.0.2.2, stacked on eth0, ~~> vx42 in right
right  ID, idle
|- eth0  veth  192.0.2.2/24, <-> eth0 in left
'- vx42  vxlan 42  off  remote 192.0.2.1, stacked on eth0, ~~> vx42 in left
1 namespace with nothing in it is not shown (use --all)
`, "'-", "`-")
	a := w.run("graph")
	if got := mask(a.stdout); a.status != "0" || got != want {
		t.Errorf("status %s: %s\n%s\nwant\n%s", a.status, a.stderr, got, want)
	}
	if after := w.shell(ids); after != before {
		t.Errorf("nsids before:\n%s\nand after:\n%s", before, after)
	}
	for words, boxes := range map[string]string{
		"left": "left right", "right": "left right", "c": "host c", "left c": "host c left right",
		"c --depth 0": "c", "c a --depth=0": "a c", "c --depth 2": "host a b c", "--depth 1 b": "host b", "c --depth 99": "host a b c",
		"pid:1": "host a b c", "empty": "empty", "/run/netns/left": "left right", "--all": "host a b c empty left right",
		"c --all": "host a b c", "--all left c": "host a b c left right",
	} {
		a := w.run(append([]string{"graph"}, strings.Fields(words)...)...)
		var shown []string
		for _, m := range regexp.MustCompile(`(?m)^(\w+)  ID`).FindAllStringSubmatch(mask(a.stdout), -1) {
			shown = append(shown, m[1])
		}
		if got := strings.Join(shown, " "); a.status != "0" || got != boxes {
			t.Errorf("graph %s, status %s, shows %q, want %q", words, a.status, got, boxes)
		}
	}
	link := filepath.Join("/run", "ip-netns")
	w.shell(`ln -s "$(command -v netnsctl)" ` + link)
	if a := w.command(link, "graph", "left"); a.status != "0" || !strings.Contains(a.stdout, "eth0 in right") {
		t.Errorf("alias, status %s: %s%s", a.status, a.stdout, a.stderr)
	}
}

// mask leaves out what differs between runs and kernels: IDs, the word for the
// state of a veth device whose far end is off, and with it the width of columns.
func mask(text string) string {
	text = regexp.MustCompile(`net:\[\d+\]`).ReplaceAllString(text, "ID")
	text = strings.ReplaceAll(text, "lowerlayerdown", "down")
	return regexp.MustCompile(`(\w)  +`).ReplaceAllString(text, "$1  ")
}

// graphOutput is what the tests read of graph --json.
type graphOutput struct {
	Namespaces []struct {
		ID      string
		Names   []any
		Devices []struct {
			Index int
			Name  any
		}
	}
	Links []struct {
		Kind string
		Ends []struct {
			Namespace, Index int
			ID               string
			Name             any
		}
	}
	LeftOut int `json:"left_out"`
}

// TestGraphJSON: every end of a link is a device of the namespace that it names.
func TestGraphJSON(t *testing.T) {
	t.Parallel()
	w := newLab(t, lab)
	for _, words := range []string{"graph --format json", "graph -j", "-j graph", "-j -p graph --all"} {
		a := w.run(strings.Fields(words)...)
		var g graphOutput
		if err := json.Unmarshal([]byte(a.stdout), &g); err != nil || a.status != "0" || a.stderr != "" {
			t.Fatalf("%s, status %s: %v: %s%s", words, a.status, err, a.stdout, a.stderr)
		}
		var links []string
		for _, l := range g.Links {
			var ends []string
			for _, e := range l.Ends {
				n := g.Namespaces[e.Namespace]
				if n.ID != e.ID {
					t.Errorf("%s: an end is in %s, not %s", words, n.ID, e.ID)
				}
				name := "host"
				if len(n.Names) > 0 {
					name = n.Names[0].(string)
				}
				for _, d := range n.Devices {
					if d.Index == e.Index && d.Name == e.Name {
						ends = append(ends, name+"."+d.Name.(string))
					}
				}
			}
			if l.Kind != "over" {
				slices.Sort(ends)
			}
			links = append(links, l.Kind+" "+strings.Join(ends, " "))
		}
		slices.Sort(links)
		want := []string{
			"over b.mv0 host.br0", "over left.vx42 left.eth0", "over right.vx42 right.eth0",
			"pair a.eth0 host.v-a", "pair b.eth0 host.v-b", "pair c.eth0 host.v-c", "pair left.eth0 right.eth0",
			"tunnel left.vx42 right.vx42",
		}
		if !slices.Equal(links, want) {
			t.Errorf("%s: links are\n%s\nwant\n%s", words, strings.Join(links, "\n"), strings.Join(want, "\n"))
		}
		if all := strings.Contains(words, "--all"); all == (g.LeftOut == 1) || len(g.Namespaces)+g.LeftOut != 7 {
			t.Errorf("%s: %d namespaces, %d left out", words, len(g.Namespaces), g.LeftOut)
		}
	}
}

// TestGraphOddNames: names with all that has a meaning in a terminal, in XML, in
// DOT, in Mermaid and in JSON.
func TestGraphOddNames(t *testing.T) {
	t.Parallel()
	const name = `<&>"'\033[31m\377\\;]]>`
	w := newLab(t, `n=$(printf '`+strings.ReplaceAll(name, "'", `'\''`)+`'); netnsctl add "$n"
		netnsctl add plain
		ip -n plain link add '<&"\;#>' type veth peer name 'e"\' netns "$n"`)
	for format, part := range map[string]string{
		"tree":    `"<&>\"'\x1b[31m\xff\\;]]>"`,
		"json":    `\u001b[31m`,
		"dot":     `label="\"<&amp;>\\\"'\\x1b[31m\\xff\\\\;]]>\"\n`,
		"mermaid": `[#34;#60;#38;#62;#92;#34;'#92;x1b[31m#92;xff#92;#92;#59;]]#62;#34;<br/>`,
		"svg":     `&#34;&lt;&amp;&gt;\&#34;&#39;\x1b[31m\xff\\;]]&gt;&#34;`,
	} {
		a := w.run("graph", "--format", format)
		if a.status != "0" || !strings.Contains(strings.Replace(a.stdout, `["#34;`, "[#34;", 1), part) {
			t.Errorf("%s, status %s: lacks %s:\n%s%s", format, a.status, part, a.stdout, a.stderr)
		}
		if strings.Contains(a.stdout, "\x1b") || strings.Contains(a.stdout, "\xff") {
			t.Errorf("%s: has raw bytes: %q", format, a.stdout)
		}
		switch format {
		case "json":
			if !json.Valid([]byte(a.stdout)) {
				t.Errorf("no JSON: %q", a.stdout)
			}
		case "svg":
			d := xml.NewDecoder(strings.NewReader(a.stdout))
			for {
				if _, err := d.Token(); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Fatalf("%v: %s", err, a.stdout)
				}
			}
		}
	}
}

// TestGraphHidden: the far end of a veth pair is in a namespace that only another
// process' mount namespace pins. As the near end has a name, that one is wired.
func TestGraphHidden(t *testing.T) {
	t.Parallel()
	w := newLab(t, `leak; netnsctl add near
		ip -n near link add v type veth peer name hidden netns leak
		ip -n leak addr add 10.2.1.15/24 dev hidden
		elsewhere 'mkdir /run/kept; : >/run/kept/x; mount --bind /run/netns/leak /run/kept/x'
		netnsctl delete leak`)
	a := w.run("graph", "near")
	if a.status != "0" || !regexp.MustCompile("(?m)^net:\\[\\d+\\]  wired, .*\n`- hidden +veth +off +10.2.1.15/24, <-> v in near$").MatchString(a.stdout) {
		t.Errorf("status %s: %s%s", a.status, a.stdout, a.stderr)
	}
}

// TestGraphUnprivileged: who may not look says so, and fails.
func TestGraphUnprivileged(t *testing.T) {
	t.Parallel()
	w := newLab(t, `netnsctl add x`)
	a := w.command("setpriv", "--inh-caps=-all", "--bounding-set=-all", filepath.Join(artefact, "bin", "netnsctl"), "graph", "x")
	expectParts(t, "stdout", a, "1", a.stdout, "x  ")
	expectParts(t, "stderr", a, "1", a.stderr, "netnsctl: no devices could be read")
	if !strings.Contains(a.stdout, "not permitted") && !strings.Contains(a.stdout, "devices are unknown") {
		t.Errorf("does not say why: %s", a.stdout)
	}
}

func TestGraphWords(t *testing.T) {
	t.Parallel()
	w := newLab(t, `netnsctl add quiet`)
	for _, c := range []struct{ words, status, stderr string }{
		{"graph --format png", "2", `netnsctl: option --format: unknown format "png"`},
		{"graph --nonsense", "2", "netnsctl: unknown option --nonsense"},
		{"-j graph --format svg", "2", "netnsctl: --json and --format svg exclude each other"},
		{"graph --depth 1", "2", `netnsctl: option --depth needs a NAMESPACE`},
		{"graph --depth 1 --all", "2", `netnsctl: options --all and --depth exclude each other`},
		{"graph quiet --all --depth 2", "2", `netnsctl: options --all and --depth exclude each other`},
		{"graph quiet --depth -1", "2", `netnsctl: option --depth: invalid number "-1"`},
		{"graph quiet --depth one", "2", `netnsctl: option --depth: invalid number "one"`},
		{"graph nowhere --depth 0", "1", "netnsctl: no namespace nowhere"},
		{"graph nowhere", "1", "netnsctl: no namespace nowhere"},
		{"graph pid:999999", "1", "netnsctl: no process 999999"},
		{"graph pid:", "1", "netnsctl: no namespace pid:"},
		{"graph net:[1]", "1", "netnsctl: no namespace net:[1]"},
		{"gra", "2", `netnsctl: unknown command gra (did you mean graph?)`},
	} {
		a := w.run(strings.Fields(c.words)...)
		if a.status != c.status || a.stdout != "" || !strings.HasPrefix(a.stderr, c.stderr) {
			t.Errorf("%s: status %s\n%s%s", c.words, a.status, a.stdout, a.stderr)
		}
	}
	if a := w.run("graph"); a.status != "0" || a.stdout != "2 namespaces with nothing in them are not shown (use --all)\n" {
		t.Errorf("nothing to draw, status %s: %s%s", a.status, a.stdout, a.stderr)
	}
	if help := w.run("graph", "--help"); help.status != "0" || !strings.Contains(help.stdout, "mermaid") || !strings.Contains(help.stdout, "--no-ids") {
		t.Errorf("help, status %s: %s%s", help.status, help.stdout, help.stderr)
	}
}
