package tests

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// racesInFull is for `make test-races`; `make test` has fewer processes.
var racesInFull = os.Getenv("NETNSCTL_TEST_RACES") != ""

func many(full, few int) int {
	if racesInFull {
		return full
	}
	return few
}

// crowd is processes in one sandbox that begin at the same moment.
type crowd struct {
	t     *testing.T
	box   *sandbox
	dir   string
	start *os.File // closed: go
	gate  *os.File
	all   []*member
}

// member is one of them.
type member struct {
	*exec.Cmd
	file string
	done chan struct{}
}

func newCrowd(t *testing.T) *crowd {
	t.Helper()
	if noSandbox != "" {
		unable(t, noSandbox)
	}
	box, err := newSandbox()
	if err != nil {
		unable(t, "no sandbox: ", err)
	}
	t.Cleanup(box.close)
	c := &crowd{t: t, box: box, dir: t.TempDir()}
	if c.gate, c.start, err = os.Pipe(); err != nil {
		t.Fatal(err)
	}
	return c
}

// parties are the programs that take part: the real ip too, if there is one.
func parties() []face {
	if realIP == "" {
		return []face{faces[0]}
	}
	return []face{faces[0], realFace}
}

// add brings in a shell that waits at the gate, then runs the script, where $IP
// $OBJ COMMAND is a call of the program.
func (c *crowd) add(f face, script string, words ...string) *member {
	c.t.Helper()
	m := &member{file: filepath.Join(c.dir, fmt.Sprint("out", len(c.all))), done: make(chan struct{})}
	out, err := os.Create(m.file)
	if err != nil {
		c.t.Fatal(err)
	}
	defer out.Close()
	m.Cmd = exec.Command("/bin/sh", append([]string{"-c", "read _; " + script, "sh"}, words...)...)
	m.Env, m.Dir = baseEnv(f, c.dir), c.dir
	m.Stdin, m.Stdout, m.Stderr = c.gate, out, out
	if err := m.Start(); err != nil {
		c.t.Fatal(err)
	}
	go func() { m.Wait(); close(m.done) }()
	c.all = append(c.all, m)
	return m
}

// run lets them begin, and waits until all have ended.
func (c *crowd) run() {
	c.open()
	for _, m := range c.all {
		<-m.done
	}
}

func (c *crowd) open() {
	c.gate.Close()
	c.start.Close()
}

func (m *member) said() string {
	text, _ := os.ReadFile(m.file)
	return string(text)
}

// netnsctl runs a call of ours, which must succeed.
func (c *crowd) netnsctl(words ...string) string {
	c.t.Helper()
	a, err := command{path: faces[0].program(), argv: append([]string{"netnsctl"}, words...), env: os.Environ(), dir: c.dir}.run()
	if err != nil || a.status != "0" {
		c.t.Fatalf("%q: %v, %s %s", words, err, a.status, a.stderr)
	}
	return a.stdout
}

// TestRaceOneName: one of many that add the same name at once, on a machine
// without names, wins; the others are told so.
func TestRaceOneName(t *testing.T) {
	t.Parallel()
	c := newCrowd(t)
	for i := range many(64, 24) {
		f := parties()[i%len(parties())]
		c.add(f, `$IP $OBJ add x; echo "status $?"`)
	}
	c.run()
	won := 0
	// Those that come later find the name, or find out when they create it.
	late := []string{
		"Cannot create namespace file \"/run/netns/x\": File exists\nstatus 1\n",
		"netnsctl: the name x exists; nothing was done\nstatus 1\n",
	}
	for i, m := range c.all {
		switch said := m.said(); {
		case said == "status 0\n":
			won++
		case !slices.Contains(late, said):
			t.Errorf("process %d: %s", i, said)
		}
	}
	if won != 1 {
		t.Errorf("%d processes have added the name", won)
	}
	c.wantNames("x")
}

// TestRaceManyNames: many names at once, on a machine without names.
func TestRaceManyNames(t *testing.T) {
	t.Parallel()
	c := newCrowd(t)
	var names []string
	for i := range many(500, 48) {
		name := fmt.Sprintf("n%03d", i)
		names = append(names, name)
		c.add(parties()[i%len(parties())], `$IP $OBJ add $1; echo "status $?"`, name)
	}
	c.run()
	for i, m := range c.all {
		if said := m.said(); said != "status 0\n" {
			t.Errorf("process %d: %s", i, said)
		}
	}
	c.wantNames(names...)
}

// TestRaceFirstAdd holds several up where each would make the directory a mount:
// only one does.
func TestRaceFirstAdd(t *testing.T) {
	t.Parallel()
	c := newCrowd(t)
	strace, err := findProgram("strace")
	if err != nil {
		unable(t, err)
	}
	names := []string{"a", "b", "c"}
	for _, name := range names {
		c.add(faces[0], strace+` -f -qq -o /dev/null -e trace=open_tree -e inject=open_tree:delay_enter=100000 $IP $OBJ add $1`, name)
	}
	c.run()
	for i, m := range c.all {
		if said := m.said(); said != "" {
			t.Errorf("process %d: %s", i, said)
		}
	}
	c.wantNames(names...)
}

// wantNames: these are all the names, each a namespace of its own, mounted once,
// on one mount of the directory with a peer group of its own.
func (c *crowd) wantNames(names ...string) {
	c.t.Helper()
	var want []string
	for _, name := range names {
		want = append(want, "mount /run/netns/"+name+" nsfs "+name+" shared")
	}
	want = append(want, "mount /run/netns tmpfs /netns shared")
	slices.Sort(want)
	var got []string
	groups := map[string]bool{}
	for line := range strings.Lines(c.box.state()) {
		if strings.HasPrefix(line, "mount /run/netns") {
			line, group, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " group")
			got, groups[group] = append(got, line), true
		} else if strings.Contains(line, "----") {
			c.t.Errorf("left: %s", line)
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		c.t.Errorf("mounts:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if len(groups) != len(want) {
		c.t.Errorf("%d mounts in %d peer groups", len(want), len(groups))
	}
}

// What may be said while others add and delete the same name. That a file is no
// namespace is the truth between its creation and the mount.
var lostRace = regexp.MustCompile(`^(Cannot create namespace file "/run/netns/x": File exists` +
	`|Cannot remove namespace file "/run/netns/x": (No such file or directory|Device or resource busy)` +
	`|netnsctl: unmounted net:\[\d+\] from x; an older namespace lies below, .*` +
	`|netnsctl: net:\[\d+\] is unmounted from x, but the file is busy; .*` +
	`|Bind /proc/self/ns/net -> /run/netns/x failed: No such file or directory` +
	`|Cannot open network namespace( "x")?: No such file or directory` +
	`|setting the network namespace "x" failed: Invalid argument` +
	`|RTNETLINK answers: .*|Error: Peer netns reference is invalid\.` +
	`|netnsctl: the name x exists; nothing was done` +
	`|netnsctl: no namespace x(; nothing was done)?` +
	`|netnsctl: x is a stale name \(dead-file\): no namespace is mounted on it; .*` +
	`|netnsctl: x has changed while it was inspected; nothing was done` +
	`|x|x \(id: \d+\)|own-\S+|busy|[0-9]*|\[.*\]|)$`)

// TestRaceLoops adds and deletes one name from several processes, and names of
// their own, while others look. Nobody crashes or says what is not so, monitor
// misses nothing, and nothing is left.
func TestRaceLoops(t *testing.T) {
	t.Parallel()
	c := newCrowd(t)
	c.netnsctl("add", "busy")
	turns := many(100, 12)
	monitor := c.add(faces[0], `exec $IP $OBJ monitor`)
	c.start.WriteString("\n") // for monitor alone
	watched := func() bool {
		infos, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fdinfo/*", pidInside()))
		return slices.ContainsFunc(infos, func(path string) bool {
			text, _ := os.ReadFile(path)
			return strings.Contains(string(text), "inotify wd:")
		})
	}
	eventuallyT(t, "monitor to watch", watched)

	var workers []*member
	for i := range 6 {
		f := parties()[i%len(parties())]
		const loop = `i=0; while [ $i -lt $2 ]; do i=$((i+1))
			$IP $OBJ add own-$1-$i || echo "FALSE $?"
			$IP $OBJ add x; $IP $OBJ exec x true; $IP $OBJ del x
			$IP $OBJ del own-$1-$i || echo "FALSE $?"
		done`
		workers = append(workers, c.add(f, loop, fmt.Sprint(i), fmt.Sprint(turns)))
	}
	const look = `while ! [ -e stop ]; do
			$IP $OBJ list || echo "FALSE list $?"
			$IP -j $OBJ list || echo "FALSE list -j $?"
			$IP $OBJ identify 1 || echo "FALSE identify $?"
			$IP $OBJ pids busy || echo "FALSE pids $?"
		done`
	observer := c.add(faces[0], look)
	c.open()
	for _, m := range workers {
		<-m.done
	}
	os.WriteFile(filepath.Join(c.dir, "stop"), nil, 0o644)
	<-observer.done

	for _, m := range append(workers, observer) {
		for line := range strings.Lines(m.said()) {
			if line = strings.TrimSuffix(line, "\n"); !lostRace.MatchString(line) {
				t.Errorf("%s: %s", m.Args[2][:20], line)
			}
		}
	}
	// A process may have lost against another's delete, and left the name.
	if names := c.netnsctl("list"); strings.Contains(names, "x") {
		c.netnsctl("delete", "x")
	}
	c.wantNames("busy")
	c.netnsctl("delete", "busy")
	eventuallyT(t, "monitor to say all", func() bool { return strings.HasSuffix(monitor.said(), "delete busy\n") })
	monitor.Process.Kill()
	c.wantEvents(monitor.said(), len(workers), turns)
}

// wantEvents: every name came and went, in turns.
func (c *crowd) wantEvents(text string, workers, turns int) {
	c.t.Helper()
	there, seen := map[string]bool{"busy": true}, map[string]int{}
	for line := range strings.Lines(text) {
		verb, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if there[name] == (verb == "add") {
			c.t.Errorf("monitor says %q of a name that is so already", line)
		}
		there[name] = verb == "add"
		seen[name]++
	}
	for w := range workers {
		for i := range turns {
			if name := fmt.Sprintf("own-%d-%d", w, i+1); seen[name] != 2 {
				c.t.Errorf("monitor told %d times of %s", seen[name], name)
			}
		}
	}
	if seen["x"] == 0 || there["x"] {
		c.t.Errorf("x was seen %d times, and is there: %t", seen["x"], there["x"])
	}
}
