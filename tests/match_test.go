package tests

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
)

// matchWorld has names that a glob tells apart, and a process inside one of them.
const matchWorld = `
for n in web1 web10 web2 db "$(printf 'a\nb')"; do netnsctl add "$n"; done
: >/run/netns/dead
netnsctl exec web1 sleep 1000 >/dev/null 2>&1 & asleep $!; echo $!
`

// ipFace is the directory where netnsctl is called ip.
func ipFace() string { return filepath.Join(artefact, "face", "ip") }

// TestListNames: the names alone, in natural order, also the dead ones.
func TestListNames(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	expectAnswer(t, "no run directory", w.run("list", "--names"), "0", "", "")
	expectAnswer(t, "no run directory", w.run("list", "--names", "--json"), "0", "[]\n", "")
	w.shell(matchWorld)
	for words, want := range map[string]string{
		"list --names":                                    "\"a\\nb\"\ndb\ndead\nweb1\nweb2\nweb10\n",
		"list --names --json":                             `["a\nb","db","dead","web1","web2","web10"]` + "\n",
		"-j list --names --match web? --match d*":         `["db","dead","web1","web2"]` + "\n",
		"list --names --match web* --exclude web2":        "web1\nweb10\n",
		"list --names --match /run/netns/web?":            "web1\nweb2\n",
		"list --names --match=web1":                       "web1\n",
		"list --names --match nothing*":                   "",
		"list --names --exclude /var/run/netns --match *": "",
	} {
		expectAnswer(t, words, w.run(strings.Fields(words)...), "0", want, "")
	}
	for words, why := range map[string]string{
		"list --match web*":           "option --match needs --names",
		"list --names --stale":        "options --names and --stale exclude each other",
		"list --names --match [":      `invalid pattern "["`,
		"list --names --match a/b":    "a path begins with /",
		"list --names --match":        "option --match needs a value: GLOB",
		"list --names web1":           "unexpected argument web1",
		"list --names --match web* x": "unexpected argument x",
	} {
		a := w.run(strings.Fields(words)...)
		expectParts(t, words, a, "2", a.stderr, why, "nothing was done")
	}
}

// TestExists: the exit status tells, and nothing is printed.
func TestExists(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	expectAnswer(t, "no run directory", w.run("exists", "web1"), "1", "", "")
	pid := lastWord(w.shell(matchWorld + `ln -s web1 /run/netns/link; ln -s nowhere /run/netns/dangling; ln -s loop /run/netns/loop; mkdir /run/netns/dir; : >/run/file
		: >/run/netns/ipc; mount --bind /proc/1/ns/ipc /run/netns/ipc`))
	id := "net:[" + lastWord(w.shell("ino /run/netns/web1")) + "]"
	for words, status := range map[string]string{
		"web1": "0", "web1 db link": "0", "pid:" + pid: "0", id: "0", "/run/netns/web1": "0", "host": "0",
		"web3": "1", "dead": "1", "dangling": "1", "dir": "1", "ipc": "1", "web1 dead db": "1", "/run/file": "1", "pid:999999": "1",
		"../file": "1", ".": "1", "loop": "1", "loop/x": "1",
	} {
		expectAnswer(t, words, w.run(append([]string{"exists"}, strings.Fields(words)...)...), status, "", "")
	}
	if isRoot() { // who else may not see everything
		expectAnswer(t, "an ID", w.run("exists", "net:[1]"), "1", "", "")
	}
	a := w.run("exists", "-v", "dead", "web3", "web1")
	expectParts(t, "--verbose", a, "1", a.stderr, "dead is a stale name (dead-file)", "no namespace web3")
	if a.stdout != "" || strings.Count(a.stderr, "\n") != 2 {
		t.Errorf("--verbose: %v", a)
	}
	for _, words := range [][]string{{}, {""}, {"--nothing", "web1"}} {
		if a := w.run(append([]string{"exists"}, words...)...); a.status != "2" || a.stdout != "" || !strings.Contains(a.stderr, "nothing was done") {
			t.Errorf("%q: %v", words, a)
		}
	}
	w.shell("PATH=" + ipFace() + `:$PATH; ip netns exists web1; ip netns exists dead && exit 1; ip netns exists web1 db`)
	w.shell(`printf 'exists web1\nexists db\n' | netnsctl -batch -`)
}

// TestExistsForbidden: an ordinary user who may not look learns that, and gets no false answer.
func TestExistsForbidden(t *testing.T) {
	if !isRoot() {
		unable(t, "needs a second user")
	}
	t.Parallel()
	w := newMachine(t)
	w.shell(`netnsctl add web1`)
	as := func(words string) answer {
		return w.command("/bin/sh", "-c", "exec setpriv --reuid=65534 --regid=65534 --clear-groups netnsctl exists "+words)
	}
	expectAnswer(t, "a name", as("web1"), "0", "", "")
	expectAnswer(t, "no name", as("web2"), "1", "", "")
	a := as("pid:1")
	expectParts(t, "pid 1", a, "2", a.stderr, "pid:1 cannot be inspected: permission denied; run as root")
	a = as("'net:[4]'")
	expectParts(t, "an ID", a, "2", a.stderr, "run as root")
	a = as("4")
	expectParts(t, "a bare inode number", a, "2", a.stderr, "run as root")
	expectAnswer(t, "one is surely missing", as("web1 web2"), "1", "", "")
	w.shell(`chmod 700 /run/netns`)
	a = as("web1")
	expectParts(t, "the directory", a, "2", a.stderr, "web1 cannot be inspected: permission denied; run as root")
	pid := lastWord(w.shell(`chmod 755 /run/netns; sleep 1000 >/dev/null 2>&1 & asleep $!; echo $!; mount -t proc -o hidepid=2 proc /proc`))
	for _, words := range []string{"pid:" + pid, "/proc/" + pid + "/ns/net"} {
		a = as(words)
		expectParts(t, words+" with hidepid", a, "2", a.stderr, "cannot be inspected: operation not permitted; run as root")
	}
	expectAnswer(t, "no process", as("pid:999999"), "1", "", "")
}

// TestPidsMatchForbidden: of a name that the caller may not look at it is not said that it leads
// nowhere.
func TestPidsMatchForbidden(t *testing.T) {
	if !isRoot() {
		unable(t, "needs a second user")
	}
	t.Parallel()
	w := newMachine(t)
	w.shell(`ln -s /proc/1/ns/net /run/link; mkdir /run/netns; mv /run/link /run/netns/`)
	a := w.command("/bin/sh", "-c", "exec setpriv --reuid=65534 --clear-groups netnsctl pids --match link")
	expectParts(t, "pids", a, "1", a.stderr, "link cannot be inspected: ")
}

// TestMatch: exec, pids and delete act on the names that match, and on no other.
func TestMatch(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	pid := lastWord(w.shell(matchWorld))
	a := w.run("exec", "--all", "--match", "web*", "--exclude", "web2", "echo", "hi")
	if lines := strings.Split(a.stdout, "\n"); a.status != "0" || len(lines) != 3 || !strings.Contains(a.stdout, "web1: hi\n") || !strings.Contains(a.stdout, "web10: hi\n") {
		t.Errorf("exec: %v", a)
	}
	expectAnswer(t, "exec", w.run("-all", "exec", "--match", "db", "echo", "hi"), "0", "db: hi\n", "netnsctl: 1 of 1 ended with status 0\n")
	expectAnswer(t, "pids", w.run("pids", "--match", "web*"), "0", "web1: "+pid+"\n", "")
	expectAnswer(t, "pids", w.run("pids", "--match", "web*", "-q"), "0", pid+"\n", "")
	expectAnswer(t, "pids", w.run("pids", "--match", "*e*", "--exclude", "web*"), "1", "", "netnsctl: dead leads to no network namespace\n")
	if a := w.run("pids", "--match", "web*", "-o", "name,pid,how"); a.status != "0" || squeeze(a.stdout) != "NAME PID HOW web1 "+pid+" process" {
		t.Errorf("pids: %v", a)
	}
	var held []struct {
		Names     []string
		Processes []struct{ PID int }
	}
	a = w.run("-j", "pids", "--match", "web*")
	if err := json.Unmarshal([]byte(a.stdout), &held); err != nil || len(held) != 3 || held[0].Names[0] != "web1" || len(held[0].Processes) != 1 || len(held[1].Processes) != 0 {
		t.Errorf("pids: %v: %v", err, a)
	}
	for words, stdout := range map[string]string{
		"exec --all --match x* echo hi": "", "pids --match x*": "", "delete --match x*": "", "delete --all --exclude *": "",
		"pids --json --match x*": "[]\n", "delete --json --match x*": `{"dry_run":false,"names":[],"not_seen":[]}` + "\n",
	} {
		a := w.run(strings.Fields(words)...)
		expectParts(t, words, a, "3", a.stderr, "no name matches ")
		if a.stdout != stdout {
			t.Errorf("%s: %v", words, a)
		}
	}
	all := w.names()
	for _, words := range []string{
		"delete --match web* db", "delete --exclude web*", "delete --match [", "delete --match web* --force-orphans", "pids --match web* db",
		"pids --exclude web*", "exec --match web* true", "-all delete --match", "-all delete --exclude= ", "delete --match web* --yes=1",
	} {
		if a := w.run(strings.Fields(words)...); a.status != "2" || a.stdout != "" || !strings.Contains(a.stderr, "nothing was done") {
			t.Errorf("%s: %v", words, a)
		}
	}
	if names := w.names(); names != all {
		t.Fatalf("left %q of %q", names, all)
	}
	// The option -all before the command deletes no more than the flag allows.
	expectAnswer(t, "delete", w.run("-all", "delete", "--match", "web2"), "0", "deleted web2\n", "")
	expectAnswer(t, "delete", w.command("/bin/sh", "-c", "PATH="+ipFace()+":$PATH; ip -all netns delete --match 'we*' --exclude web1"), "0", "deleted web10\n", "")
	expectAnswer(t, "delete", w.run("delete", "--match", "d*"), "0", "deleted db\ndeleted dead\n", "")
	if names := w.names(); names != "a b web1" && names != "'a'$'\\n''b' web1" {
		t.Errorf("left %q", names)
	}
}

// TestDeleteMatchAsks: on a terminal delete says which names match, and asks.
func TestDeleteMatchAsks(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`for n in web1 web2 db; do netnsctl add $n; done`)
	term := w.startShell("netnsctl delete --match 'web*'")
	term.expect("delete 2 names (web1, web2)? [y/N] ")
	term.send("n\n")
	term.expect("nothing was done")
	term.expect("status 1")
	if names := w.names(); names != "db web1 web2" {
		t.Fatalf("left %q", names)
	}
	term = w.startShell("netnsctl delete --match 'web*'")
	term.expect("? [y/N] ")
	// What has come to be another one meanwhile stays.
	w.shell(`netnsctl delete web2; netnsctl add web2; netnsctl add web3`)
	term.send("y\n")
	term.expect("deleted web1")
	term.expect("status 1")
	if names := w.names(); names != "db web2 web3" {
		t.Errorf("left %q", names)
	}
	term = w.startShell("netnsctl delete --match 'web*' --yes")
	term.expect("deleted web2\ndeleted web3\nstatus 0")
	// Links are names, too.
	w.shell(`ln -s db /run/netns/to-db; ln -s nowhere /run/netns/dangling`)
	term = w.startShell("netnsctl delete --match '*d*' --exclude db")
	term.expect("? [y/N] ")
	term.send("y\n")
	term.expect("deleted dangling\ndeleted to-db")
	term.expect("status 0")
}
