package tests

import (
	"strings"
	"testing"
)

// TestPruneAsks: on a terminal prune shows its plan and asks; every answer but yes does nothing.
func TestPruneAsks(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`mkdir /run/netns; for i in 1 2 3 4 5; do : >/run/netns/run-$i; done`)
	plan := "would remove 5 dead files: run-1, run-2, run-3 and 2 more\r\nremove 5 names? [y/N] "
	for _, keys := range []string{"\n", "n\n", "yep\n", "\x04"} {
		term := w.startShell("netnsctl prune --older-than 0")
		term.expect(strings.ReplaceAll(plan, "\r", ""))
		term.send(keys)
		term.expect("nothing was done")
		term.expect("status 1")
		if names := w.names(); names != "run-1 run-2 run-3 run-4 run-5" {
			t.Fatalf("%q: left %q", keys, names)
		}
	}
	term := w.startShell("netnsctl prune --older-than 0 'run-4'")
	term.expect("would remove run-4 (dead-file)\nremove 1 name? [y/N] ")
	term.send("y\n")
	term.expect("1 removed, 0 released, 0 skipped")
	term.expect("status 0")
	// The plan is no part of the JSON.
	term = w.startShell("netnsctl prune --json --match run-5 --older-than 0 >/run/json")
	term.expect("would remove run-5 (dead-file)\nremove 1 name? [y/N] ")
	term.send("y\n")
	term.expect("status 0")
	if text := w.read("/run/json"); !strings.HasPrefix(text, `{"dry_run":false`) {
		t.Errorf("JSON: %s", text)
	}
	term = w.startShell("netnsctl prune --yes --older-than 0")
	term.expect("removed 3 dead files: run-1, run-2, run-3\n3 removed, 0 released, 0 skipped")
	term.expect("status 0")
	term = w.startShell("netnsctl prune")
	term.expect("nothing to clean up\nstatus 0")
	// The plan that was shown holds no namespace that is waited for.
	w.shell(`netnsctl add leak; mkdir /run/copy; : >/run/copy/ns; elsewhere 'mount --bind /run/netns/leak /run/copy/ns'; netnsctl delete leak`)
	term = w.startShell("netnsctl prune --wait=20 --older-than 0")
	term.expect("release 1 namespace? [y/N] ")
	term.send("y\n")
	term.expect("0 removed, 1 released, 0 skipped; 1 namespace is gone")
	term.expect("status 0")
	if names := w.names(); names != "" {
		t.Errorf("left %q", names)
	}
}

// TestPruneAsksLong: what comes into use while the question waits is skipped, and so is what comes to
// be linked with it.
func TestPruneAsksLong(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`for n in cni-1 cni-2 cni-3 cni-4; do netnsctl add $n; done; netnsctl add web; inUse web`)
	term := w.startShell("netnsctl prune --idle --older-than 0")
	term.expect("remove 4 names? [y/N] ")
	w.shell(`inUse cni-1; ip -n cni-2 link add eth0 type veth peer name to-2 netns web; netnsctl delete cni-3; netnsctl add cni-3; netnsctl add cni-5`)
	term.send("y\n")
	term.expect("skipped cni-2: ")
	term.expect("skipped cni-1: it is in use by now")
	term.expect("skipped cni-3: it is another one by now")
	term.expect("1 removed, 0 released, 3 skipped")
	if names := w.names(); names != "cni-1 cni-2 cni-3 cni-5 web" {
		t.Errorf("left %q", names)
	}
}

// pruneCase is a call of prune with all that it says, of standard output at least the beginning.
type pruneCase struct{ words, stdout, stderr, status string }

func (c pruneCase) check(w *machine) {
	w.t.Helper()
	a := w.run(append([]string{"prune"}, strings.Fields(c.words)...)...)
	if a.status != c.status || !strings.HasPrefix(a.stdout, c.stdout) || a.stderr != c.stderr || c.stdout == "" && a.stdout != "" {
		w.t.Errorf("prune %s: status %s\n%s%s\nwant %s\n%s%s", c.words, a.status, a.stdout, a.stderr, c.status, c.stdout, c.stderr)
	}
}

// TestPruneSelects: patterns, the age, and targets, of which no grace is asked that was not given.
func TestPruneSelects(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`mkdir /run/netns; for n in cni-1 cni-2 'a,b' a b dead; do : >/run/netns/$n; done; netnsctl add idle
		netnsctl add leak; mkdir /run/copy; : >/run/copy/ns; elsewhere 'mount --bind /run/netns/leak /run/copy/ns'; netnsctl delete leak`)
	for _, c := range []pruneCase{
		{words: "--dry-run", status: "3", stdout: "would skip 7, younger than 10m: a, a,b, b and 4 more; to include them: --older-than 0\n"},
		{words: "--match cni-*", status: "3", stdout: "skipped cni-1: younger than 10m; to remove it anyway: netnsctl prune cni-1\nskipped cni-2: younger than 10m; to remove it anyway: netnsctl prune cni-2\n0 removed, 0 released, 2 skipped\n"},
		{words: "--match xyz*", status: "0", stdout: "nothing to clean up matches xyz*\n"},
		{words: "--match xyz* --dry-run", status: "0", stdout: "nothing to clean up matches xyz*\n"},
		{words: "--match [", status: "2", stderr: "netnsctl: option --match: invalid pattern \"[\" (examples: 'cni-*', 'netns-????', '/run/docker/netns/*'); nothing was done, try \"netnsctl help prune\"\n"},
		{words: "--exclude run/netns/a", status: "2", stderr: "netnsctl: option --exclude: invalid pattern \"run/netns/a\": a path begins with / (examples: 'cni-*', 'netns-????', '/run/docker/netns/*'); nothing was done, try \"netnsctl help prune\"\n"},
		{words: "-f", status: "2", stderr: "netnsctl: unknown option -f (did you mean --yes?); nothing was done, try \"netnsctl help prune\"\n"},
		{words: "--min-age 5", status: "2", stderr: "netnsctl: unknown option --min-age (did you mean --older-than?); nothing was done, try \"netnsctl help prune\"\n"},
		{words: "--older-than soon", status: "2", stderr: "netnsctl: option --older-than: invalid duration \"soon\" (examples: 90, 10m, 3d); nothing was done, try \"netnsctl help prune\"\n"},
		{words: "dead none", status: "1", stderr: "netnsctl: no namespace none; nothing was done\n"},
		{words: "c*", status: "1", stderr: "netnsctl: no namespace c*; to select by a pattern: netnsctl prune --match 'c*'; nothing was done\n"},
		{words: "--dry-run --older-than 0 --match a,b", status: "0", stdout: "would remove a,b (dead-file)\n"},
		{words: "--dry-run --older-than 0 --match cni-* --match /run/copy/* --exclude *2", status: "0", stdout: "would remove cni-1 (dead-file)\nwould release "},
		{words: "--dry-run --older-than 1h dead", status: "3", stdout: "would skip dead: younger than 1h\n"},
		{words: "--dry-run --older-than 0 --match //var/run/netns/dead/", status: "0", stdout: "would remove dead (dead-file)\n"},
		{words: "dead idle", status: "0", stdout: "removed dead (dead-file)\nremoved idle (idle"},
		{words: "--older-than 0", status: "0", stdout: "removed 5 dead files: a, a,b, b and 2 more\nreleased net:["},
		{words: "", status: "0", stdout: "nothing to clean up\n"},
	} {
		c.check(w)
	}
}

// TestListIsPlan: the column ACTION says what prune does.
func TestListIsPlan(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`mkdir -p /run/netns; : >/run/netns/new; : >/run/netns/open; mkfifo /run/netns/fifo; mkdir /run/netns/dir
		netnsctl add leak; mkdir /run/copy; : >/run/copy/ns; elsewhere 'mount --bind /run/netns/leak /run/copy/ns'; netnsctl delete leak
		sleep 1000 </run/netns/open >/dev/null 2>&1 & echo $! >/run/opener`)
	want := "dir skip (not a netns)\nfifo skip (not a netns)\nnew skip (young)\nopen skip (held)\n"
	list := w.run("list", "--stale", "-o", "NAME,ACTION", "--no-trunc", "-n").stdout
	var rows strings.Builder
	for line := range strings.Lines(list) {
		name, action, _ := strings.Cut(strings.TrimSpace(line), " ")
		rows.WriteString(name + " " + strings.TrimSpace(action) + "\n")
	}
	if !strings.HasPrefix(rows.String(), want) || !strings.HasSuffix(rows.String(), "] skip (young)\n") {
		t.Errorf("%s, want\n%s", rows.String(), want)
	}
	plan := w.run("prune", "--dry-run", "--verbose").stdout
	for line := range strings.Lines(rows.String()) {
		if name, _, _ := strings.Cut(line, " "); strings.Count(plan, "would skip "+name+": ") != 1 {
			t.Errorf("%s: %s", name, plan)
		}
	}
	w.shell(`kill $(cat /run/opener)`)
}

// TestPruneIdle: --idle takes the idle names that nothing speaks for, and asks or needs --yes.
func TestPruneIdle(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`for n in cni-1 cni-2 cni-3 cni-4 cni-5 lab web; do netnsctl add $n; done; inUse lab
		ip -n cni-1 link add va type veth peer name vb netns cni-2; ip -n cni-3 link add vc type veth peer name vd
		netnsctl exec web ip link add bridge0 type bridge; for i in 1 2; do ip -n web link add p$i type veth peer name h$i netns 1; ip -n web link set p$i master bridge0; done`)
	const left = "6 idle names were not considered; to include them: --idle\n"
	for _, c := range []pruneCase{
		{words: "", status: "0", stdout: "nothing to clean up\n" + left},
		{words: "--dry-run", status: "0", stdout: "nothing to clean up\n" + left},
		{words: "--dry-run --match cni-1", status: "0", stdout: "nothing to clean up matches cni-1\n1 idle name was not considered; to include it: --idle\n"},
		{words: "--dry-run --exclude cni-*", status: "0", stdout: "nothing to clean up\n1 idle name was not considered; to include it: --idle\n"},
		{words: "--idle", status: "2", stderr: "netnsctl: option --idle asks before names are removed, and there is no terminal to ask on: add --yes, or --dry-run to print the plan; nothing was done, try \"netnsctl help prune\"\n"},
		{words: "--idle --yes web", status: "2", stderr: "netnsctl: option --idle is for all idle names, and web is named; leave out --idle: an idle name that is named is removed anyway; nothing was done, try \"netnsctl help prune\"\n"},
		{words: "--idle --yes", status: "0", stdout: "skipped 5, younger than 10m: cni-1, cni-2, cni-3 and 2 more; to include them: --older-than 0\nskipped web: "},
		{words: "--idle --yes --older-than 0 --exclude cni-5", status: "0", stdout: "removed 4 idle cni-* "},
		{words: "web", status: "0", stdout: "removed web (idle); h1 of the host and h2 of the host are deleted with it\n1 removed"},
	} {
		c.check(w)
	}
	if names := w.names(); names != "cni-5 lab" {
		t.Errorf("left %q", names)
	}
}

// TestPruneUserMount: a user cannot make --match take a name by a mount in a mount namespace of his own.
func TestPruneUserMount(t *testing.T) {
	t.Parallel()
	if !isRoot() {
		unable(t, "another user needs root")
	}
	w := newMachine(t)
	w.shell(`netnsctl add vpn; netnsctl add cni-1; mkfifo /run/up; chmod 666 /run/up
		setsid setpriv --reuid 1000 --regid 1000 --clear-groups unshare -Urm --propagation private sh -ec '
			exec 9>/run/up; mount -t tmpfs t /mnt; : >/mnt/a; mount --bind /run/netns/vpn /mnt/a
			mount -t tmpfs t /run/netns; : >/run/netns/cni-x; mount --bind /mnt/a /run/netns/cni-x; umount /mnt/a
			mount -t tmpfs t /run; echo >&9; exec 9>&-; exec sleep 1000' >/dev/null 2>&1 </dev/null &
		read -r line </run/up`)
	w.run("prune", "--idle", "--yes", "--older-than", "0", "--match", "/run/netns/cni-*")
	if names := w.names(); names != "vpn" {
		t.Errorf("left %q", names)
	}
}
