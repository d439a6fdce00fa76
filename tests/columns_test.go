package tests

import (
	"encoding/json"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// tabled is the world of these tests: names whose natural order is not that of their
// bytes, one of wide characters, a dead file, an orphan that is mounted at a path of
// 2.9 kB, and held, of which one process has 2,000 descriptors.
const tabled = `
PATH=$PATH:/usr/sbin
for name in ns10 ns2 ns1 测试网络 held; do netnsctl add $name; done
ip -n ns2 link add d0 type veth peer name d1
ip -n ns2 addr add 10.0.0.2/24 dev d0
ip -n ns2 addr add 169.254.7.7/16 dev d0
ip -n ns2 link set lo up
: >/run/netns/dead
long=/run/$(printf 'p%0199d' 0)
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13; do long=$long/$(printf 'p%0199d' 0); done
mkdir -p $long
cd $long; : >ns
netnsctl add leak; ino /run/netns/leak >/run/leak; mount --bind /run/netns/leak ns; netnsctl delete leak
cd /
setsid netnsctl exec ns1 sleep 1000 >/dev/null 2>&1 </dev/null & asleep $!; echo $! >/run/inside
setsid python3 -c '
import os, resource, time
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
fd = os.open("/run/netns/held", os.O_RDONLY)
for _ in range(1999): os.dup(fd)
open("/run/holding", "w").write(str(os.getpid()))
time.sleep(1000)' >/dev/null 2>&1 </dev/null &
settle /run/holding
`

func newTabledWorld(t *testing.T) *machine {
	t.Helper()
	w := newMachine(t)
	w.shell(tabled)
	return w
}

// onTerminal is what a call shows on a terminal of so many columns, line by line.
func (w *machine) onTerminal(columns uint16, env string, words ...string) []string {
	w.t.Helper()
	cmd := exec.Command(w.program(), words...)
	cmd.Env, cmd.Dir = append(w.env, env), "/"
	text := startTerminalOf(w.t, cmd, columns).rest()
	return strings.Split(strings.TrimSuffix(strings.ReplaceAll(text, "\r\n", "\n"), "\n"), "\n")
}

var colours = regexp.MustCompile("\x1b\\[[0-9]*m")

// cellsOf is how wide a line is: the Chinese characters of these tests take two cells.
func cellsOf(line string) int {
	n := 0
	for _, r := range colours.ReplaceAllString(line, "") {
		if n++; r >= 0x4e00 && r < 0xa000 {
			n++
		}
	}
	return n
}

// tableOf is a table without what is said on standard error, which a terminal shows,
// too.
func tableOf(lines []string) (table []string) {
	for _, line := range lines {
		if !strings.HasPrefix(line, "netnsctl: ") {
			table = append(table, line)
		}
	}
	return table
}

// TestTableTerminal: on a terminal each row is one line of it, and states are coloured.
func TestTableTerminal(t *testing.T) {
	t.Parallel()
	w := newTabledWorld(t)
	for _, words := range []string{
		"list --stale --idle", "list --all-namespaces", "list --all-namespaces -o all", "find lo", "pids --verbose held -o all",
	} {
		for _, columns := range []uint16{60, 80, 200} {
			cut := false
			for _, line := range tableOf(w.onTerminal(columns, "X=", strings.Fields(words)...)) {
				if cellsOf(line) > int(columns) {
					t.Errorf("%s, %d columns: %d cells: %q", words, columns, cellsOf(line), line)
				}
				cut = cut || strings.Contains(line, "…")
			}
			if !cut && columns < 200 && strings.HasPrefix(words, "list") {
				t.Errorf("%s, %d columns: nothing is cut", words, columns)
			}
		}
	}
	coloured := strings.Join(w.onTerminal(80, "NO_COLOR=", "list", "--all-namespaces"), "\n")
	for _, want := range []string{"\x1b[31mstale\x1b[0m", "\x1b[31morphan\x1b[0m", "\x1b[33midle\x1b[0m", "\x1b[32min-use\x1b[0m", "  host  "} {
		if !strings.Contains(coloured, want) {
			t.Errorf("no %q in\n%q", want, coloured)
		}
	}
	if plain := strings.Join(w.onTerminal(80, "NO_COLOR=1", "list", "--all-namespaces"), "\n"); strings.Contains(plain, "\x1b") {
		t.Errorf("coloured in spite of NO_COLOR: %q", plain)
	}
	whole := strings.Join(w.onTerminal(80, "X=", "list", "--stale", "--no-trunc"), "\n")
	if !strings.Contains(whole, "0/ns") || strings.Contains(whole, "…") {
		t.Errorf("--no-trunc: %q", whole)
	}
}

// TestTablePipe: nothing is cut or coloured for a program, one long path is nobody
// else's padding, and columns are aligned by what they take on a screen.
func TestTablePipe(t *testing.T) {
	t.Parallel()
	w := newTabledWorld(t)
	a := w.run("list", "--stale", "--idle")
	long := 0
	for line := range strings.Lines(a.stdout) {
		line = strings.TrimSuffix(line, "\n")
		if strings.TrimRight(line, " ") != line || strings.Contains(line, "\x1b") {
			t.Errorf("%q", line)
		}
		if len(line) > 200 {
			long++
			if !strings.Contains(line, "0/ns ") {
				t.Errorf("cut: %q", line)
			}
			continue
		}
		if at := strings.Index(line, "idle"); at >= 0 && cellsOf(line[:at]) != len("net:[4026531840]  ") {
			t.Errorf("the state is not below the others: %q", line)
		}
	}
	if long != 1 || a.status != "3" {
		t.Errorf("status %s, %d long lines:\n%s", a.status, long, a.stdout)
	}
}

// TestTableOrder: names are in natural order everywhere, and the same call gives the
// same text.
func TestTableOrder(t *testing.T) {
	t.Parallel()
	w := newTabledWorld(t)
	leak := "net:[" + w.read("/run/leak") + "]"
	const natural = "held ns1 ns2 ns10 测试网络"
	names := strings.Split(natural, " ")
	for _, c := range []struct{ words, want string }{
		{"list --idle -q", "dead " + leak + " held ns2 ns10 测试网络"},
		{"list --idle --sort=-name -q", "测试网络 ns10 ns2 " + leak + " held dead"},
		{"list --all-namespaces -q --filter state!=host,name!=-,state!=stale", "held ns2 ns10 测试网络 ns1"},
		{"list --all-namespaces -q --filter state!=host,name!=-,state!=stale --sort name", natural},
		{"list --idle --sort state,-name --noheadings -o name", "dead " + leak + " 测试网络 ns10 ns2 held"},
		{"find lo --filter state!=host,state!=orphan --noheadings -o namespace", natural},
		{"find lo --filter state!=host,state!=orphan --sort=-namespace -q", "测试网络 ns10 ns2 ns1 held"},
	} {
		if a := w.run(strings.Fields(c.words)...); squeeze(a.stdout) != c.want {
			t.Errorf("%s: %q, want %q; %s", c.words, squeeze(a.stdout), c.want, a.stderr)
		}
	}
	graph := w.run("graph", "--all").stdout
	for i := 1; i < len(names); i++ {
		if before, after := strings.Index(graph, names[i-1]+"  net:["), strings.Index(graph, names[i]+"  net:["); before < 0 || after < before {
			t.Errorf("graph has not %s before %s:\n%s", names[i-1], names[i], graph)
		}
	}
	for _, words := range []string{"inspect -j held", "inspect ns1", "list --all-namespaces -o NAME,ID,PINS,OWNER"} {
		first := w.run(strings.Fields(words)...).stdout
		for range 3 {
			if again := w.run(strings.Fields(words)...).stdout; withoutAge(again) != withoutAge(first) {
				t.Errorf("%s: \n%s\nand then\n%s", words, first, again)
			}
		}
	}
}

var aging = regexp.MustCompile(`age +\d+s|"age_seconds":\d+`)

func withoutAge(text string) string { return aging.ReplaceAllString(text, "age") }

// TestTableFilter: which rows are shown, and what the status is when they alone count.
func TestTableFilter(t *testing.T) {
	t.Parallel()
	w := newTabledWorld(t)
	leak := "net:[" + w.read("/run/leak") + "]"
	holder := w.read("/run/holding")
	for _, c := range []struct{ words, status, want string }{
		{"list --idle -q --filter state=idle", "0", "held ns2 ns10 测试网络"},
		{"list --idle -q --filter STATE=stale,name=ns*", "0", ""},
		{"list --idle -q --filter state=stale,state=orphan", "3", "dead " + leak},
		{"list --idle -q --filter state=stale --filter state=orphan", "3", "dead " + leak},
		{"list --idle -q --filter name=ns?,age<1d", "0", "ns2"},
		{"list --idle -q --filter age>1d", "0", ""},
		{"list --idle -q --filter id=" + leak, "3", leak},
		{"list --idle -q --filter reason=*/p0*", "3", leak},
		{"list --idle -q --filter addresses=10.0.0.2", "0", "ns2"},
		{"list --idle -q --filter owner=python3", "0", "held"},
		{"find lo dead -q --filter state=orphan", "3", leak},
		{"find lo -q --filter state=orphan", "0", leak},
		{"find lo -q --filter state=stale", "3", ""},
		{"pids --verbose held --noheadings -o PID --filter command=python*", "0", holder},
		{"pids --verbose held --noheadings -o PID --filter command=bash", "0", ""},
	} {
		if a := w.run(strings.Fields(c.words)...); a.status != c.status || squeeze(a.stdout) != c.want {
			t.Errorf("%s: status %s, %q, want %s, %q; %s", c.words, a.status, squeeze(a.stdout), c.status, c.want, a.stderr)
		}
	}
	var j struct{ Namespaces, Names []json.RawMessage }
	a := w.run("list", "--idle", "-j", "--filter", "state=orphan")
	if err := json.Unmarshal([]byte(a.stdout), &j); err != nil || len(j.Namespaces) != 1 || len(j.Names) != 0 {
		t.Errorf("JSON: %v: %s", err, a.stdout)
	}
	for words, says := range map[string]string{
		"list --stale --filter x":        `invalid filter "x": expected COLUMN=GLOB`,
		"list --stale --filter pinz=x":   `unknown column pinz`,
		"list --stale --filter age>soon": `invalid filter "age>soon"`,
		"list --stale --filter name>3":   `invalid filter "name>3"`,
		"list --stale --sort pinz":       `unknown column pinz`,
		"list --stale -o +pinz":          `unknown column pinz`,
		"find lo --filter age>1":         `unknown column age`,
		"pids --verbose held --sort x":   `unknown column x`,
		"check --filter state=orphan":    "needs --against",
		"check --against x --filter a=b": `unknown column a`,
		"check --against x --nagios":     "options --against and --nagios exclude each other",
	} {
		if a := w.run(strings.Fields(words)...); a.stdout != "" || !strings.Contains(a.stderr, says) {
			t.Errorf("%s: status %s, %s%s; want %s", words, a.status, a.stdout, a.stderr, says)
		}
	}
}

// TestTableColumns: columns are added and chosen, and an ID is shown once.
func TestTableColumns(t *testing.T) {
	t.Parallel()
	w := newTabledWorld(t)
	leak := "net:[" + w.read("/run/leak") + "]"
	for _, c := range []struct{ words, want string }{
		{"list --stale --filter state=stale -o +ID", "NAME STATE REASON AGE ACTION ID dead stale dead-file 0s skip (young) -"},
		{"list --stale --filter state=orphan -o name,state", "NAME STATE " + leak + " orphan"},
		{"list --stale --filter state=orphan -o id,name", "ID NAME " + leak + " -"},
		{"list --all-namespaces --filter name=ns2 -o name,addresses", "NAME ADDRESSES ns2 10.0.0.2/24"},
		{"list --idle --filter name=ns10 -o name,addresses", "NAME ADDRESSES ns10 -"},
		{"find 10.0.0.2", "NAMESPACE STATE DEVICE MATCH ENTER ns2 idle d0 10.0.0.2/24 netnsctl exec ns2"},
		{"find d0 -o +addresses,+kind", "NAMESPACE STATE DEVICE MATCH ENTER ADDRESSES KIND ns2 idle d0 d0 netnsctl exec ns2 10.0.0.2/24 device"},
		{"find " + leak + " -o namespace,id", "NAMESPACE ID - " + leak},
	} {
		a := w.run(strings.Fields(c.words)...)
		if got := regexp.MustCompile(`\b\d+s\b`).ReplaceAllString(squeeze(a.stdout), "0s"); got != c.want {
			t.Errorf("%s: %q, want %q; %s", c.words, got, c.want, a.stderr)
		}
	}
	if a := w.run("list", "--stale", "-o", "all"); !strings.HasPrefix(squeeze(a.stdout), "NAME STATE REASON AGE ACTION ID COOKIE OWNER PINS ADDRESSES ") {
		t.Errorf("all: %s", a.stdout)
	}
}

// TestHoldersByProcess: what one process has of a namespace is one row.
func TestHoldersByProcess(t *testing.T) {
	t.Parallel()
	w := newTabledWorld(t)
	row := "pid " + w.read("/run/holding") + " (python3): descriptor 3 and 1999 more"
	for _, words := range []string{"inspect held", "list --idle -o PINS --filter name=held", "delete --verbose held"} {
		a := w.run(strings.Fields(words)...)
		if !strings.Contains(a.stdout, row) || strings.Count(a.stdout, "\n") > 15 {
			t.Errorf("%s: %d lines, want %s in\n%.2000s", words, strings.Count(a.stdout, "\n"), row, a.stdout)
		}
	}
}

// TestNotThroughItself: a mount is never seen through the process that looks, whose pid
// is gone when the reader gets it.
func TestNotThroughItself(t *testing.T) {
	t.Parallel()
	w := newTabledWorld(t)
	type pin struct {
		Kind    string
		Command any
		Mount   *struct {
			Path    string
			Through int `json:"through_pid"`
			Host    bool
		}
	}
	mounts := func(program ...string) (found []pin) {
		t.Helper()
		a := w.command(append(program, w.program(), "list", "--all-namespaces", "-j")...)
		var list struct{ Namespaces []struct{ Pins []pin } }
		if err := json.Unmarshal([]byte(a.stdout), &list); err != nil {
			t.Fatalf("%v: %s%s", err, a.stdout, a.stderr)
		}
		for _, ns := range list.Namespaces {
			for _, p := range ns.Pins {
				if p.Command == "netnsctl" {
					t.Errorf("named itself: %+v", p)
				}
				if p.Mount != nil {
					found = append(found, p)
				}
			}
		}
		if len(found) == 0 {
			t.Fatal("no mounts")
		}
		return found
	}
	for _, p := range mounts() {
		if p.Mount.Host && p.Mount.Through != 1 {
			t.Errorf("not through pid 1: %+v", p.Mount)
		}
	}
	alone := 0
	for _, p := range mounts("unshare", "-m") {
		if p.Mount.Through == 0 {
			alone++
		}
	}
	if alone == 0 {
		t.Error("no mount of our own mount namespace, where nobody else is")
	}
	shown := w.command("unshare", "-m", w.program(), "inspect", "held")
	if !strings.Contains(shown.stdout, "mount /run/netns/held in our own mount namespace") || strings.Contains(shown.stdout, "(netnsctl)") {
		t.Errorf("status %s:\n%s%s", shown.status, shown.stdout, shown.stderr)
	}
}
