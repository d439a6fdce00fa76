package tests

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestPidsVerbose: everybody who holds a namespace, and how.
func TestPidsVerbose(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	outside := lastWord(w.shell(`netnsctl add x; sleep 1000 7</run/netns/x >/dev/null 2>&1 & echo $!
		netnsctl exec x sleep 1001 >/dev/null 2>&1 & until netnsctl pids x | grep -q .; do sleep 0.01; done`))
	inside := strings.TrimSpace(w.run("pids", "x").stdout)
	for _, c := range []struct{ words, want string }{
		{"pids --verbose x", "PID USER COMMAND OWNER HOW " + inside + " root sleep - process " + outside + " root sleep - descriptor 7"},
		{"pids --verbose -q x", inside + " " + outside},
		{"pids --verbose --noheadings -o HOW,ARGS x", "process sleep 1001 descriptor 7 sleep 1000"},
		{"pids --verbose pid:" + inside + " -o PID", "PID " + inside + " " + outside},
	} {
		// What our cgroup looks like is the machine's.
		a := w.run(strings.Fields(c.words)...)
		if got := withoutOwner(a.stdout); a.status != "0" || got != c.want {
			t.Errorf("%s: status %s: %q, want %q\n%s", c.words, a.status, got, c.want, a.stderr)
		}
	}
	var j struct {
		ID        string
		Names     []string
		Processes []struct {
			PID    int
			UID    *int
			User   string
			Args   []string
			Inside bool
			Pins   []struct{ Kind string }
		}
	}
	a := w.run("-j", "pids", "--verbose", "x")
	if err := json.Unmarshal([]byte(a.stdout), &j); err != nil || a.status != "0" {
		t.Fatalf("%v, status %s: %s", err, a.status, a.stdout)
	}
	if len(j.Processes) != 2 || !j.Processes[0].Inside || j.Processes[1].Inside || j.Processes[1].Pins[0].Kind != "descriptor" ||
		strings.Join(j.Processes[1].Args, " ") != "sleep 1000" || j.Processes[0].UID == nil || *j.Processes[0].UID != 0 || j.Names[0] != "x" {
		t.Errorf("%s", a.stdout)
	}
	for _, words := range []string{"pids --verbose", "pids --verbose x y", "pids --verbose x -o NONSENSE", "pids --verbose x --nonsense"} {
		if a := w.run(strings.Fields(words)...); a.status != "2" || a.stdout != "" {
			t.Errorf("%s: %v", words, a)
		}
	}
	for words, what := range map[string]string{
		"pids --verbose nowhere": "namespace nowhere", "pids --verbose net:[1]": "namespace net:[1]", "identify --all 999999": "process 999999",
		"identify --all nowhere": "namespace nowhere",
	} {
		if a := w.run(strings.Fields(words)...); a != (answer{"", "netnsctl: no " + what + "\n", "1"}) {
			t.Errorf("%s: %v", words, a)
		}
	}
}

// withoutOwner squeezes a table and puts "-" for the program's unit.
func withoutOwner(text string) string {
	var words []string
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) > 4 && fields[0] != "PID" {
			fields[3] = "-"
		}
		words = append(words, fields...)
	}
	return strings.Join(words, " ")
}

// TestPidsVerboseHidden: holders that plain pids does not know.
func TestPidsVerboseHidden(t *testing.T) {
	for kind, how := range map[string]string{
		"thread": "thread ", "socket:tcp": "socket tcp, descriptor ", "table": " of thread ", "flight": "descriptor in flight, descriptor ",
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			w := newMachine(t)
			words := strings.Fields(w.shell("$HOLD " + kind))
			a := w.run("pids", "--verbose", "--noheadings", "-o", "PID,HOW", "net:["+words[1]+"]")
			pid, rest, _ := strings.Cut(a.stdout, "  ")
			if a.status != "0" || pid != words[0] || !strings.Contains(rest, how) || strings.Count(a.stdout, "\n") != 1 {
				t.Errorf("status %s: %q, want %s and %q", a.status, a.stdout, words[0], how)
			}
		})
	}
}

// TestIdentifyAll: all names, or who has it.
func TestIdentifyAll(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	pid := lastWord(w.shell(`netnsctl add x; netnsctl attach "a b" x; inUse x`))
	for _, words := range [][]string{{pid}, {"x"}, {"pid:" + pid}} {
		if a := w.run(append([]string{"identify", "--all"}, words...)...); a != (answer{"\"a b\"\nx\n", "", "0"}) {
			t.Errorf("%q: %v", words, a)
		}
	}
	own := "net:[" + lastWord(w.shell("ino /proc/self/ns/net")) + "]\n"
	if a := w.run("identify", "--all"); a != (answer{own, "", "3"}) {
		t.Errorf("our own: %v", a)
	}
	w.shell(`mkdir -p /run/docker/netns; : >/run/docker/netns/1-x; mount --bind /run/netns/x /run/docker/netns/1-x
		elsewhere 'mount -t tmpfs none /run/netns; : >/run/netns/theirs; mount --bind /run/docker/netns/1-x /run/netns/theirs'
		netnsctl delete x; netnsctl delete "a b"`)
	a := w.run("identify", "--all", pid)
	for _, says := range []string{"\n  mount /run/docker/netns/1-x, of docker\n", "\n  named theirs: mount /run/netns/theirs in mnt:["} {
		if a.status != "3" || !strings.HasPrefix(a.stdout, "net:[") || !strings.Contains(a.stdout, says) {
			t.Errorf("%v lacks %q", a, says)
		}
	}
	var j struct {
		Names     []any
		Elsewhere []struct{ Name, Path, Runtime string }
	}
	a = w.run("identify", "--all", "--json", pid)
	if err := json.Unmarshal([]byte(a.stdout), &j); err != nil || a.status != "3" || len(j.Names) != 0 || len(j.Elsewhere) < 2 {
		t.Errorf("%v: %v", err, a)
	}
	if a := w.run("identify", "--all", "1", "2"); a.status != "2" {
		t.Errorf("%v", a)
	}
}

// TestLeaderEnded: a process whose leader has ended, and whose threads run, is a process, by its
// bare PID, too.
func TestLeaderEnded(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	words := strings.Fields(w.shell("netnsctl add x; " + heldName + "=x netnsctl exec x $HOLD leaderless; netnsctl delete x; : >/run/netns/dead"))
	pid, id := words[0], "net:["+words[1]+"]"
	for _, c := range []struct{ words, status, contains string }{
		{"identify PID", "3", id},
		{"identify --all PID", "3", id},
		{"pids --verbose pid:PID", "0", " process\n"},
		{"find PID", "0", "pid " + pid + " ("},
		{"inspect pid:PID", "0", id},
		{"graph pid:PID", "0", id},
		{"exec pid:PID readlink /proc/self/ns/net", "0", id},
		{"attach y PID", "0", ""},
		{"identify PID", "0", "y\n"},
		{"pids --verbose y", "0", " process\n"},
		{"attach --replace dead PID", "0", ""},
		{"identify --json PID", "0", `"dead"`},
	} {
		a := w.run(strings.Fields(strings.ReplaceAll(c.words, "PID", pid))...)
		if a.status != c.status || !strings.Contains(a.stdout, c.contains) || a.stderr != "" {
			t.Errorf("%s: %v", c.words, a)
		}
	}
}
