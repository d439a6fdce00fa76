package tests

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// machineVariable says that the whole machine is ours, as in qemu: its initial pid namespace,
// its watchdog.
const machineVariable = "NETNSCTL_TEST_MACHINE"

// machineAttacks need the initial pid namespace, where the kernel lists mount namespaces
// that nobody is in.
var machineAttacks = attacks{
	// flip-hidden DIR TARGET: flip-mount, in a mount namespace of which only a descriptor in
	// flight is left.
	"flip-hidden": func(args []string) {
		d, e := args[0]+"/d", args[0]+"/e"
		check(unix.Mkdir(d, 0o755))
		check(unix.Mkdir(e, 0o755))
		check(unix.Mknod(d+"/x", unix.S_IFREG|0o644, 0))
		check(unix.Symlink(args[1], e+"/x"))
		hideNamespaces(1, d+"/x")
		ready()
		exchange(d, e)
	},
	// hidden COUNT: so many mount namespaces, of which only descriptors in flight are left.
	"hidden": func(args []string) {
		check(unix.Mknod("/run/u/x", unix.S_IFREG|0o644, 0))
		hideNamespaces(number(args[0]), "/run/u/x")
		ready()
		forever()
	},
}

// hideNamespaces makes mount namespaces in which an orphan is mounted on a file.
func hideNamespaces(count int, file string) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_DGRAM, 0)
	check(err)
	for range count {
		orphan := -1
		inNewNamespace(func() { orphan = must(unix.Open("/proc/thread-self/ns/net", unix.O_RDONLY, 0)) })
		onThread(func() {
			check(unix.Unshare(unix.CLONE_FS | unix.CLONE_NEWNS))
			private()
			check(unix.Mount(fmt.Sprintf("/proc/self/fd/%d", orphan), file, "", unix.MS_BIND, ""))
			fd := must(unix.Open("/proc/thread-self/ns/mnt", unix.O_RDONLY, 0))
			check(unix.Sendmsg(pair[0], []byte("x"), unix.UnixRights(fd), nil, 0))
			unix.Close(fd)
		})
		unix.Close(orphan)
	}
}

// newWholeMachine is a battlefield outside of all sandboxes.
func newWholeMachine(t *testing.T) *battlefield {
	t.Helper()
	if os.Getenv(machineVariable) == "" {
		t.Skip("needs a machine of its own: make test-attacks")
	}
	b := &battlefield{machine: &machine{t: t, env: []string{
		"LIBRARY=" + library, holdCommand(t), "LC_ALL=C", "PATH=" + artefact + "/bin:/usr/sbin:/usr/bin:/sbin:/bin",
	}}}
	t.Cleanup(func() {
		b.endAttackers()
		b.shell(`for p in /proc/[0-9]*; do read -r comm <$p/comm && [ "$comm" = sleep ] && kill ${p#/proc/}; done; umount -l /run/netns/* /run/netns 2>/dev/null || true; rm -rf /run/netns /run/u /run/secret /run/ino /run/settled`)
	})
	b.shell(`mkdir -p /run/netns /run/u; chown 1000:1000 /run/u; grep -q mallory /etc/passwd || echo mallory:x:1000:1000::/:/bin/sh >>/etc/passwd`)
	return b
}

// TestMachineOpen: what the kernel lists in the initial pid namespace only.
func TestMachineOpen(t *testing.T) {
	b := newWholeMachine(t)
	secret := b.secret()
	count := b.countOpens(secret)
	b.attack("userns:flip-hidden", "/run/u", secret)
	for range 10 {
		b.look(1)
	}
	b.brisk("delete", "--force-orphans", "--min-age", "0")
	count.none("a mount namespace that nobody is in")
}

// TestMachineHidden: a user has many mount namespaces that nobody is in.
func TestMachineHidden(t *testing.T) {
	b := newWholeMachine(t)
	b.attack("userns:hidden", "100")
	b.shell(`: >/run/netns/dead`)
	b.look(1)
	b.brisk("delete", "--force-orphans", "--min-age", "0")
	if _, err := os.Lstat("/run/netns/dead"); err == nil {
		t.Error("a dead name stays because of an ordinary user")
	}
}

// TestMachineWatchdog: a watchdog that was opened restarts the machine.
func TestMachineWatchdog(t *testing.T) {
	b := newWholeMachine(t)
	b.shell(`modprobe softdog || modprobe i6300esb`)
	const device = "/dev/watchdog"
	if _, err := os.Stat(device); err != nil {
		unable(t, "no watchdog:", err)
	}
	b.shell(`ln -s /run/u/link /run/netns/link`)
	count := b.countOpens(device)
	b.attack("userns:flip-mount", "/run/u", device)
	b.attack("flip-descriptor", "uts", device)
	b.attack("flip-link", "/run/u/link", device)
	for range 10 {
		b.look(1)
		for _, line := range []string{"inspect link", "inspect /run/u/link", "exec /run/u/link true", "delete --force-orphans --dry-run /run/u/link"} {
			b.run(strings.Fields(line)...)
		}
	}
	b.brisk("delete", "--force-orphans", "--min-age", "0")
	count.none("a watchdog")
	if state, _ := os.ReadFile("/sys/class/watchdog/watchdog0/state"); strings.TrimSpace(string(state)) == "active" {
		t.Error("the watchdog runs")
	}
}
