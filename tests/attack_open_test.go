package tests

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// openAttacks have root open a file that the attacker chose.
var openAttacks = attacks{
	// flip-mount DIR TARGET: DIR/d/x is the mount of an orphan, and a link to TARGET.
	"flip-mount": func(args []string) {
		private()
		d, e := args[0]+"/d", args[0]+"/e"
		check(unix.Mkdir(d, 0o755))
		check(unix.Mkdir(e, 0o755))
		mountOrphan(d + "/x")
		check(unix.Symlink(args[1], e+"/x"))
		ready()
		exchange(d, e)
	},
	// flip-link PATH TARGET: PATH is a link to a namespace, and to TARGET.
	"flip-link": func(args []string) {
		check(unix.Symlink("/proc/"+sandboxPID()+"/ns/net", args[0]))
		check(unix.Symlink(args[1], args[0]+"2"))
		ready()
		exchange(args[0], args[0]+"2")
	},
	// flip-descriptor KIND TARGET: descriptor 10 is of a KIND, and TARGET by O_PATH.
	"flip-descriptor": func(args []string) { flipDescriptor(args[0], args[1]) },
	// flip-thread is flip-descriptor in a table of descriptors that a thread has alone.
	"flip-thread": func(args []string) {
		go func() {
			runtime.LockOSThread()
			check(unix.Unshare(unix.CLONE_FILES))
			flipDescriptor(args[0], args[1])
		}()
		select {}
	},
}

// flipDescriptor alternates descriptor 10 between a namespace's file and a file that the
// attacker may not open.
func flipDescriptor(kind, target string) {
	a := must(unix.Open("/proc/thread-self/ns/"+kind, unix.O_RDONLY, 0))
	if kind == "mnt" {
		onThread(func() { // one that nobody is in
			check(unix.Unshare(unix.CLONE_FS | unix.CLONE_NEWNS))
			a = must(unix.Open("/proc/thread-self/ns/"+kind, unix.O_RDONLY, 0))
		})
	}
	b := must(unix.Open(target, unix.O_PATH, 0))
	ready()
	flip(a, b)
}

// flip alternates descriptor 10 between two files at full speed.
func flip(a, b int) {
	check(unix.Dup2(a, 900))
	check(unix.Dup2(b, 901))
	unix.Close(a)
	unix.Close(b)
	for from := 900; ; from = 1801 - from {
		check(unix.Dup2(from, 10))
		for start := time.Now(); time.Since(start) < 5*time.Microsecond; {
		}
	}
}

// lookingCommands are those that root runs from a timer or looks with.
var lookingCommands = [][]string{
	{"list", "--stale"},
	{"metrics"},
	{"delete", "--force-orphans", "--min-age", "0", "--dry-run"},
	{"list", "--stale", "--verbose"},
	{"list", "--all-namespaces"},
	{"check", "--min-age", "0"},
	{"find", "dev:lo"},
}

// TestAttackOpen: an ordinary user swaps what root is about to open: root opens no file
// but that of a namespace.
func TestAttackOpen(t *testing.T) {
	for _, test := range []struct {
		name, kind string
		args       []string
	}{
		{name: "path of a mount", kind: "userns:flip-mount", args: []string{"/run/u"}},
		{name: "descriptor", kind: "flip-descriptor", args: []string{"uts"}},
		{name: "descriptor of a mount namespace", kind: "userns:flip-descriptor", args: []string{"mnt"}},
		{name: "descriptor of a thread", kind: "flip-thread", args: []string{"uts"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := newBattlefield(t)
			secret := b.secret()
			count := b.countOpens(secret)
			b.attack(test.kind, append(test.args, secret)...)
			for range turns(3) {
				for _, words := range lookingCommands {
					b.run(words...)
				}
			}
			b.run("delete", "--force-orphans", "--min-age", "0")
			count.none(test.name)
		})
	}
}

// TestAttackOpenNamed: root names a path that belongs to an ordinary user, who swaps it.
func TestAttackOpenNamed(t *testing.T) {
	t.Parallel()
	b := newBattlefield(t)
	secret := b.secret()
	b.shell(`ln -s /run/u/x /run/netns/user; mkfifo /run/fifo`)
	count := b.countOpens(secret)
	b.attack("flip-link", "/run/u/x", secret)
	commands := append([][]string{}, lookingCommands...)
	for _, line := range []string{
		"list", "inspect /run/u/x", "pids /run/u/x", "exec /run/u/x true", "find /run/u/x", "graph /run/u/x", "-n /run/u/x list",
		"inspect user", "pids user", "exec user true", "-n user list", "list-id", "exec --all true", "attach y /run/u/x", "identify --all 1",
		"delete --force-orphans --dry-run /run/u/x",
	} {
		commands = append(commands, strings.Fields(line))
	}
	for range turns(3) {
		for _, words := range commands {
			b.run(words...)
		}
	}
	count.none("a path that root named")
}

// TestAttackDevice: to open a fifo or a device has an effect of its own.
func TestAttackDevice(t *testing.T) {
	t.Parallel()
	b := newBattlefield(t)
	b.shell(`mkfifo /run/fifo; chmod 666 /run/fifo; ln -s /run/u/x /run/netns/user`)
	count := b.countOpens("/run/fifo")
	b.attack("flip-link", "/run/u/x", "/run/fifo")
	for range turns(3) {
		for _, words := range lookingCommands {
			b.brisk(words...)
		}
		for _, words := range [][]string{{"inspect", "/run/u/x"}, {"delete", "--force-orphans", "--dry-run", "/run/u/x"}, {"exec", "user", "true"}} {
			b.run(words...)
		}
	}
	count.none("a fifo")
}
