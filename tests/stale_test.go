package tests

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// staleCase is one situation. Its script runs in a sandbox with netnsctl in PATH;
// the last word of its output is the inode number of the namespace in question,
// if there is one.
type staleCase struct {
	name   string
	build  string
	listed string // part of a line of list --stale; empty if nothing is listed
	// status and after are of delete --force-orphans --min-age 0.
	status string
	done   string // part of its output
	gone   bool   // the namespace, afterwards
}

// inode prints the inode number of a namespace file.
const inode = `ino() { stat -Lc %i "$1"; }
tick() { sleep 0.02; } # what is made next is younger than the pid namespace, whose age is in ticks of 10 ms
settle() { while ! test -s "$1"; do sleep 0.01; done; }
asleep() { until grep -qx sleep /proc/$1/comm; do sleep 0.01; done; } # has executed sleep by now
elsewhere() { # runs a script in a mount namespace of its own, and stays there; $2 is its propagation
	setsid unshare -m --propagation ${2:-private} sh -c "$1; echo >/run/settled; exec sleep 1000" >/dev/null 2>&1 </dev/null &
	settle /run/settled
}
leak() { netnsctl add leak; ino /run/netns/leak >/run/ino; }
`

var staleCases = []staleCase{
	// Stale names.
	{
		"dead file", `mkdir /run/netns; : >/run/netns/x`,
		"x  stale  dead-file", "0", "removed x (dead-file)", false,
	},
	{
		"dangling link", `mkdir /run/netns; tick; ln -s /proc/999999/ns/net /run/netns/x`,
		"x  stale  dangling-link: to /proc/999999/ns/net", "0", "removed x", false,
	},
	{
		"link loop", `mkdir /run/netns; ln -s x /run/netns/x`,
		"x  stale  link-loop", "0", "removed x", false,
	},
	{
		"recycled pid", `mkdir /run/netns
			tick; sleep 1000 & p=$!; ln -s /proc/$p/ns/net /run/netns/x; sleep 0.1; kill $p; wait $p || true
			while test -e /proc/$p; do sleep 0.01; done
			echo $((p-1)) >/proc/sys/kernel/ns_last_pid; sleep 1000 >/dev/null 2>&1 & test $! = $p`,
		"stale  recycled-pid", "0", "removed x", false,
	},
	{
		"wrong type", `mkdir /run/netns; : >/run/netns/x; mount --bind /proc/self/ns/ipc /run/netns/x`,
		"x  stale  wrong-type: of type ipc", "0", "removed x", false,
	},
	{
		"link to a wrong type", `mkdir /run/netns; tick; ln -s /proc/1/ns/uts /run/netns/x`,
		"x  stale  wrong-type: of type uts", "0", "removed x", false,
	},
	{
		"directory", `mkdir -p /run/netns/x`,
		"x  stale  not-a-namespace: a directory", "0", "removed x", false,
	},
	{
		"fifo", `mkdir /run/netns; mkfifo /run/netns/x`,
		"x  stale  not-a-namespace: a fifo", "0", "removed x", false,
	},
	{
		"content", `mkdir /run/netns; echo precious >/run/netns/x`,
		"x  stale  not-a-namespace: a file with content", "3", "spared x: it has content", false,
	},
	{
		"foreign mount", `mkdir -p /run/netns/x; mount -t tmpfs none /run/netns/x`,
		"x  stale  not-a-namespace: a mount of something else", "3", "spared x: something that is not", false,
	},
	{
		"awkward name", `mkdir /run/netns; : >"$(printf '/run/netns/a b\033[2J\377')"`,
		`"a b\x1b[2J\xff"  stale  dead-file`, "0", `removed "a b\x1b[2J\xff"`, false,
	},
	{
		"dead file, process inside", `netnsctl add x; netnsctl exec x sleep 1000 >/dev/null 2>&1 & asleep $!; ino /run/netns/x; umount -l /run/netns/x`,
		"x  stale  dead-file", "0", "removed x", false,
	},

	// Leaked namespaces.
	{
		"leak in another mount namespace", `leak; elsewhere 'mkdir /run/c; : >/run/c/ns; mount --bind /run/netns/leak /run/c/ns'
			netnsctl delete leak; cat /run/ino`,
		"orphan  held by mount /run/c/ns in mnt:[", "0", "released net:[", true,
	},
	{
		"leak in several layers", `leak; elsewhere 'mkdir /run/c; : >/run/c/ns; for i in 1 2 3; do mount --bind /run/netns/leak /run/c/ns; done'
			netnsctl delete leak; cat /run/ino`,
		"mount /run/c/ns in mnt:[", "0", "released net:[", true,
	},
	{
		"leak in a chroot", `leak; mkdir /run/jail; elsewhere 'mkdir /run/c; : >/run/c/ns; mount --bind /run/netns/leak /run/c/ns
			mount --rbind / /run/jail; echo >/run/settled; exec chroot /run/jail sleep 1000'
			netnsctl delete leak; cat /run/ino`,
		"orphan  held by ", "0", "released net:[", true,
	},
	{
		"covered leak", `leak; elsewhere 'mkdir -p /run/c/d; : >/run/c/d/ns; mount --bind /run/netns/leak /run/c/d/ns; mount -t tmpfs none /run/c'
			netnsctl delete leak; cat /run/ino`,
		"orphan  held by covered mount /run/c/d/ns in mnt:[", "0", "released net:[", true,
	},
	{
		"covered here", `leak; mkdir -p /run/c/d; : >/run/c/d/ns; mount --bind /run/netns/leak /run/c/d/ns; mount -t tmpfs none /run/c
			netnsctl delete leak; cat /run/ino`,
		"orphan  held by covered mount /run/c/d/ns", "0", "released net:[", true,
	},
	{
		"locked leak", `leak; mkdir /run/c; : >/run/c/ns; elsewhere 'mount --bind /run/netns/leak /run/c/ns
			unshare -U -r -m sh -c "echo >/run/settled; exec sleep 1000"'
			pkill -f '^unshare -m' || true; netnsctl delete leak; cat /run/ino`,
		"orphan  held by mount /run/c/ns in mnt:[", "0", "released net:[", true,
	},
	{
		"mount namespace without process", `leak; mkdir /run/mns; mount -t tmpfs none /run/mns; mount --make-private /run/mns; : >/run/mns/m
			mkdir /run/c; : >/run/c/ns # the kernel binds younger mount namespaces only, by numbers that two processors hand out
			until unshare --mount=/run/mns/m --propagation private mount --bind /run/netns/leak /run/c/ns 2>/dev/null; do sleep 0.01; done
			netnsctl delete leak; cat /run/ino`,
		"which has no process", "0", "released net:[", true,
	},
	{
		"runtime's directory", `leak; mkdir -p /run/docker/netns; : >/run/docker/netns/1-x; mount --bind /run/netns/leak /run/docker/netns/1-x
			netnsctl delete leak; cat /run/ino`,
		"orphan  held by mount /run/docker/netns/1-x", "3", "which belongs to docker: name it", false,
	},
	{
		"reachable here", `leak; : >/run/kept; mount --bind /run/netns/leak /run/kept; netnsctl delete leak; cat /run/ino`,
		"orphan  held by mount /run/kept", "3", "mounted at /run/kept: name it", false,
	},

	// Hidden: a holder must give it up.
	{"descriptor", `$HOLD descriptor`, "held by descriptor ", "3", "held by descriptor ", false},
	{"O_PATH descriptor", `$HOLD path`, "held by descriptor ", "3", "held by descriptor ", false},
	{"thread", `$HOLD thread`, "held by thread ", "3", "held by thread ", false},
	{"table of a thread", `$HOLD table`, " of thread ", "3", " of thread ", false},
	{"tcp socket", `$HOLD socket:tcp`, "held by socket tcp, descriptor ", "3", "held by socket tcp", false},
	{"udp socket", `$HOLD socket:udp`, "held by socket udp, descriptor ", "3", "held by socket udp", false},
	{"unix socket", `$HOLD socket:unix`, "held by socket unix, descriptor ", "3", "held by socket unix", false},
	{"netlink socket", `$HOLD socket:netlink`, "held by socket netlink, descriptor ", "3", "held by socket netlink", false},
	{"packet socket", `$HOLD socket:packet`, "held by socket packet, descriptor ", "3", "held by socket packet", false},
	{"tap", `$HOLD tun`, "held by tun/tap device held0, descriptor ", "3", "held by tun/tap device held0", false},
	{"in flight", `$HOLD flight`, "held by descriptor in flight, descriptor ", "3", "held by descriptor in flight", false},
	{"inotify", `$HOLD inotify:/run/i`, "held by inotify mark, descriptor ", "3", "held by inotify mark", false},
	{"fanotify", `$HOLD fanotify:/run/i`, "held by fanotify mark, descriptor ", "3", "held by fanotify mark", false},
	{"io_uring", `$HOLD ring`, "held by io_uring file, descriptor ", "3", "held by io_uring file", false},
	{"detached tree", `$HOLD tree:/run/t`, "held by detached mount tree, descriptor ", "3", "held by detached mount tree", false},

	// Healthy.
	{"idle", `netnsctl add x; ino /run/netns/x`, "", "0", "0 removed, 0 released, 0 spared", false},
	{"hidden name", `netnsctl add .x; ino /run/netns/.x`, "", "0", "0 removed", false},
	{"alias", `netnsctl add x; : >/run/netns/y; mount --bind /run/netns/x /run/netns/y; ino /run/netns/y`, "", "0", "0 removed", false},
	{"stacked", `netnsctl add x; mount --bind /run/netns/x /run/netns/x; ino /run/netns/x`, "", "0", "0 removed", false},
	{"in use", `netnsctl add x; ino /run/netns/x; netnsctl exec x sleep 1000 >/dev/null 2>&1 & asleep $!`, "", "0", "0 removed", false},
	{
		"link to a live process", `mkdir /run/netns; setsid unshare -n sleep 1000 >/dev/null 2>&1 & p=$!; asleep $p
			tick; ln -s /proc/$p/ns/net /run/netns/x; ino /run/netns/x`, "", "0", "0 removed", false,
	},
	{"without name, a process", `setsid unshare -n sleep 1000 >/dev/null 2>&1 & p=$!; asleep $p; ino /proc/$p/ns/net`, "", "0", "0 removed", false},
	{"the host's own", `mkdir /run/netns; : >/run/netns/host; mount --bind /proc/1/ns/net /run/netns/host; ino /proc/1/ns/net`, "", "0", "0 removed", false},
	{
		"names of another mount namespace", `mkdir /run/netns; elsewhere 'mount -t tmpfs none /run/netns; netnsctl add own; stat -Lc %i /run/netns/own >/run/ino'
			cat /run/ino`, "", "0", "0 removed", false,
	},
	{
		"copy of the run directory", `netnsctl add x; mkdir /run/copy; mount --make-private /run; mount --rbind /run/netns /run/copy; ino /run/netns/x`,
		"", "0", "0 removed", false,
	},
	{"read-only", `netnsctl add x; ino /run/netns/x; mount -o remount,bind,ro /run/netns`, "", "0", "0 removed", false},
}

// rootOnly are situations that an ordinary user cannot make, in a user namespace
// neither.
var rootOnly = []string{"fanotify", "tap", "mount namespace without process"}

// TestStale lists and cleans up each situation.
func TestStale(t *testing.T) {
	unseen := kernelHides()
	for _, c := range staleCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if !isRoot() && slices.Contains(rootOnly, c.name) {
				unable(t, "only root can make this")
			}
			w := newStaleWorld(t)
			before := w.shell(inode + c.build)
			ino := lastWord(before)
			listed := w.run("list", "--stale")
			if what, ok := unseen[c.name]; ok {
				if listed.status != "0" || !strings.Contains(listed.stderr, "not seen: "+what) {
					t.Errorf("list --stale, status %s:\n%s%s\nwant not seen: %s", listed.status, listed.stdout, listed.stderr, what)
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
			cleaned := w.run("delete", "--force-orphans", "--min-age", "0", "--wait=5")
			if cleaned.status != c.status || !strings.Contains(cleaned.stdout, c.done) {
				t.Errorf("delete, status %s:\n%s%s\nwant %s, %s", cleaned.status, cleaned.stdout, cleaned.stderr, c.status, c.done)
			}
			if after := w.processes(); after != processes {
				t.Errorf("processes before:\n%s\nand after:\n%s", processes, after)
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

// staleWorld runs netnsctl in a sandbox.
type staleWorld struct {
	t   *testing.T
	env []string
	box *sandbox
}

func newStaleWorld(t *testing.T) *staleWorld {
	t.Helper()
	if noSandbox != "" {
		unable(t, noSandbox)
	}
	self, err := os.Executable() // while there is a /proc
	if err != nil {
		t.Fatal(err)
	}
	box, err := newSandbox()
	if err != nil {
		unable(t, "no sandbox:", err)
	}
	t.Cleanup(box.close)
	if err := mount("", "/", "", unix.MS_REC|unix.MS_SHARED, ""); err != nil { // as systemd does
		t.Fatal(err)
	}
	hold := filepath.Join(t.TempDir(), "hold")
	script := "#!/bin/sh\n" + holderVariable + `="$1" exec ` + self + "\n"
	if err := os.WriteFile(hold, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	return &staleWorld{t, []string{
		"HOLD=" + hold, "LC_ALL=C", "PATH=" + filepath.Join(artefact, "bin") + ":/usr/sbin:/usr/bin:/sbin:/bin",
	}, box}
}

func (w *staleWorld) command(argv ...string) answer {
	w.t.Helper()
	a, err := command{path: argv[0], argv: argv, env: w.env, dir: "/"}.run()
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

func (w *staleWorld) run(words ...string) answer {
	w.t.Helper()
	return w.command(append([]string{w.program()}, words...)...)
}

func (w *staleWorld) program() string { return filepath.Join(artefact, "bin", "netnsctl") }

func (w *staleWorld) shell(script string) string {
	w.t.Helper()
	a := w.command("/bin/sh", "-ec", script)
	if a.status != "0" {
		w.t.Fatalf("status %s: %s%s", a.status, a.stdout, a.stderr)
	}
	return a.stdout
}

// processes are all that run in the sandbox.
func (w *staleWorld) processes() string {
	files, _ := filepath.Glob("/proc/[0-9]*/comm")
	var lines []string
	for _, file := range files {
		if comm, err := os.ReadFile(file); err == nil {
			lines = append(lines, file+" "+string(comm))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "")
}

// finds tells whether the kernel still has a namespace.
func (w *staleWorld) finds(ino string) bool {
	w.t.Helper()
	a := w.run("list", "--all-namespaces", "-j")
	if !json.Valid([]byte(a.stdout)) {
		w.t.Errorf("no JSON: %s", a.stdout)
	}
	return strings.Contains(a.stdout, `"ino":`+ino+",")
}

func lastWord(text string) string {
	words := strings.Fields(text)
	if len(words) == 0 {
		return ""
	}
	return words[len(words)-1]
}

// squeeze makes a table's gaps one blank.
func squeeze(text string) string { return strings.Join(strings.Fields(text), " ") }
