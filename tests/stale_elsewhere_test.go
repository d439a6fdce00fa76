package tests

import (
	"strings"
	"testing"
)

// To unlink a file ends all mounts on it, in every mount namespace: what others have
// mounted there stays, unused and named explicitly or not.
func TestStaleElsewhere(t *testing.T) {
	t.Parallel()
	const shared = `mount --make-rshared /; netnsctl add other; ` // as under systemd
	const jail = `for d in bin sbin usr lib lib64; do test ! -e /$d || { mkdir /run/jail/$d; mount --bind /$d /run/jail/$d; }; done; `
	for name, c := range map[string]struct {
		build   string // the process that must not be harmed is in /run/pid
		targets string
		say     string // in the answer
		works   string // there, before and after
	}{
		"name of another mount namespace": {
			shared + `elsewhere 'echo $$ >/run/pid; ip netns add x'`, "",
			"spared x: another namespace is mounted on its file at /run/netns/x in mnt:[", `ip netns exec x true`,
		},
		"the same, in use": {
			shared + `elsewhere 'echo $$ >/run/pid; netnsctl add x; netnsctl exec x sleep 1000 & asleep $!'`, "x",
			"spared x: another namespace is mounted on its file", `netnsctl exec x true`,
		},
		"a private copy in use": {
			`netnsctl add x; elsewhere 'echo $$ >/run/pid; nsenter --net=/run/netns/x sleep 1000 & asleep $!'; mount --make-rprivate /run; umount -l /run/netns/x`, "",
			"spared x: another namespace is mounted on its file", `nsenter --net=/run/netns/x true`,
		},
		"a file on a dead name": {
			`mkdir /run/netns; : >/run/netns/x; echo precious >/run/data; elsewhere 'echo $$ >/run/pid; mount --bind /run/data /run/netns/x'`, "",
			"spared x: something is mounted on its file at /run/netns/x in mnt:[", `grep -q precious /run/netns/x`,
		},
		"the file of an orphan that is named": {
			`mkdir /run/d; : >/run/d/x; elsewhere 'unshare --net=/run/d/x true'; rm /run/settled
			elsewhere 'echo $$ >/run/pid; unshare --net=/run/d/x true; nsenter --net=/run/d/x sleep 1000 & asleep $!'`, "/run/d/x",
			"1 released, 1 spared", `nsenter --net=/run/d/x true`,
		},
		"its directory": {
			`mkdir /run/d; : >/run/d/x; elsewhere 'unshare --net=/run/d/x true'; rm /run/settled; echo precious >/run/data
			elsewhere 'echo $$ >/run/pid; mount --bind /run/data /run/d/x'`, "/run/d",
			"1 released, 0 spared", `grep -q precious /run/d/x`,
		},
		"the file of a covered orphan": {
			`mkdir /run/d; : >/run/d/x; elsewhere 'unshare --net=/run/d/x true; mount -t tmpfs t /run/d'; rm /run/settled
			echo precious >/run/data; elsewhere 'echo $$ >/run/pid; mount --bind /run/data /run/d/x'`, "",
			"covered, and something is mounted on its file at /run/d/x in mnt:[", `grep -q precious /run/d/x`,
		},
		"a file of another path than was named": {
			`mkdir /run/d; : >/run/d/x; unshare --net=/run/d/x true
			elsewhere 'echo $$ >/run/pid; mount -t tmpfs t /run/lock; : >/run/lock/flag; mount --bind /run/d/x /run/lock/flag'`, "/run/d/x",
			"1 released, 0 spared", `test -f /run/lock/flag`,
		},
		"name of a chrooted service": {
			shared + `mkdir /run/jail; setsid unshare -m sh -c 'mount --rbind / /run/jail; mount -t tmpfs t /run/jail/run
			exec chroot /run/jail sh -c "ip netns add x; exec sleep 1000"' & asleep $!; echo $! >/run/pid`, "",
			"0 removed, 0 released, 0 spared", `ip netns exec x true`,
		},
		"where a mount of an orphan spreads": {
			shared + `mkdir /run/d; : >/run/d/x; unshare --net=/run/d/x true; echo precious >/run/data
			elsewhere 'echo $$ >/run/pid; umount /run/d/x; mount --bind /run/data /run/d/x' slave`, "/run/d/x",
			"something is mounted on its file at /run/d/x in mnt:[", `grep -q precious /run/d/x`,
		},
		"a file on a copy of the name": {
			shared + `netnsctl add x; echo precious >/run/data
			elsewhere 'echo $$ >/run/pid; mount --bind /run/data /run/netns/x' slave`, "x",
			"spared x: something is mounted on its file at /run/netns/x in mnt:[", `grep -q precious /run/netns/x`,
		},
		"name of a service that gets our unmounts": {
			shared + `elsewhere 'echo $$ >/run/pid; : >/run/netns/x; unshare --net=/run/netns/x true' slave`, "",
			"spared x: another namespace is mounted on its file", `nsenter --net=/run/netns/x true`,
		},
		"in the mount namespace of a thread": {
			`mkdir /run/netns; : >/run/netns/x; echo precious >/run/data; set -- $($HOLD mount:/run/netns/x)
			for t in /proc/$1/task/*; do test "$(readlink $t/ns/mnt)" = "$(readlink /proc/$1/ns/mnt)" || echo ${t##*/} >/run/pid; done`, "",
			"spared x: something is mounted on its file", `grep -q precious /run/netns/x`,
		},
		"beside a process whose root is not mounted any more": {
			`mkdir /run/netns /run/jail; : >/run/netns/x; echo precious >/run/data
			echo 'until test -e /run/in; do sleep 0.01; done; umount -l /run/jail; mount --bind /run/data /run/netns/x
			echo $$ >/run/pid; echo >/run/settled; exec sleep 1000' >/run/child
			setsid unshare -m sh -c 'mount --rbind / /run/jail; sh /run/child & exec chroot /run/jail sh -c "echo >/run/in; exec sleep 1000"' >/dev/null 2>&1 </dev/null &
			settle /run/settled`, "",
			"spared x: something is mounted on its file", `grep -q precious /run/netns/x`,
		},
		"name of a chrooted service, covered for others": {
			`mkdir -p /run/jail/run/netns; : >/run/jail/run/netns/x
			elsewhere '` + jail + `unshare --net=/run/jail/run/netns/x true; chroot /run/jail sleep 1000 & echo $! >/run/pid
			until grep -qx sleep /proc/$!/comm; do sleep 0.01; done; mount -t tmpfs t /run/jail'`, "",
			"0 removed, 0 released, 0 spared\n", `nsenter --net=/run/netns/x true`,
		},
		"name where /var is a link": {
			`mkdir -p /run/jail/tmp/run/netns; : >/run/jail/tmp/run/netns/x; ln -s tmp /run/jail/var
			elsewhere '` + jail + `unshare --net=/run/jail/tmp/run/netns/x true; chroot /run/jail sleep 1000 & echo $! >/run/pid; asleep $!'`, "",
			"0 removed, 0 released, 0 spared", `nsenter --net=/var/run/netns/x true`,
		},
		"a file that a covered path leads to": {
			`mkdir /run/d /run/e; : >/run/d/x; : >/run/e/x; echo precious >/run/data; netnsctl add o
			elsewhere 'mount --bind /run/netns/o /run/d/x; mount --bind /run/e /run/d'; rm /run/settled
			elsewhere 'echo $$ >/run/pid; mount --bind /run/data /run/e/x'; netnsctl delete o`, "/run/d/x",
			"1 released, 0 spared", `grep -q precious /run/e/x`,
		},
		"name below another /var/run": {
			`setsid unshare -m sh -c 'mount -t tmpfs t /var; mkdir -p /var/run/netns; : >/var/run/netns/x
			unshare --net=/var/run/netns/x true; exec sleep 1000' & asleep $!; echo $! >/run/pid`, "",
			"0 removed, 0 released, 0 spared", `nsenter --net=/var/run/netns/x true`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newStaleWorld(t)
			if realIP == "" && strings.Contains(c.build+c.works, "ip netns") {
				t.Skip("no ip here")
			}
			works := `nsenter -m -r -t "$(cat /run/pid)" sh -c '` + c.works + `'`
			w.shell(inode + `mkdir -p /run/lock; ` + strings.ReplaceAll(c.build, "asleep $!'", "until grep -qx sleep /proc/$!/comm; do sleep 0.01; done'") + "\n" + works)
			a := w.command("/bin/sh", "-c", "exec netnsctl delete --force-orphans --min-age 0 "+c.targets)
			if !strings.Contains(a.stdout, c.say) {
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
	w := newStaleWorld(t)
	a := w.command("/bin/sh", "-c", `mkdir /run/jail; mount --rbind / /run/jail; mkdir /run/netns; : >/run/netns/x
		exec chroot /run/jail netnsctl delete --force-orphans --min-age 0`)
	if a.status != "1" || !strings.Contains(a.stderr, "netnsctl: refusing to clean up: pid 1 has another root directory than netnsctl; ") {
		t.Errorf("status %s: %s%s", a.status, a.stdout, a.stderr)
	}
	w.shell(`test -e /run/netns/x`)
}
