package tests

import (
	"strings"
	"testing"
)

// mallory is an ordinary user. malloryDoes runs a script of his that stays as a process, as root
// of a user and a mount namespace of his own where $2 says so, and gives its pid. He writes into
// /run/u.
const mallory = `
malloryDoes() {
	rm -f /run/u/settled
	setpriv --reuid 4321 --regid 4321 --clear-groups setsid $2 sh -ec "exec 9>/run/u/settled; $1
		echo >&9; exec \${SLEEP:-sleep} 1000 9>&-" >/dev/null 2>&1 </dev/null &
	settle /run/u/settled; asleep $!
	echo $! >/run/pid
}
own="unshare -Urm --propagation private"
mkdir -p /run/netns; mkdir -m 1777 /run/u
echo mallory:x:4321:4321::/:/bin/sh >>/etc/passwd
`

// veto is what a user does so that something left over stays.
type veto struct {
	name  string
	build string
	// target is what is left over, a name or, if empty, the namespace in /run/ino.
	target string
	// skips is the reason that the clean-up gives, where PID is his process, and anyway says
	// that it tells the command that has the target.
	skips  string
	anyway bool
	// named is what is said where the target is named, gone that it is gone then.
	named string
	gone  bool
}

var vetoes = []veto{
	{
		name:   "a mount on a dead name",
		build:  `: >/run/netns/dead; malloryDoes 'mount --bind /etc/passwd /run/netns/dead' "$own"`,
		target: "dead",
		skips:  "something is mounted on its file at /run/netns/dead in mnt:[MNT] of pid PID of user mallory (sleep)", anyway: true,
		named: "removed dead (dead-file)\n", gone: true,
	},
	{
		name: "a namespace of his on a dead name",
		build: `: >/run/netns/dead
			malloryDoes 'mount --bind /proc/self/ns/net /run/netns/dead' "$own -n"
			stat -Lc %i /proc/$(cat /run/pid)/ns/net >/run/ino`,
		target: "dead",
		skips:  "net:[INO] is mounted on its file at /run/netns/dead in mnt:[MNT] of pid PID of user mallory (sleep)", anyway: true,
		named: "removed dead (dead-file: net:[INO] is named dead in the mount namespace of pid PID)\n", gone: true,
	},
	{
		name: "a mount on a dead name, where root has a process, too",
		build: `: >/run/netns/dead; malloryDoes 'mount --bind /etc/passwd /run/netns/dead' "$own"
			nsenter -t $(cat /run/pid) -m sleep 1000 >/dev/null 2>&1 & asleep $!`,
		target: "dead",
		skips:  "something is mounted on its file at /run/netns/dead in mnt:[MNT] of pid PID of user mallory (sleep); end that process first",
		named:  "skipped dead: something is mounted on its file at /run/netns/dead in mnt:[MNT] of pid PID of user mallory (sleep); end that process first\n",
	},
	{
		name: "a mount on a dead name, and one of root's",
		build: `: >/run/netns/dead; malloryDoes 'mount --bind /etc/passwd /run/netns/dead' "$own"
			elsewhere 'mount --bind /etc/passwd /run/netns/dead'`,
		target: "dead",
		skips:  "something is mounted on its file at /run/netns/dead in mnt:[",
		named:  "skipped dead: something is mounted on its file at /run/netns/dead in mnt:[",
	},
	{
		name: "a mount on a dead name, by a process that is not dumpable",
		build: `: >/run/netns/dead; install -m 711 $(command -v sleep) /run/sleep
			SLEEP=/run/sleep malloryDoes 'mount --bind /etc/passwd /run/netns/dead' "$own"`,
		target: "dead",
		skips:  "something is mounted on its file at /run/netns/dead in mnt:[MNT] of pid PID of user mallory (sleep)", anyway: true,
		named: "removed dead (dead-file)\n", gone: true,
	},
	{
		name: "an open file of a namespace of root's",
		build: `leak
			elsewhere 'mkdir /run/c; : >/run/c/ns; mount --bind /run/netns/leak /run/c/ns'
			malloryDoes 'exec 3</run/netns/leak'
			netnsctl delete leak`,
		skips: "held by descriptor 3 of pid PID of user mallory (sleep)", anyway: true,
		named: "; it is still held by descriptor 3 of pid PID of user mallory (sleep)\n",
	},
	{
		name: "nothing but an open file",
		build: `leak
			malloryDoes 'exec 3</run/netns/leak'
			netnsctl delete leak`,
		skips: "held by descriptor 3 of pid PID of user mallory (sleep); end that process first",
		named: ": held by descriptor 3 of pid PID of user mallory (sleep); end that process first\n",
	},
	{
		name: "a mount of a namespace of root's, named as if docker had made it",
		build: `leak
			malloryDoes 'mount -t tmpfs t /mnt; mkdir -p /mnt/run/docker/netns; : >/mnt/run/docker/netns/x
				mount --bind /run/netns/leak /mnt/run/docker/netns/x' "$own"
			netnsctl delete leak`,
		skips: "mounted at /mnt/run/docker/netns/x in mnt:[MNT] of pid PID of user mallory (sleep), owned by docker", anyway: true,
		named: "released net:[INO] (mount /mnt/run/docker/netns/x in mnt:[MNT] of pid PID of user mallory (sleep))", gone: true,
	},
	{
		name: "a name of his own for a namespace of root's",
		build: `leak
			malloryDoes 'mount -t tmpfs t /mnt; : >/mnt/x; mount --bind /run/netns/leak /mnt/x
				mount -t tmpfs t /run; mkdir /run/netns; : >/run/netns/mine
				mount --bind /mnt/x /run/netns/mine; umount /mnt/x; umount /mnt' "$own"
			netnsctl delete leak`,
		named: "released net:[INO] (mount /run/netns/mine in mnt:[MNT] of pid PID of user mallory (", gone: true,
	},
}

// TestVeto: what a user does to keep something left over is told with his name and the pid, and
// a target that is named goes where that harms nobody but him.
func TestVeto(t *testing.T) {
	if !isRoot() {
		unable(t, "another user needs root")
	}
	for _, v := range vetoes {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			w := newMachine(t)
			w.shell(mallory + v.build)
			words := strings.Fields(w.shell(`cat /run/pid; stat -Lc %i /proc/$(cat /run/pid)/ns/mnt; cat /run/ino 2>/dev/null || echo 0`))
			pid, ino := words[0], words[2]
			fill := strings.NewReplacer("PID", pid, "MNT", words[1], "INO", ino)
			target := v.target
			if target == "" {
				target = "net:[" + ino + "]"
			}
			clean := func(words ...string) answer {
				return w.run(append([]string{"delete", "--force-orphans", "--min-age", "0"}, words...)...)
			}
			command := "delete --force-orphans " + target
			if v.target == "" {
				command = "delete --force-orphans '" + target + "'"
			}
			if v.skips != "" {
				skipped := clean()
				text := "skipped " + target + ": " + fill.Replace(v.skips)
				if v.anyway && v.target != "" {
					text += "; to remove it anyway: netnsctl " + command + "\n"
				} else if v.anyway {
					text += "; to release it anyway: netnsctl " + command + "\n"
				}
				expectParts(t, "clean-up", skipped, "3", skipped.stdout, text)
			}
			named := clean(target)
			status := "3"
			if v.gone {
				status = "0"
			}
			expectParts(t, command, named, status, named.stdout, fill.Replace(v.named))
			if v.target != "" {
				w.shell("test " + map[bool]string{true: "! -e", false: "-e"}[v.gone] + " /run/netns/" + v.target)
			}
			w.shell("kill -0 " + pid) // he loses his mount, and no process
		})
	}
}

// TestVetoByChurn: a user who enters a namespace of his own and leaves it at full speed is told
// by his name, or the namespace goes.
func TestVetoByChurn(t *testing.T) {
	if !isRoot() {
		unable(t, "another user needs root")
	}
	w := newMachine(t)
	w.shell(mallory + `malloryDoes ': >/run/u/ns; unshare --net=/run/u/ns true; stat -Lc %i /run/u/ns >/run/u/ino
		while :; do nsenter --net=/run/u/ns true; done &' "$own"`)
	target := "net:[" + strings.TrimSpace(w.shell("cat /run/u/ino")) + "]"
	for range 20 {
		a := w.run("delete", "--force-orphans", target)
		switch {
		case a.status == "0" && strings.HasPrefix(a.stdout, "released "+target):
			return
		case a.status != "3" || !strings.Contains(a.stdout, " of user mallory"):
			t.Fatalf("status %s: %s%s", a.status, a.stdout, a.stderr)
		}
	}
}

// TestNameOfUser: a name in the run directory of a mount namespace of a user is a sign of life. Who
// has it is told where the namespace is listed or skipped, and it goes when it is named.
func TestNameOfUser(t *testing.T) {
	if !isRoot() {
		unable(t, "another user needs root")
	}
	t.Parallel()
	w := newMachine(t)
	w.shell(mallory + `netnsctl add lost; netnsctl add idle; : >/run/his
		malloryDoes 'mount -t tmpfs t /mnt; for n in lost idle; do : >/mnt/$n; mount --bind /run/netns/$n /mnt/$n; done
			mount -t tmpfs t /run/netns; for n in lost idle; do : >/run/netns/$n; mount --bind /mnt/$n /run/netns/$n; done' "$own"
		elsewhere 'mount --bind /run/netns/lost /run/his'; stat -c %i /run/netns/lost >/run/ino; netnsctl delete lost`)
	who := "the mount namespace of pid " + strings.TrimSpace(w.command("/bin/cat", "/run/pid").stdout) + " of user mallory"
	a := w.run("list", "--idle", "--no-trunc", "-n")
	expectParts(t, "list --idle", a, "0", a.stdout, "named lost in "+who+" ")
	a = w.run("prune", "--idle", "--dry-run", "--older-than", "0")
	expectParts(t, "prune --idle", a, "0", a.stdout, "would skip idle: it has the name idle in "+who+";")
	id := "net:[" + strings.TrimSpace(w.command("/bin/cat", "/run/ino").stdout) + "]"
	a = w.run("prune", id)
	expectParts(t, "prune "+id, a, "0", a.stdout, "released "+id)
	a = w.run("prune", "idle")
	expectParts(t, "prune idle", a, "0", a.stdout, "removed idle")
}
