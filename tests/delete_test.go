package tests

import (
	"strings"
	"testing"
)

// These are of the face netnsctl. Plain words without a flag belong to iproute2 in the
// other faces.
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

// TestDeleteSeveral: all or nothing where a word is wrong, else one after the other.
func TestDeleteSeveral(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	ino := lastWord(w.shell(`
		for n in a b c d; do netnsctl add $n; done
		netnsctl attach twice d
		mkdir /run/netns/dir
		ino /run/netns/d`))
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
	expectParts(t, "one fails", a, "1", a.stderr, "netnsctl: cannot delete twoinone: device or resource busy\n")
	if a.stdout != "deleted a\ndeleted b\n" {
		t.Errorf("one fails: %v", a)
	}
	expectAnswer(t, "one name", w.run("delete", "c"), "0", "", "")
	expectAnswer(t, "not there", w.run("delete", "c"), "1", "", "netnsctl: no namespace c; nothing was done\n")
	a = w.run("delete", "--wait", "twice", "d")
	expectAnswer(t, "two of one", a, "0", "deleted twice; net:[N] is gone\ndeleted d; net:[N] is gone\n", "", "N", ino)
	ino = lastWord(w.shell(`netnsctl add e; : >/run/netns/dead; ino /run/netns/e`))
	a = w.run("delete", "--verbose", "dead", "net:["+ino+"]")
	expectAnswer(t, "--verbose", a, "0", "deleted dead, which led to no network namespace\ndeleted e; net:[N] has no user that was found\n", "", "N", ino)
}

// TestDeleteOutside: no word leads out of the run directory.
func TestDeleteOutside(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`
		netnsctl add x
		: >/run/file
		: >/run/kept; mount --bind /run/netns/x /run/kept
		: >/run/other; mount --bind /proc/1/ns/ipc /run/other
		netnsctl delete x`)
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
	ino := lastWord(w.shell(`
		leak
		: >/run/kept; mount --bind /run/netns/leak /run/kept
		netnsctl delete leak
		ino /run/kept`))
	for _, words := range [][]string{{"net:[" + ino + "]"}, {"--verbose", ino}, {"/run/kept"}, {"--wait", "net:[" + ino + "]"}} {
		a := w.run(append([]string{"delete"}, words...)...)
		expectParts(t, strings.Join(words, " "), a, "1", a.stderr, "has no name to delete; it is an orphan, held by mount /run/kept; "+
			"nothing was done; to release it: netnsctl delete --force-orphans 'net:["+ino+"]'")
		if a.stdout != "" {
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
	expectParts(t, "descriptor", a, "1", a.stderr, "it is an orphan, held by pid "+words[0]+" (", "): descriptor ")
	if strings.Contains(a.stderr, "to release it") {
		t.Errorf("descriptor: %v", a)
	}
	pid := lastWord(w.shell(`setsid unshare -n sleep 1000 >/dev/null 2>&1 & asleep $!; echo $!`))
	a = w.run("delete", "pid:"+pid)
	expectParts(t, "in use", a, "1", a.stderr, "it is in use by pid "+pid+" (sleep); nothing was done\n")
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
	expectAnswer(t, "no names", w.run("-all", "delete"), "0", "", "")
	expectAnswer(t, "no names, dry", w.run("delete", "--all", "--dry-run"), "0", "would delete nothing: there is no name in /run/netns\n", "")
	w.shell(three)
	for _, c := range []struct{ words, keys string }{
		{words: "-all delete", keys: "\n"},
		{words: "-all delete", keys: "no\n"},
		{words: "delete --all", keys: "\x04"},
		{words: "-all delete --verbose", keys: "yep\n"},
	} {
		term := w.startShell("netnsctl " + c.words)
		term.expect("delete all 3 names? [y/N] ")
		term.send(c.keys)
		term.expect("nothing was done")
		term.expect("status 1")
		if names := w.names(); names != "a b c" {
			t.Fatalf("%q: left %q", c, names)
		}
	}
	for _, c := range []struct{ words, keys string }{
		{words: "-all delete", keys: "y\n"},
		{words: "delete --all", keys: "YES\n"},
		{words: "-all delete --yes"},
		{words: "delete --all -y"},
	} {
		term := w.startShell("netnsctl " + c.words)
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

// TestStaleDeleteVerbose: what still pins a namespace after its name is gone.
func TestStaleDeleteVerbose(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`netnsctl add held; netnsctl add free; inUse held`)
	a := w.run("delete", "--verbose", "held")
	expectParts(t, "held", a, "3", a.stdout, "deleted name held; net:[", "] is still in use by:\n  pid ", "(sleep)")
	a = w.run("delete", "--wait", "free")
	if a.status != "0" || !strings.Contains(a.stdout, "deleted free; net:[") || !strings.HasSuffix(a.stdout, "] is gone\n") {
		t.Errorf("free: status %s: %s%s", a.status, a.stdout, a.stderr)
	}
	plain, verbose := w.run("delete", "none"), w.run("delete", "--verbose", "none")
	if verbose.status != plain.status || !strings.HasPrefix(verbose.stderr, plain.stderr) {
		t.Errorf("none: status %s, %s: %s", verbose.status, plain.status, verbose.stderr)
	}
}

// TestDeleteWait: a namespace that is held goes when its holder ends. Where that does
// not happen in time, the wait gives up and says who the holder is.
func TestDeleteWait(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`
		netnsctl add held; inUse held
		netnsctl add ends; inUse ends >/run/pid`)
	a := w.run("delete", "--wait=0.3", "held")
	if a.status != "3" || !strings.Contains(a.stdout, "(sleep)") {
		t.Errorf("held: status %s: %s%s", a.status, a.stdout, a.stderr)
	}
	said := w.shell(`
		netnsctl delete --wait ends & wait=$!
		while test -e /run/netns/ends; do sleep 0.01; done
		quiet $wait
		kill $(cat /run/pid)
		wait $wait`)
	if !strings.HasPrefix(said, "deleted ends; net:[") || !strings.HasSuffix(said, "] is gone\n") {
		t.Errorf("ends: %s", said)
	}
}

// TestStaleUndeletable: delete fails as `ip` does, and says the cause where it is
// asked to.
func TestStaleUndeletable(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, build, cause string }{
		{
			name:  "read-only",
			build: `mount -o remount,bind,ro /run/netns`,
			cause: "the run directory is on a read-only mount",
		},
		{
			name: "second bind",
			build: `
				mkdir /run/copy
				mount --make-private /run
				mount --rbind /run/netns /run/copy
				mount --make-rprivate /run/copy`,
			cause: "] is mounted on its file at /run/copy/x; to release that first: netnsctl delete --force-orphans 'net:[",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newMachine(t)
			w.shell(`netnsctl add x; ` + c.build)
			a := w.run("delete", "--verbose", "x")
			if a.status != "1" || !strings.HasPrefix(a.stderr, "Cannot remove namespace file ") || !strings.Contains(a.stderr, c.cause) {
				t.Errorf("status %s: %s%s", a.status, a.stdout, a.stderr)
			}
		})
	}
}
