package tests

import (
	"encoding/json"
	"os/exec"
	"strings"
	"testing"
)

// These are of the face netnsctl. Plain words without a flag belong to iproute2 in the
// other faces.

// inUse starts a process in a namespace and prints its number.
const inUse = `inUse() { netnsctl exec "$1" sleep 1000 >/dev/null 2>&1 & until netnsctl pids "$1" | grep -q .; do sleep 0.01; done; netnsctl pids "$1"; }
`

func (w *machine) names() string {
	w.t.Helper()
	return squeeze(w.shell(`ls -A /run/netns 2>/dev/null || true`))
}

// expectAnswer compares an answer where N stands for inode numbers.
func expectAnswer(t *testing.T, what string, a answer, status, stdout, stderr string, numbers ...string) {
	t.Helper()
	fill := strings.NewReplacer(numbers...)
	if want := (answer{fill.Replace(stdout), fill.Replace(stderr), status}); a != want {
		t.Errorf("%s: status %s\n%s%s\nwant %s\n%s%s", what, a.status, a.stdout, a.stderr, want.status, want.stdout, want.stderr)
	}
}

// TestDeleteDryRun: what would go, what is inside, what would stay; nothing changes.
func TestDeleteDryRun(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	out := strings.Fields(w.shell(inUse + `netnsctl add web; netnsctl add idle1; : >/run/netns/dead1; netnsctl attach other idle1
		netnsctl exec web sh -c 'ip link set lo up; ip link add br0 type bridge; ip addr add 10.0.0.1/24 dev br0'
		pid=$(inUse web); ino /run/netns/web; ino /run/netns/idle1; echo $pid`))
	numbers := []string{"WEB", out[0], "IDLE", out[1], "PID", out[2]}
	before := w.names()
	const web = "would delete web: net:[WEB], in-use\n  1 process inside: pid PID (sleep)\n" +
		"  2 devices: lo 127.0.0.1/8 ::1/128, br0 10.0.0.1/24\n  net:[WEB] would still be in use by:\n    pid PID (sleep)\n"
	const dead = "would delete dead1: a stale name (dead-file), no namespace\n"
	const idle = "would delete idle1: net:[IDLE], idle\n  no process inside\n  1 device: lo\n"
	for _, c := range []struct{ words, status, stdout, stderr string }{
		{"delete web --dry-run", "0", web, ""},
		{"delete --dry-run --wait=5 --verbose web", "3", web, ""},
		{"delete --dry-run dead1 web web pid:PID", "0", dead + web, ""},
		{"delete idle1 --dry-run", "0", idle + "  net:[IDLE] would still be in use by:\n    name other\n", ""},
		{
			"delete idle1 other --dry-run", "0", idle + "  nothing would keep net:[IDLE] alive: what is inside would be lost\n" +
				strings.Replace(idle, "idle1", "other", 1) + "  nothing would keep net:[IDLE] alive: what is inside would be lost\n", "",
		},
		{"delete --dry-run web nosuch", "1", "", "netnsctl: no namespace nosuch; nothing was done\n"},
		{"delete --dry-run nosuch", "1", "", "netnsctl: no namespace nosuch; nothing was done\n"},
	} {
		words := strings.NewReplacer(numbers...).Replace(c.words)
		expectAnswer(t, c.words, w.run(strings.Fields(words)...), c.status, c.stdout, c.stderr, numbers...)
	}
	all := w.run("delete", "--all", "--dry-run")
	if all.status != "0" || strings.Count(all.stdout, "would delete ") != 4 {
		t.Errorf("--all: %v", all)
	}
	if after := w.names(); after != before {
		t.Errorf("names before: %s, after: %s", before, after)
	}
}

// TestDeleteDryRunKeepers: all kinds of what would keep a namespace, in a few lines.
func TestDeleteDryRunKeepers(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`netnsctl add x; ino /run/netns/x
		python3 -c '
import os, resource, time
resource.setrlimit(resource.RLIMIT_NOFILE, (3000, 3000))
held = [os.open("/run/netns/x", os.O_RDONLY) for i in range(2000)]
open("/run/held", "w").write("1\n")
time.sleep(1000)' >/dev/null 2>&1 & settle /run/held
		elsewhere 'mkdir /run/c; : >/run/c/ns; mount --bind /run/netns/x /run/c/ns'
		i=0; while test $((i += 1)) -le 10; do : >/run/k$i; mount --bind /run/netns/x /run/k$i; done`)
	a := w.run("delete", "x", "--dry-run")
	for _, says := range []string{" (python3): descriptor 3 and 1999 more\n", "\n    mount /run/k1\n", "\n    and 7 more (--verbose shows all)\n"} {
		if a.status != "0" || !strings.Contains(a.stdout, says) {
			t.Errorf("status %s, no %q in\n%s%s", a.status, says, a.stdout, a.stderr)
		}
	}
	a = w.run("delete", "x", "--dry-run", "--verbose")
	for _, says := range []string{"\n    mount /run/c/ns in the mount namespace of pid ", "\n    mount /run/k9"} {
		if a.status != "3" || !strings.Contains(a.stdout, says) || strings.Count(a.stdout, "\n") != 16 {
			t.Errorf("--verbose: status %s, no %q in\n%s%s", a.status, says, a.stdout, a.stderr)
		}
	}
	a = w.run("delete", "x", "--verbose")
	if a.status != "3" || !strings.Contains(a.stdout, "; net:[") || !strings.Contains(a.stdout, "] is still in use by:\n  pid ") || strings.Count(a.stdout, "\n") != 13 {
		t.Errorf("done: status %s\n%s%s", a.status, a.stdout, a.stderr)
	}
}

// TestDeleteLinks: a symbolic link to a name keeps nothing, and does not make the
// namespace one with several names.
func TestDeleteLinks(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	ino := lastWord(w.shell(`netnsctl add x; ln -s x /run/netns/link; ino /run/netns/x`))
	a := w.run("delete", "x", "--dry-run", "--verbose")
	if a.status != "0" || !strings.HasSuffix(a.stdout, "\n  nothing would keep net:["+ino+"] alive: what is inside would be lost\n"+
		"  link, a symbolic link to it, would lead nowhere\n") {
		t.Errorf("dry run: %v", a)
	}
	expectAnswer(t, "by its ID", w.run("delete", "net:["+ino+"]"), "0", "deleted x\n", "")
	if names := w.names(); names != "link" {
		t.Errorf("left: %s", names)
	}
}

// TestDeleteDryRunOthers: what goes with the file of a name, and what stays below.
func TestDeleteDryRunOthers(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`mkdir /run/netns; : >/run/netns/d; elsewhere 'unshare --net=/run/netns/d true'`)
	a := w.run("delete", "d", "--dry-run")
	if a.status != "0" || !strings.Contains(a.stdout, "another namespace is mounted on its file at /run/netns/d in mnt:[") || !strings.Contains(a.stdout, ": that mount would end, too\n") {
		t.Errorf("elsewhere: %v", a)
	}
	w.shell(`mkdir /run/netns/dir`)
	expectAnswer(t, "a directory", w.run("delete", "dir", "--dry-run"), "1", "cannot delete dir: it is a directory\n", "")
	low, top := lastWord(w.shell(`netnsctl add x; ino /run/netns/x`)), lastWord(w.shell(`netnsctl add y; mount --bind /run/netns/y /run/netns/x; ino /run/netns/x`))
	a = w.run("delete", "x", "--dry-run")
	if a.status != "0" || !strings.Contains(a.stdout, "\n  only the mount on top would go: net:["+low+"] is mounted below, and x would lead to it\n") {
		t.Errorf("a stack: %v", a)
	}
	a = w.run("delete", "x")
	if a.status != "1" || a.stdout != "" || a.stderr != `Cannot remove namespace file "/run/netns/x": Device or resource busy`+"\nnetnsctl: unmounted net:["+top+
		"] from x; an older namespace lies below, and x now leads to it: net:["+low+"]; to delete that too: netnsctl delete x\n" {
		t.Errorf("the top of a stack: %v", a)
	}
	expectAnswer(t, "the rest of a stack", w.run("delete", "x"), "0", "", "")
	// Through a second mount of the directory the file is busy, too.
	w.shell(`mkdir /run/copy; mount --bind /run/netns /run/copy; mount --make-private /run/copy; : >/run/netns/z; mount --bind /run/netns/y /run/copy/z`)
	a = w.run("delete", "z")
	if a.status != "1" || !strings.Contains(a.stderr, "\n") {
		t.Errorf("busy through another mount: %v", a)
	}
}

// TestDeleteJSON: valid, whatever the names are; the same document dry or not.
func TestDeleteJSON(t *testing.T) {
	t.Parallel()
	type document struct {
		DryRun bool `json:"dry_run"`
		Names  []struct {
			Name, ID, State, Cause, Outcome string
			Processes                       []struct{ PID int }
			Devices                         []struct {
				Name      string
				Addresses []string
			}
			KeptBy []struct{ Kind string } `json:"kept_by"`
			Gone   *bool
		}
		NotSeen []any `json:"not_seen"`
	}
	w := newMachine(t)
	pid := lastWord(w.shell(inUse + `netnsctl add web; netnsctl add free; : >/run/netns/dead1; inUse web`))
	read := func(status string, words ...string) (d document) {
		t.Helper()
		a := w.run(words...)
		if err := json.Unmarshal([]byte(a.stdout), &d); err != nil || a.status != status || strings.Count(a.stdout, "\n") != 1 {
			t.Fatalf("%q: status %s, %v: %s%s", words, a.status, err, a.stdout, a.stderr)
		}
		return d
	}
	d := read("0", "delete", "web", "dead1", "--dry-run", "--json")
	if !d.DryRun || len(d.Names) != 2 || d.NotSeen == nil || d.Names[0].State != "in-use" || d.Names[0].Devices[0].Name != "lo" ||
		len(d.Names[0].Processes) != 1 || d.Names[0].KeptBy[0].Kind != "process" || d.Names[1].Cause != "dead-file" || d.Names[1].ID != "" {
		t.Errorf("dry run: %+v", d)
	}
	if d := read("0", "delete", "-j", "dead1"); d.DryRun || len(d.Names) != 1 || d.Names[0].Outcome != "deleted" {
		t.Errorf("dead1: %+v", d)
	}
	d = read("3", "delete", "--wait=0.2", "--json", "free", "pid:"+pid)
	if len(d.Names) != 2 || !*d.Names[0].Gone || *d.Names[1].Gone || d.Names[1].Name != "web" || d.Names[1].KeptBy[0].Kind != "process" {
		t.Errorf("waited: %+v", d)
	}
	w.shell(`netnsctl add plain; test -z "$(netnsctl -j delete plain)"; : >"$(printf '/run/netns/\377\033[2J')"`)
	for _, words := range []string{"delete --all --dry-run -j", "delete --all --json"} {
		a := w.run(strings.Fields(words)...)
		if a.status != "0" || !json.Valid([]byte(a.stdout)) || !strings.Contains(a.stdout, `"bytes":"/xtbMko="`) {
			t.Errorf("%s: %v", words, a)
		}
	}
	if names := w.names(); names != "" {
		t.Errorf("left: %s", names)
	}
}

// TestDeleteSeveral: all or nothing where a word is wrong, else one after the other.
func TestDeleteSeveral(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	ino := lastWord(w.shell(`for n in a b c d; do netnsctl add $n; done; netnsctl attach twice d; mkdir /run/netns/dir; ino /run/netns/d`))
	for words, says := range map[string]string{
		"a nosuch b":          "no namespace nosuch",
		"a net:[" + ino:       "no namespace net:[" + ino + ";",
		"a net:[" + ino + "]": "net:[" + ino + "] has several names; give one of: ",
		"a host":              "host (net:[",
		"a dir b":             "dir is a directory, which cannot be deleted",
		"a pid:1":             "which is never deleted",
		"a ../netns/nosuch":   "no namespace ../netns/nosuch",
		"a /dev/null":         "/dev/null is a device, not a network namespace",
		"a /run/nosuch":       "no namespace /run/nosuch",
		"--verbose /run/x":    "no namespace /run/x",
	} {
		a := w.run(append([]string{"delete"}, strings.Fields(words)...)...)
		if a.status != "1" || a.stdout != "" || !strings.HasPrefix(a.stderr, "netnsctl: ") || !strings.Contains(a.stderr, says) ||
			!strings.Contains(a.stderr, "; nothing was done") || strings.Count(a.stderr, "\n") != 1 {
			t.Errorf("%s: %v", words, a)
		}
	}
	if names := w.names(); names != "a b c d dir twice" {
		t.Fatalf("left: %s", names)
	}
	w.shell(`netnsctl add twoinone; mount --bind /run/netns/a /run/netns/twoinone`)
	a := w.run("delete", "a", "twoinone", "/run/netns/b", "a")
	if a.status != "1" || a.stdout != "deleted a\ndeleted b\n" || !strings.HasPrefix(a.stderr, "netnsctl: cannot delete twoinone: device or resource busy\n") {
		t.Errorf("one fails: %v", a)
	}
	expectAnswer(t, "one name", w.run("delete", "c"), "0", "", "")
	expectAnswer(t, "not there", w.run("delete", "c"), "1", "", "netnsctl: no namespace c; nothing was done\n")
	a = w.run("delete", "--wait=5", "twice", "d")
	expectAnswer(t, "two of one", a, "0", "deleted twice; net:[N] is gone\ndeleted d; net:[N] is gone\n", "", "N", ino)
	ino = lastWord(w.shell(`netnsctl add e; : >/run/netns/dead; ino /run/netns/e`))
	a = w.run("delete", "--verbose", "dead", "net:["+ino+"]")
	expectAnswer(t, "--verbose", a, "0", "deleted dead, which led to no network namespace\ndeleted e; net:[N] has no remaining users\n", "", "N", ino)
}

// TestDeleteOutside: no word leads out of the run directory.
func TestDeleteOutside(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`netnsctl add x; : >/run/file; : >/run/kept; mount --bind /run/netns/x /run/kept; : >/run/other; mount --bind /proc/1/ns/ipc /run/other; netnsctl delete x`)
	for _, word := range []string{"../file", "../kept", "../other", "/run/file", "/run/kept", "/run/other", "../netns", ".", "..", ""} {
		for _, flags := range [][]string{{}, {"--verbose"}, {"--wait=0.1"}, {"--json"}, {"--dry-run"}} {
			if a := w.run(append(append([]string{"delete"}, flags...), word)...); a.status == "0" || a.stdout != "" {
				t.Errorf("%q %q: %v", flags, word, a)
			}
		}
	}
	w.shell(`test -f /run/file; grep -q ' /run/kept ' /proc/self/mountinfo; grep -q ' /run/other ' /proc/self/mountinfo`)
}

// TestDeleteUnnamed: what has no name here is not deleted, and what would end it is
// said in a way that can be pasted.
func TestDeleteUnnamed(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	ino := lastWord(w.shell(`netnsctl add leak; : >/run/kept; mount --bind /run/netns/leak /run/kept; netnsctl delete leak; ino /run/kept`))
	for _, words := range [][]string{{"net:[" + ino + "]"}, {"--verbose", ino}, {"/run/kept"}, {"--wait", "net:[" + ino + "]"}} {
		a := w.run(append([]string{"delete"}, words...)...)
		if a.status != "1" || a.stdout != "" || !strings.Contains(a.stderr, "has no name to delete; it is an orphan, held by mount /run/kept; nothing was done; to release it: netnsctl delete --force-orphans 'net:["+ino+"]'") {
			t.Errorf("%q: %v", words, a)
		}
	}
	a := w.run("delete", "net:["+ino+"]")
	_, command, _ := strings.Cut(strings.TrimSpace(a.stderr), "to release it: ")
	if out := w.shell(command); !strings.Contains(out, "released net:["+ino+"]") {
		t.Errorf("%s: %s", command, out)
	}
	words := strings.Fields(w.shell(`$HOLD descriptor`))
	a = w.run("delete", "net:["+words[1]+"]")
	if a.status != "1" || !strings.Contains(a.stderr, "it is an orphan, held by pid "+words[0]+" (") || !strings.Contains(a.stderr, "): descriptor ") || strings.Contains(a.stderr, "to release it") {
		t.Errorf("descriptor: %v", a)
	}
	pid := lastWord(w.shell(`setsid unshare -n sleep 1000 >/dev/null 2>&1 & asleep $!; echo $!`))
	a = w.run("delete", "pid:"+pid)
	if a.status != "1" || !strings.Contains(a.stderr, "] ) has no name") && !strings.Contains(a.stderr, "it is in use by pid "+pid+" (sleep); nothing was done\n") {
		t.Errorf("in use: %v", a)
	}
	w.shell(`mkdir -p /run/netns; elsewhere 'mount -t tmpfs none /run/netns; netnsctl add theirs'; mkfifo /run/fifo`)
	a = w.run("delete", "theirs")
	if a.status != "1" || !strings.HasPrefix(a.stderr, "netnsctl: theirs is not a name here, but the name of net:[") ||
		!strings.Contains(a.stderr, "] in the mount namespace of pid ") || !strings.Contains(a.stderr, "; to enter it: netnsctl exec 'net:[") {
		t.Errorf("elsewhere: %v", a)
	}
	for word, says := range map[string]string{
		"/run/fifo": "is a fifo", "/proc/self/ns/ipc": "is a namespace of type ipc", "/etc/hosts": "is a regular file", "/run": "is a directory",
	} {
		expectAnswer(t, word, w.run("delete", word), "1", "", "netnsctl: "+word+" "+says+", not a network namespace; nothing was done\n")
	}
}

// TestDeleteAll: a person is asked, a script is not.
func TestDeleteAll(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	const three = `for n in a b c; do netnsctl add $n; done`
	onTerminal := func(words ...string) *terminal {
		t.Helper()
		cmd := exec.Command("/bin/sh", "-c", `netnsctl `+strings.Join(words, " ")+`; echo "status $?"`)
		cmd.Env = w.env
		return startTerminal(t, cmd)
	}
	expectAnswer(t, "no names", w.run("-all", "delete"), "0", "", "")
	expectAnswer(t, "no names, dry", w.run("delete", "--all", "--dry-run"), "0", "would delete nothing: there is no name in /run/netns\n", "")
	w.shell(three)
	for _, c := range []struct{ words, keys, status string }{
		{"-all delete", "\n", "1"}, {"-all delete", "no\n", "1"}, {"delete --all", "\x04", "1"}, {"-all delete --verbose", "yep\n", "1"},
	} {
		term := onTerminal(c.words)
		term.expect("delete all 3 names? [y/N] ")
		term.send(c.keys)
		term.expect("nothing was done")
		term.expect("status " + c.status)
		if names := w.names(); names != "a b c" {
			t.Fatalf("%q: left %q", c, names)
		}
	}
	for _, c := range []struct{ words, keys string }{{"-all delete", "y\n"}, {"delete --all", "YES\n"}, {"-all delete --yes", ""}, {"delete --all -y", ""}} {
		term := onTerminal(c.words)
		if c.keys != "" {
			term.expect("[y/N] ")
			term.send(c.keys)
		}
		term.expect("status 0")
		if names := w.names(); names != "" {
			t.Errorf("%q: left %q", c, names)
		}
		w.shell(three)
	}
	a := w.run("-all", "delete", "a")
	expectAnswer(t, "-all with a name", a, "2", "", `netnsctl: unexpected argument a; nothing was done, try "netnsctl help delete"`+"\n")
	if a := w.run("delete", "--all", "a"); a.status != "2" || a.stdout != "" {
		t.Errorf("--all with a name: %v", a)
	}
	if names := w.names(); names != "a b c" {
		t.Errorf("left: %s", names)
	}
	expectAnswer(t, "without a terminal", w.run("-all", "delete"), "0", "", "")
	if names := w.names(); names != "" {
		t.Errorf("left: %s", names)
	}
}

// TestAttachReplace: over a dead name, over a living one, and with what is none.
func TestAttachReplace(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	out := strings.Fields(w.shell(inUse + `netnsctl add web; : >'/run/netns/a b'; : >/run/netns/d; ino /run/netns/web; inUse web`))
	expectAnswer(t, "dead", w.run("attach", "a b", "net:["+out[0]+"]"), "1", "",
		`netnsctl: "a b" is a stale name (dead-file): no namespace is mounted on it; nothing was done; to replace it: netnsctl attach --replace 'a b' 'net:[WEB]'`+"\n", "WEB", out[0])
	expectAnswer(t, "in use", w.run("attach", "web", out[1]), "1", "", "netnsctl: web is in use: net:[WEB]; nothing was done; delete it first: netnsctl delete web\n", "WEB", out[0])
	for what, says := range map[string]string{
		"/nosuch": "no namespace /nosuch; nothing was done\n", "nosuch": "no namespace nosuch",
		"d": "d is a stale name (dead-file)", "999999": "no process 999999", "/proc/self/ns/ipc": "is a namespace of type ipc", "net:[1]": "no namespace net:[1]",
	} {
		if a := w.run("attach", "--replace", "d", what); a.status != "1" || a.stdout != "" || !strings.Contains(a.stderr, says) || !strings.Contains(a.stderr, "nothing was done") {
			t.Errorf("%s: %v", what, a)
		}
		w.shell(`test -f /run/netns/d`)
	}
	expectAnswer(t, "of a stale name", w.run("attach", "new", "d"), "1", "",
		"netnsctl: d is a stale name (dead-file): no namespace is mounted on it; nothing was done; to remove the name: netnsctl delete d\n")
	w.shell(`mkdir /run/netns/dir`)
	expectAnswer(t, "over a directory", w.run("attach", "dir", "web"), "1", "",
		"netnsctl: dir is a stale name (not-a-namespace): it is a directory; nothing was done\n")
	w.shell(`rmdir /run/netns/dir`)
	expectAnswer(t, "healthy", w.run("attach", "--replace", "web", "1"), "1", "", "netnsctl: web is in use: net:[WEB]; nothing was done; delete it first: netnsctl delete web\n", "WEB", out[0])
	for name, what := range map[string]string{"a b": "net:[" + out[0] + "]", "d": out[1], "new": "web"} {
		expectAnswer(t, name, w.run("attach", "--replace", name, what), "0", "", "")
		if got := lastWord(w.shell(`ino "/run/netns/` + name + `"`)); got != out[0] {
			t.Errorf("%s leads to %s", name, got)
		}
	}
	// What lives on the file elsewhere would end with it.
	w.shell(`: >/run/netns/shared; elsewhere 'echo $$ >/run/pid; unshare --net=/run/netns/shared true'`)
	a := w.run("attach", "--replace", "shared", "web")
	if a.status != "1" || !strings.Contains(a.stderr, "another namespace is mounted on its file at /run/netns/shared in mnt:[") {
		t.Errorf("shared: %v", a)
	}
	w.shell(`nsenter -m -t "$(cat /run/pid)" nsenter --net=/run/netns/shared true`)
}

// TestDeleteDryRunBlind: who cannot see enough is told so, and does not get a 0.
func TestDeleteDryRunBlind(t *testing.T) {
	t.Parallel()
	if !isRoot() {
		unable(t, "another user needs root")
	}
	w := newMachine(t)
	w.shell(`netnsctl add x`)
	a, err := command{path: w.program(), argv: []string{"netnsctl", "delete", "x", "--dry-run"}, env: w.env, dir: "/", user: true}.run()
	if err != nil || a.status != "1" || !strings.Contains(a.stdout, "\n  nothing that could be inspected would keep net:[") || a.stderr == "" {
		t.Errorf("%v: %v", err, a)
	}
	w.shell(`mount -o remount,bind,ro /run/netns`)
	expectAnswer(t, "read-only", w.run("delete", "x", "--dry-run"), "1", "cannot delete x: the run directory is on a read-only mount\n", "")
}
