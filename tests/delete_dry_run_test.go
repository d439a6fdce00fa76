package tests

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestDeleteDryRun: what would go, what is inside, what would stay; nothing changes.
func TestDeleteDryRun(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	out := strings.Fields(w.shell(`
		netnsctl add web; netnsctl add idle1; : >/run/netns/dead1; netnsctl attach other idle1
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
	expectParts(t, "done", a, "3", a.stdout, "; net:[", "] is still in use by:\n  pid ")
	if strings.Count(a.stdout, "\n") != 13 {
		t.Errorf("done: %s", a.stdout)
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
	expectParts(t, "elsewhere", a, "0", a.stdout,
		"] is mounted on its file at /run/netns/d in mnt:[", ": that mount would end, too\n")
	w.shell(`mkdir /run/netns/dir`)
	expectAnswer(t, "a directory", w.run("delete", "dir", "--dry-run"), "1", "cannot delete dir: it is a directory\n", "")
	low := lastWord(w.shell(`netnsctl add x; ino /run/netns/x`))
	top := lastWord(w.shell(`netnsctl add y; mount --bind /run/netns/y /run/netns/x; ino /run/netns/x`))
	a = w.run("delete", "x", "--dry-run")
	if a.status != "1" || !strings.HasPrefix(a.stdout, "cannot delete x: net:["+top+"]") || !strings.Contains(a.stdout, "\n  only the mount on top would go: net:["+low+"] is mounted below, and x would lead to it; each netnsctl delete x removes one of 2 mounts\n") {
		t.Errorf("a stack: %v", a)
	}
	a = w.run("delete", "x")
	expectAnswer(t, "the top of a stack", a, "1", "", `Cannot remove namespace file "/run/netns/x": Device or resource busy
netnsctl: unmounted net:[TOP] from x; an older namespace lies below, and x now leads to it: net:[LOW]; to delete that too: netnsctl delete x
`, "TOP", top, "LOW", low)
	expectAnswer(t, "the rest of a stack", w.run("delete", "x"), "0", "", "")
	// Through a second mount of the directory the file is busy, too.
	w.shell(`
		mkdir /run/copy
		mount --bind /run/netns /run/copy
		mount --make-private /run/copy
		: >/run/netns/z
		mount --bind /run/netns/y /run/copy/z`)
	a = w.run("delete", "z")
	expectAnswer(t, "busy through another mount", a, "1", "", `Cannot remove namespace file "/run/netns/z": Device or resource busy
netnsctl: the file of z is busy: net:[Y] is mounted on its file at /run/copy/z; to unmount that: umount /run/copy/z
`, "Y", top)
	w.shell(`umount /run/copy/z; netnsctl delete z`)
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
	pid := lastWord(w.shell(`netnsctl add web; netnsctl add free; : >/run/netns/dead1; inUse web`))
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
	if d := read("0", "delete", "--wait", "--json", "free"); len(d.Names) != 1 || !*d.Names[0].Gone {
		t.Errorf("free: %+v", d)
	}
	d = read("3", "delete", "--wait=0.2", "--json", "pid:"+pid)
	if len(d.Names) != 1 || *d.Names[0].Gone || d.Names[0].Name != "web" || d.Names[0].KeptBy[0].Kind != "process" {
		t.Errorf("web: %+v", d)
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
