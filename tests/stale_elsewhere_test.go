package tests

import (
	"strings"
	"testing"
)

// elsewhereCase is a mount in another mount namespace on a file here.
type elsewhereCase struct {
	name string
	// build makes the situation. It writes the id of the process that must not be
	// harmed into /run/pid.
	build string
	// targets are the arguments of `delete --force-orphans`.
	targets string
	// says is part of its answer.
	says string
	// works is what succeeds in the mount namespace of that process, before and after.
	works string
}

// bindJail gives the directory /run/jail the programs of the root directory.
const bindJail = `
for d in bin sbin usr lib lib64; do
	test -e /$d || continue
	mkdir /run/jail/$d
	mount --bind /$d /run/jail/$d
done
`

var elsewhereCases = []elsewhereCase{
	{
		name: "name of another mount namespace",
		build: `
			mount --make-rshared /
			netnsctl add other
			elsewhere 'echo $$ >/run/pid; ip netns add x'`,
		says:  "] is mounted on its file at /run/netns/x in mnt:[",
		works: `ip netns exec x true`,
	},
	{
		name: "the same, in use",
		build: `
			mount --make-rshared /
			netnsctl add other
			elsewhere '
				echo $$ >/run/pid
				netnsctl add x
				netnsctl exec x sleep 1000 & asleep $!'`,
		targets: "x",
		says:    "] is mounted on its file",
		works:   `netnsctl exec x true`,
	},
	{
		name: "a private copy in use",
		build: `
			netnsctl add x
			elsewhere '
				echo $$ >/run/pid
				nsenter --net=/run/netns/x sleep 1000 & asleep $!'
			mount --make-rprivate /run
			umount -l /run/netns/x`,
		says:  "] is mounted on its file",
		works: `nsenter --net=/run/netns/x true`,
	},
	{
		name: "a file on a dead name",
		build: `
			mkdir /run/netns; : >/run/netns/x
			echo precious >/run/data
			elsewhere 'echo $$ >/run/pid; mount --bind /run/data /run/netns/x'`,
		says:  "skipped x: something is mounted on its file at /run/netns/x in mnt:[",
		works: `grep -q precious /run/netns/x`,
	},
	{
		name: "the file of an orphan that is named",
		build: `
			mkdir /run/d; : >/run/d/x
			elsewhere 'unshare --net=/run/d/x true; readlink /proc/self/ns/mnt >/run/mnt'
			elsewhere '
				echo $$ >/run/pid
				unshare --net=/run/d/x true
				nsenter --net=/run/d/x sleep 1000 & asleep $!'`,
		targets: `"/run/d/x in $(cat /run/mnt)"`,
		says:    "1 released, 0 skipped",
		works:   `nsenter --net=/run/d/x true`,
	},
	{
		name: "its directory",
		build: `
			mkdir /run/d; : >/run/d/x
			elsewhere 'unshare --net=/run/d/x true; readlink /proc/self/ns/mnt >/run/mnt'
			echo precious >/run/data
			elsewhere 'echo $$ >/run/pid; mount --bind /run/data /run/d/x'`,
		targets: `"/run/d in $(cat /run/mnt)"`,
		says:    "1 released, 0 skipped",
		works:   `grep -q precious /run/d/x`,
	},
	{
		name: "the file of a covered orphan",
		build: `
			mkdir /run/d; : >/run/d/x
			elsewhere 'unshare --net=/run/d/x true; mount -t tmpfs t /run/d'
			echo precious >/run/data
			elsewhere 'echo $$ >/run/pid; mount --bind /run/data /run/d/x'`,
		says:  "1 released, 0 skipped",
		works: `grep -q precious /run/d/x`,
	},
	{
		name: "a file of another path than was named",
		build: `
			mkdir /run/d; : >/run/d/x
			unshare --net=/run/d/x true
			elsewhere '
				echo $$ >/run/pid
				mount -t tmpfs t /run/lock; : >/run/lock/flag
				mount --bind /run/d/x /run/lock/flag'`,
		targets: "/run/d/x",
		says:    "1 released, 0 skipped",
		works:   `test -f /run/lock/flag`,
	},
	{
		name: "name of a chrooted service",
		build: `
			mount --make-rshared /
			netnsctl add other
			mkdir /run/jail
			setsid unshare -m sh -c '
				mount --rbind / /run/jail
				mount -t tmpfs t /run/jail/run
				exec chroot /run/jail sh -c "ip netns add x; exec sleep 1000"' &
			asleep $!
			echo $! >/run/pid`,
		says:  "0 removed, 0 released, 0 skipped",
		works: `ip netns exec x true`,
	},
	{
		name: "where a mount of an orphan spreads",
		build: `
			mount --make-rshared /
			netnsctl add other
			mkdir /run/d; : >/run/d/x
			unshare --net=/run/d/x true
			echo precious >/run/data
			elsewhere '
				echo $$ >/run/pid
				umount /run/d/x
				mount --bind /run/data /run/d/x' slave`,
		targets: "/run/d/x",
		says:    "something is mounted on its file at /run/d/x in mnt:[",
		works:   `grep -q precious /run/d/x`,
	},
	{
		name: "a file on a copy of the name",
		build: `
			mount --make-rshared /
			netnsctl add other
			netnsctl add x
			echo precious >/run/data
			elsewhere 'echo $$ >/run/pid; mount --bind /run/data /run/netns/x' slave`,
		targets: "x",
		says:    "skipped x: something is mounted on its file at /run/netns/x in mnt:[",
		works:   `grep -q precious /run/netns/x`,
	},
	{
		name: "name of a service that gets our unmounts",
		build: `
			mount --make-rshared /
			netnsctl add other
			elsewhere '
				echo $$ >/run/pid
				: >/run/netns/x
				unshare --net=/run/netns/x true' slave`,
		says:  "] is mounted on its file",
		works: `nsenter --net=/run/netns/x true`,
	},
	{
		name: "in the mount namespace of a thread",
		build: `
			mkdir /run/netns; : >/run/netns/x
			echo precious >/run/data
			set -- $($HOLD mount:/run/netns/x)
			for t in /proc/$1/task/*; do
				test "$(readlink $t/ns/mnt)" = "$(readlink /proc/$1/ns/mnt)" || echo ${t##*/} >/run/pid
			done`,
		says:  "skipped x: something is mounted on its file",
		works: `grep -q precious /run/netns/x`,
	},
	{
		name: "beside a process whose root is not mounted any more",
		build: `
			mkdir /run/netns /run/jail; : >/run/netns/x
			echo precious >/run/data
			cat >/run/child <<'END'
				until test -e /run/in; do sleep 0.01; done
				umount -l /run/jail
				mount --bind /run/data /run/netns/x
				echo $$ >/run/pid
				echo >/run/settled
				exec sleep 1000
END
			setsid unshare -m sh -c '
				mount --rbind / /run/jail
				sh /run/child &
				exec chroot /run/jail sh -c "echo >/run/in; exec sleep 1000"' >/dev/null 2>&1 </dev/null &
			settle /run/settled`,
		says:  "skipped x: something is mounted on its file",
		works: `grep -q precious /run/netns/x`,
	},
	{
		name: "name of a chrooted service, covered for others",
		build: `
			mkdir -p /run/jail/run/netns; : >/run/jail/run/netns/x
			elsewhere '` + bindJail + `
				unshare --net=/run/jail/run/netns/x true
				chroot /run/jail sleep 1000 & asleep $!
				echo $! >/run/pid
				mount -t tmpfs t /run/jail'`,
		says:  "0 removed, 0 released, 0 skipped\n",
		works: `nsenter --net=/run/netns/x true`,
	},
	{
		name: "name where /var is a link",
		build: `
			mkdir -p /run/jail/tmp/run/netns; : >/run/jail/tmp/run/netns/x
			ln -s tmp /run/jail/var
			elsewhere '` + bindJail + `
				unshare --net=/run/jail/tmp/run/netns/x true
				chroot /run/jail sleep 1000 & asleep $!
				echo $! >/run/pid'`,
		says:  "0 removed, 0 released, 0 skipped",
		works: `nsenter --net=/var/run/netns/x true`,
	},
	{
		name: "a file that a covered path leads to",
		build: `
			mkdir /run/d /run/e; : >/run/d/x; : >/run/e/x
			echo precious >/run/data
			netnsctl add o
			elsewhere 'mount --bind /run/netns/o /run/d/x; mount --bind /run/e /run/d; readlink /proc/self/ns/mnt >/run/mnt'
			elsewhere 'echo $$ >/run/pid; mount --bind /run/data /run/e/x'
			netnsctl delete o`,
		targets: `"/run/d/x in $(cat /run/mnt)"`,
		says:    "1 released, 0 skipped",
		works:   `grep -q precious /run/e/x`,
	},
	{
		name: "name made in a container, whose run directory is a private mount of ours",
		build: `
			mount --make-rshared /; mkdir -p /run/netns /run/jail
			elsewhere '
				mount -t tmpfs t /run/jail; mount --make-private /run/jail
				mkdir -p /run/jail/run/netns /run/jail/old /run/jail/proc; ` + bindJail + `
				mount --rbind /proc /run/jail/proc
				mount --bind /run/netns /run/jail/run/netns; mount --make-rprivate /run/jail
				cd /run/jail; pivot_root . old
				: >/run/netns/x; unshare -n mount --bind /proc/self/ns/net /run/netns/x
				echo $$ >/old/run/pid; mount --make-rslave /old; echo >/old/run/settled; umount -l /old; exec sleep 1000' slave`,
		says:  "] is mounted on its file at /run/netns/x in mnt:[",
		works: `nsenter --net=/run/netns/x true`,
	},
	{
		name: "the same, named",
		build: `
			mount --make-rshared /; mkdir -p /run/netns; : >/run/netns/x
			elsewhere '
				echo $$ >/run/pid
				mount --make-rprivate /run/netns
				unshare --net=/run/netns/x true'`,
		targets: "x",
		says:    "] is mounted on its file at /run/netns/x in mnt:[",
		works:   `nsenter --net=/run/netns/x true`,
	},
	{
		name: "private name in a mount namespace that only a descriptor keeps",
		build: `
			mkdir -p /run/netns; : >/run/netns/x
			unshare -m --propagation private sh -c '
				unshare --net=/run/netns/x true
				echo $$ >/run/inside; exec sleep 1000' & p=$!
			settle /run/inside
			setsid sh -c 'exec sleep 1000' 9</proc/$p/ns/mnt >/dev/null 2>&1 & q=$!
			until test -e /proc/$q/fd/9; do sleep 0.01; done
			kill $p; wait $p || true
			echo $q >/run/pid`,
		says:  "] is mounted on its file at /run/netns/x in mnt:[",
		works: `nsenter --mount=/proc/$(cat /run/pid)/fd/9 nsenter --net=/run/netns/x true`,
	},
	{
		name: "private name of a mount namespace whose only process is chrooted",
		build: `
			mkdir -p /run/netns /run/jail; : >/run/netns/x
			elsewhere '` + bindJail + `
				unshare --net=/run/netns/x true
				echo $$ >/run/pid; echo >/run/settled
				exec chroot /run/jail sleep 1000'`,
		says:  "] is mounted on its file at /run/netns/x in mnt:[",
		works: `true`,
	},
	{
		name: "name below another /var/run",
		build: `
			setsid unshare -m sh -c '
				mount -t tmpfs t /var
				mkdir -p /var/run/netns; : >/var/run/netns/x
				unshare --net=/var/run/netns/x true
				exec sleep 1000' &
			asleep $!
			echo $! >/run/pid`,
		says:  "0 removed, 0 released, 0 skipped",
		works: `nsenter --net=/var/run/netns/x true`,
	},
}

// TestStaleElsewhere: to unlink a file ends all mounts on it, in every mount namespace.
// So what others have mounted there stays, whether the file is named or not.
func TestStaleElsewhere(t *testing.T) {
	t.Parallel()
	for _, c := range elsewhereCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newMachine(t)
			if realIP == "" && strings.Contains(c.build+c.works, "ip netns") {
				t.Skip("no ip here")
			}
			works := `nsenter -m -r -t "$(cat /run/pid)" sh -c '` + c.works + `'`
			w.shell("mkdir /run/lock\n" + c.build + "\n" + works)
			a := w.command("/bin/sh", "-c", "exec netnsctl delete --force-orphans --min-age 0 "+c.targets)
			if !strings.Contains(a.stdout, c.says) {
				t.Errorf("status %s: %s%s", a.status, a.stdout, a.stderr)
			}
			w.shell(works)
		})
	}
}

// TestStaleChroot: from below another root than pid 1's, paths and mounts are not what
// they seem.
func TestStaleChroot(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	a := w.command("/bin/sh", "-c", `mkdir /run/jail; mount --rbind / /run/jail; mkdir /run/netns; : >/run/netns/x
		exec chroot /run/jail netnsctl delete --force-orphans --min-age 0`)
	if a.status != "1" || !strings.Contains(a.stderr, "netnsctl: refusing to clean up: pid 1 has another root directory than netnsctl; ") {
		t.Errorf("status %s: %s%s", a.status, a.stdout, a.stderr)
	}
	w.shell(`test -e /run/netns/x`)
}

// TestPersistentMountNamespace: a name in a mount namespace that only a bind mount keeps is a
// name, so that its namespace is idle.
func TestPersistentMountNamespace(t *testing.T) {
	t.Parallel()
	if !isRoot() {
		unable(t, "only root can make this")
	}
	w := newMachine(t)
	// The kernel binds younger mount namespaces only, see staleCases.
	w.shell(`mkdir -p /run/netns /run/mns; mount -t tmpfs none /run/mns; mount --make-private /run/mns
		: >/run/mns/m; : >/run/netns/router
		until unshare --mount=/run/mns/m --propagation private unshare --net=/run/netns/router true 2>/dev/null; do sleep 0.01; done`)
	const lives = `nsenter --mount=/run/mns/m nsenter --net=/run/netns/router true`
	w.shell(lives)
	a := w.run("list", "--stale", "--idle", "--noheadings", "-o", "state,reason")
	if !strings.Contains(a.stdout, "idle   named router in mnt:[") || strings.Contains(a.stdout, "orphan") {
		t.Errorf("%s%s", a.stdout, a.stderr)
	}
	a = w.run("delete", "--force-orphans", "--min-age", "0")
	if !strings.Contains(a.stdout, "] is mounted on its file at /run/netns/router in mnt:[") {
		t.Errorf("%s%s", a.stdout, a.stderr)
	}
	w.shell(lives)
}

// TestElsewhereAdvice: the command that the message names releases the namespace, and then the dead
// file goes.
func TestElsewhereAdvice(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`mount --make-rshared /; mkdir -p /run/netns; : >/run/netns/x
		elsewhere 'mount --make-rprivate /run/netns; unshare --net=/run/netns/x true'`)
	listed := w.run("list", "--stale", "--idle", "--noheadings", "-o", "name,state,reason")
	for _, want := range []string{"x stale dead-file: net:[", "] is named x in the mount namespace of pid ", "idle named x in the mount namespace of pid "} {
		if !strings.Contains(squeeze(listed.stdout), want) {
			t.Errorf("no %q: %s%s", want, listed.stdout, listed.stderr)
		}
	}
	a := w.run("delete", "--force-orphans", "--min-age", "0")
	_, advice, ok := strings.Cut(strings.Split(a.stdout, "\n")[0], "; to release that first: ")
	if a.status != "3" || !ok {
		t.Fatalf("status %s: %s%s", a.status, a.stdout, a.stderr)
	}
	w.shell(advice + ` | grep -q '1 released'; netnsctl delete --force-orphans --min-age 0; ! test -e /run/netns/x`)
}
