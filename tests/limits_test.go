package tests

import "testing"

// limits are worlds in which a limit of the kernel is reached. The script runs as root of a
// user namespace, whose limits are its own, with the names a and b.
var limits = []struct{ name, script, want string }{
	{
		name: "no network namespace can be made",
		script: `max 5
			netnsctl add c; netnsctl add d; netnsctl list --stale; echo $?; netnsctl add e; echo $?
			ln -s "$(command -v netnsctl)" /run/ip-netns; /run/ip-netns add e; echo $?`,
		want: `netnsctl: warning: user.max_net_namespaces allows each user 5 network namespaces: root has 5
0
Failed to create a new network namespace "e": No space left on device
netnsctl: user.max_net_namespaces allows each user 5 network namespaces: root has 5; to see the unused ones: netnsctl list --stale
1
Failed to create a new network namespace "e": No space left on device
1
`,
	},
	{
		name: "less than four fifths of the limit",
		script: `max 5
			netnsctl add c; netnsctl list --stale; echo $?`,
		want: "0\n",
	},
	{
		name: "look and clean up",
		script: `: >/run/netns/dead; mkdir /run/o; : >/run/o/x; unshare -n mount --bind /proc/self/ns/net /run/o/x
			ip -n a link add v0 type veth peer name v1 netns b; ip -n a addr add 10.1.2.3/24 dev v0
			max 0
			netnsctl graph --no-ids a b; netnsctl inspect a | grep -o '10.1.2.3/24  peer v1 in b'
			netnsctl delete --force-orphans --min-age 0 | grep dead
			netnsctl delete --force-orphans /run/o/x | sed 's/:\[[0-9]*\]/:[N]/'`,
		want: "a\n`- v0  veth  off  10.1.2.3/24, <-> v1 in b\nb\n`- v1  veth  off  <-> v0 in a\n" + `10.1.2.3/24  peer v1 in b
removed dead (dead-file)
released net:[N] (mount /run/o/x)
0 removed, 1 released, 0 skipped
`,
	},
	{
		name: "no mount namespace can be made",
		script: `echo 0 >/proc/sys/user/max_mnt_namespaces
			netnsctl exec a true; echo $?; netnsctl list | sort; : >/run/netns/dead; netnsctl delete --force-orphans --min-age 0`,
		want: `unshare failed: No space left on device
netnsctl: all mount namespaces that user.max_mnt_namespaces (0) allows a user are in use, in this user namespace or in an outer one
255
a
b
removed dead (dead-file)
1 removed, 0 released, 0 skipped
`,
	},
	{
		name:   "no directory can be watched",
		script: `echo 0 >/proc/sys/user/max_inotify_instances; netnsctl monitor; echo $?`,
		want: `inotify_init failed: Too many open files
netnsctl: all inotify instances that user.max_inotify_instances (0) allows a user are in use
1
`,
	},
	{
		name:   "no file can be opened",
		script: `ulimit -n 3; netnsctl add c; echo $?; netnsctl exec a true; echo $?`,
		want: `Cannot open netns runtime directory "/run/netns": Too many open files
netnsctl: the process has as many open files as it may have (ulimit -n)
1
netnsctl: open network namespace /run/netns/a: too many open files
netnsctl: the process has as many open files as it may have (ulimit -n)
255
`,
	},
}

// TestLimits: a message names the limit, and clean-up works.
func TestLimits(t *testing.T) {
	for _, l := range limits {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			w := newMachine(t)
			a := w.command("unshare", "-Urmnpf", "--mount-proc", "--propagation", "private", "sh", "-c", `exec 2>&1
				max() { echo $1 >/proc/sys/user/max_net_namespaces; }
				mount -t tmpfs none /run; netnsctl add a; netnsctl add b
				`+l.script)
			if a.stdout != l.want {
				t.Errorf("got:\n%s%s\nwant:\n%s", a.stdout, a.stderr, l.want)
			}
		})
	}
}

// TestLimitOfEachUser: each user has the limit for himself, and those who are near it are
// named.
func TestLimitOfEachUser(t *testing.T) {
	if !isRoot() {
		unable(t, "a user namespace with two users needs root")
	}
	t.Parallel()
	w := newMachine(t)
	got := w.shell(`exec 2>&1
		unshare -U sleep 1000 & asleep $!
		echo 0 0 70000 >/proc/$!/uid_map; echo 0 0 70000 >/proc/$!/gid_map
		nsenter -U -t $! -S 0 -G 0 unshare -mnpf --mount-proc --propagation private sh -c "$LIBRARY"'
			mount -t tmpfs none /run; netnsctl add a; echo 4 >/proc/sys/user/max_net_namespaces
			for i in 1 2 3 4; do setpriv --reuid 4242 --regid 4242 --clear-groups unshare -Urn sleep 1000 & asleep $!; done
			netnsctl list --stale; netnsctl add b && netnsctl add c && ! netnsctl add d'`)
	want := `netnsctl: warning: user.max_net_namespaces allows each user 4 network namespaces: 4242 has 4, root has 2
Failed to create a new network namespace "d": No space left on device
netnsctl: user.max_net_namespaces allows each user 4 network namespaces: root has 4, 4242 has 4; to see the unused ones: netnsctl list --stale
`
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}
