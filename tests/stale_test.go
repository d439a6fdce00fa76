package tests

import (
	"slices"
	"strings"
	"testing"
)

// staleCase is one situation. Its script runs in a sandbox with netnsctl in PATH;
// the last word of its output is the inode number of the namespace in question,
// if there is one.
type staleCase struct {
	name  string
	build string
	// listed is part of a line of `list --stale`; empty if nothing is listed.
	listed string
	// done is part of what `delete --force-orphans --min-age 0` says. It ends with status
	// 3 where kept is set, else with 0.
	done string
	kept bool
	// named says that the name x stays until it is named: `ip netns` does not make such a file.
	named bool
	// gone says that the namespace does not exist afterwards.
	gone bool
}

// staleNames are names without a network namespace. Their scripts begin with an empty
// run directory that is no mount.
var staleNames = []staleCase{
	{
		name:   "dead file",
		build:  `: >/run/netns/x`,
		listed: "x  stale  dead-file",
		done:   "removed x (dead-file)",
	},
	{
		name:   "dangling link",
		build:  `tick; ln -s /proc/999999/ns/net /run/netns/x`,
		listed: "x  stale  dangling-link: to /proc/999999/ns/net",
		done:   "removed x",
	},
	{
		name:   "link loop",
		build:  `ln -s x /run/netns/x`,
		listed: "x  stale  link-loop",
		done:   "removed x",
	},
	{
		name: "recycled pid",
		build: `
			tick
			sleep 1000 & p=$!
			ln -s /proc/$p/ns/net /run/netns/x
			sleep 0.1 # a younger process counts as another one beyond the slack of the clocks
			kill $p; wait $p || true
			while test -e /proc/$p; do sleep 0.01; done
			echo $((p-1)) >/proc/sys/kernel/ns_last_pid
			sleep 1000 >/dev/null 2>&1 &
			test $! = $p`,
		listed: "stale  recycled-pid",
		done:   "removed x",
		named:  true,
	},
	{
		name:   "wrong type",
		build:  `: >/run/netns/x; mount --bind /proc/self/ns/ipc /run/netns/x`,
		listed: "x  stale  wrong-type: of type ipc",
		done:   "removed x",
		named:  true,
	},
	{
		name:   "link to a wrong type",
		build:  `tick; ln -s /proc/1/ns/uts /run/netns/x`,
		listed: "x  stale  wrong-type: of type uts",
		done:   "removed x",
		named:  true,
	},
	{
		name:   "directory",
		build:  `mkdir /run/netns/x`,
		listed: "x  stale  not-a-namespace: a directory",
		done:   "removed x",
		named:  true,
	},
	{
		name:   "fifo",
		build:  `mkfifo /run/netns/x`,
		listed: "x  stale  not-a-namespace: a fifo",
		done:   "removed x",
		named:  true,
	},
	{
		name:   "socket",
		build:  `python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("/run/netns/x")'`,
		listed: "x  stale  not-a-namespace: a socket",
		done:   "removed x",
		named:  true,
	},
	{
		name:   "link to a file",
		build:  `: >/run/file; ln -s /run/file /run/netns/x`,
		listed: "x  stale  not-a-namespace: a link to /run/file",
		done:   "removed x",
		named:  true,
	},
	{
		name:   "open file",
		build:  `sh -c 'echo >/run/settled; exec sleep 1000' 9>/run/netns/x >/dev/null 2>&1 & settle /run/settled`,
		listed: "x  stale  dead-file",
		done:   "removed x",
		named:  true,
	},
	{
		name:   "locked file",
		build:  `flock /run/netns/x sh -c 'echo >/run/settled; exec sleep 1000' >/dev/null 2>&1 & settle /run/settled`,
		listed: "x  stale  dead-file",
		done:   "removed x",
		named:  true,
	},
	{
		name:   "named file with content",
		build:  `echo precious >/run/netns/x`,
		listed: "x  stale  not-a-namespace: a file with content",
		done:   "removed x",
		named:  true,
	},
	{
		name:   "content",
		build:  `echo precious >/run/netns/x`,
		listed: "x  stale  not-a-namespace: a file with content",
		done:   "skipped x: it has content",
		kept:   true,
	},
	{
		name:   "foreign mount",
		build:  `mkdir /run/netns/x; mount -t tmpfs none /run/netns/x`,
		listed: "x  stale  not-a-namespace: a mount of something else",
		done:   "skipped x: something that is not",
		kept:   true,
	},
	{
		name:   "awkward name",
		build:  `: >"$(printf '/run/netns/a b\033[2J\377')"`,
		listed: `"a b\x1b[2J\xff"  stale  dead-file`,
		done:   `removed "a b\x1b[2J\xff"`,
	},
	{
		name: "dead file, process inside",
		build: `
			netnsctl add x
			netnsctl exec x sleep 1000 >/dev/null 2>&1 & asleep $!
			ino /run/netns/x
			umount -l /run/netns/x`,
		listed: "x  stale  dead-file",
		done:   "removed x",
	},
}

// leaks are namespaces whose name goes while a mount keeps them. The script has
// /run/netns/leak, and mounts it elsewhere; then the name is deleted.
var leaks = []staleCase{
	{
		name:   "leak in another mount namespace",
		build:  `elsewhere 'mkdir /run/c; : >/run/c/ns; mount --bind /run/netns/leak /run/c/ns'`,
		listed: "orphan  held by mount /run/c/ns in mnt:[",
	},
	{
		name: "leak in several layers",
		build: `elsewhere '
			mkdir /run/c; : >/run/c/ns
			for i in 1 2 3; do mount --bind /run/netns/leak /run/c/ns; done'`,
		listed: "mount /run/c/ns in mnt:[",
	},
	{
		name: "leak in a chroot",
		build: `
			mkdir /run/jail
			elsewhere '
				mkdir /run/c; : >/run/c/ns
				mount --bind /run/netns/leak /run/c/ns
				mount --rbind / /run/jail
				echo >/run/settled
				exec chroot /run/jail sleep 1000'`,
		listed: "orphan  held by ",
	},
	{
		name: "covered leak",
		build: `elsewhere '
			mkdir -p /run/c/d; : >/run/c/d/ns
			mount --bind /run/netns/leak /run/c/d/ns
			mount -t tmpfs none /run/c'`,
		listed: "orphan  held by covered mount /run/c/d/ns in mnt:[",
	},
	{
		name: "covered here",
		build: `
			mkdir -p /run/c/d; : >/run/c/d/ns
			mount --bind /run/netns/leak /run/c/d/ns
			mount -t tmpfs none /run/c`,
		listed: "orphan  held by covered mount /run/c/d/ns",
	},
	{
		name: "locked leak",
		build: `
			mkdir /run/c; : >/run/c/ns
			elsewhere '
				mount --bind /run/netns/leak /run/c/ns
				unshare -U -r -m sh -c "echo >/run/settled; exec sleep 1000"'
			pkill -f '^unshare -m' || true`,
		listed: "orphan  held by mount /run/c/ns in mnt:[",
		done:   ": locked: ends with pid ",
		kept:   true,
	},
	{
		// The kernel binds younger mount namespaces only, by numbers that two
		// processors hand out: so it is tried until it works.
		name: "mount namespace without process",
		build: `
			mkdir /run/mns; mount -t tmpfs none /run/mns
			mount --make-private /run/mns; : >/run/mns/m
			mkdir /run/c; : >/run/c/ns
			until unshare --mount=/run/mns/m --propagation private \
				mount --bind /run/netns/leak /run/c/ns 2>/dev/null; do sleep 0.01; done`,
		listed: "which has no process",
	},
	{
		name: "runtime's directory",
		build: `
			mkdir -p /run/docker/netns; : >/run/docker/netns/1-x
			mount --bind /run/netns/leak /run/docker/netns/1-x`,
		listed: "orphan  held by mount /run/docker/netns/1-x",
		done:   "owned by docker; to release it anyway: netnsctl delete --force-orphans 'net:[",
		kept:   true,
	},
	{
		name:   "reachable here",
		build:  `: >/run/kept; mount --bind /run/netns/leak /run/kept`,
		listed: "orphan  held by mount /run/kept",
		done:   "mounted at /run/kept; to release it anyway: netnsctl delete --force-orphans 'net:[",
		kept:   true,
	},
}

// hidden are pins of a namespace that no clean-up can undo: their holder must give it
// up. The kind is that of a holder (see holders), held is what `list --stale` says.
var hidden = []struct{ name, kind, held string }{
	{name: "proc file", kind: "procfile >/dev/null", held: "net:[?]  orphan  held by open file /proc/net/dev, descriptor "}, // nothing tells its ID
	{name: "descriptor", kind: "descriptor", held: "held by descriptor "},
	{name: "O_PATH descriptor", kind: "path", held: "held by descriptor "},
	{name: "thread", kind: "thread", held: "held by thread "},
	{name: "table of a thread", kind: "table", held: " of thread "},
	{name: "tcp socket", kind: "socket:tcp", held: "held by socket tcp, descriptor "},
	{name: "udp socket", kind: "socket:udp", held: "held by socket udp, descriptor "},
	{name: "unix socket", kind: "socket:unix", held: "held by socket unix, descriptor "},
	{name: "netlink socket", kind: "socket:netlink", held: "held by socket netlink, descriptor "},
	{name: "packet socket", kind: "socket:packet", held: "held by socket packet, descriptor "},
	{name: "tap", kind: "tun", held: "held by tun/tap device held0, descriptor "},
	{name: "in flight", kind: "flight", held: "held by descriptor in flight, descriptor "},
	{name: "inotify", kind: "inotify:/run/i", held: "held by inotify mark, descriptor "},
	{name: "fanotify", kind: "fanotify:/run/i", held: "held by fanotify mark, descriptor "},
	{name: "io_uring", kind: "ring", held: "held by io_uring file, descriptor "},
	{name: "detached tree", kind: "tree:/run/t", held: "held by detached mount tree, descriptor "},
}

// healthy are situations of which nothing is listed, and in which nothing is done.
var healthy = []staleCase{
	{name: "idle", build: `netnsctl add x; ino /run/netns/x`},
	{name: "hidden name", build: `netnsctl add .x; ino /run/netns/.x`},
	{
		name: "alias",
		build: `
			netnsctl add x; : >/run/netns/y
			mount --bind /run/netns/x /run/netns/y
			ino /run/netns/y`,
	},
	{
		name:  "stacked",
		build: `netnsctl add x; mount --bind /run/netns/x /run/netns/x; ino /run/netns/x`,
	},
	{
		name: "in use",
		build: `
			netnsctl add x; ino /run/netns/x
			netnsctl exec x sleep 1000 >/dev/null 2>&1 & asleep $!`,
	},
	{
		name: "link to a live process",
		build: `
			mkdir /run/netns
			setsid unshare -n sleep 1000 >/dev/null 2>&1 & p=$!
			asleep $p; tick
			ln -s /proc/$p/ns/net /run/netns/x
			ino /run/netns/x`,
	},
	{
		name: "without name, a process",
		build: `
			setsid unshare -n sleep 1000 >/dev/null 2>&1 & p=$!
			asleep $p
			ino /proc/$p/ns/net`,
	},
	{name: "without name, a process whose leader has ended", build: `$HOLD leaderless`},
	{
		name: "the host's own",
		build: `
			mkdir /run/netns; : >/run/netns/host
			mount --bind /proc/1/ns/net /run/netns/host
			ino /proc/1/ns/net`,
	},
	{
		name: "names of another mount namespace",
		build: `
			mkdir /run/netns
			elsewhere '
				mount -t tmpfs none /run/netns
				netnsctl add own
				stat -Lc %i /run/netns/own >/run/ino'
			cat /run/ino`,
	},
	{
		name: "copy of the run directory",
		build: `
			netnsctl add x; mkdir /run/copy
			mount --make-private /run
			mount --rbind /run/netns /run/copy
			ino /run/netns/x`,
	},
	{
		name:  "read-only",
		build: `netnsctl add x; ino /run/netns/x; mount -o remount,bind,ro /run/netns`,
	},
}

// staleCases are all situations, with what those of a kind have in common.
func staleCases() (all []staleCase) {
	for _, c := range staleNames {
		c.build = "mkdir /run/netns\n" + c.build
		all = append(all, c)
	}
	for _, c := range leaks {
		c.build = "leak\n" + c.build + "\nnetnsctl delete leak; cat /run/ino"
		if !c.kept {
			c.done, c.gone = "released net:[", true
		}
		all = append(all, c)
	}
	for _, h := range hidden {
		said, _, _ := strings.Cut(h.held[strings.Index(h.held, "held by")+len("held by"):], ",")
		all = append(all, staleCase{name: h.name, build: "$HOLD " + h.kind, listed: h.held, done: said, kept: true})
	}
	for _, c := range healthy {
		c.done = "0 removed, 0 released, 0 skipped"
		all = append(all, c)
	}
	return all
}

// rootOnly are situations that an ordinary user cannot make, in a user namespace
// neither.
var rootOnly = []string{"fanotify", "tap", "mount namespace without process"}

// TestStale lists and cleans up each situation.
func TestStale(t *testing.T) {
	unseen := kernelHides()
	for _, c := range staleCases() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if !isRoot() && slices.Contains(rootOnly, c.name) {
				unable(t, "only root can make this")
			}
			w := newMachine(t)
			before := w.shell(c.build)
			ino := lastWord(before)
			listed := w.run("list", "--stale")
			if what, ok := unseen[c.name]; ok {
				if listed = w.run("list", "--stale", "--verbose"); listed.status != "0" || !strings.Contains(listed.stderr, what) {
					t.Errorf("list --stale --verbose, status %s:\n%s%s\nwant %s", listed.status, listed.stdout, listed.stderr, what)
				}
				return
			}
			switch {
			case c.listed == "" && (listed.status != "0" || listed.stdout != ""):
				t.Errorf("listed, status %s:\n%s", listed.status, listed.stdout)
			case c.listed != "" && (listed.status != "3" || !strings.Contains(squeeze(listed.stdout), squeeze(c.listed))):
				t.Errorf("list --stale, status %s:\n%s\nwant %s", listed.status, listed.stdout, c.listed)
			}
			processes := w.processes()
			clean := []string{"delete", "--force-orphans", "--min-age", "0", "--wait"}
			if c.named {
				const says = "; to remove it anyway: netnsctl delete --force-orphans x\n0 removed, 0 released, 1 skipped"
				if a := w.run(clean...); a.status != "3" || !strings.Contains(a.stdout, says) {
					t.Errorf("delete without a name, status %s:\n%s%s", a.status, a.stdout, a.stderr)
				}
				clean = append(clean, "x")
			}
			cleaned := w.run(clean...)
			status := "0"
			if c.kept {
				status = "3"
			}
			if cleaned.status != status || !strings.Contains(cleaned.stdout, c.done) {
				t.Errorf("delete, status %s:\n%s%s\nwant %s, %s", cleaned.status, cleaned.stdout, cleaned.stderr, status, c.done)
			}
			// A child that ends a mount may take some time.
			if !poll(func() bool { return w.processes() == processes }) {
				t.Errorf("processes before:\n%s\nand after:\n%s", processes, w.processes())
			}
			if ino == "" {
				return
			}
			if found := w.finds(ino); found == c.gone {
				t.Errorf("namespace %s: gone is %v", ino, !found)
			}
		})
	}
}
