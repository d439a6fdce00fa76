package tests

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// lookWorld is a world in which a look could change something: all files note when they were
// read, namespaces have peers without an nsid, and a socket has an offset for peeks.
const lookWorld = `
	mount -t tmpfs -o strictatime,mode=755 t /run
	mkdir -p /run/u /run/d
	for n in red blue green idle; do netnsctl add $n; done
	mount -o remount,bind,strictatime /run/netns
	ip -n red link add v0 type veth peer name v1 netns blue
	ip -n red link set v0 up; ip -n blue link set v1 up; ip -n red addr add 10.1.0.1/24 dev v0
	ip link add far type veth peer name near netns green
	ip -n red link add mv type macvlan link v0 2>/dev/null && ip -n red link set mv netns green || true
	: >/run/netns/dead
	ln -s /run/netns/red /run/netns/alias; ln -s /run/nowhere /run/netns/dangling; ln -s loop /run/netns/loop
	echo text >/run/netns/content; mkfifo /run/netns/fifo
	inUse red >/run/d/pid
	ln -s /proc/$(cat /run/d/pid)/ns/net /run/netns/process
	leakElsewhere
	mkdir -p /run/docker/netns /var/lib/docker/containers/0123 /run/containerd /var/lib/cni/networks/net
	: >/run/docker/netns/1-x; unshare --net=/run/docker/netns/1-x true
	mkdir -p /run/containers/storage/overlay-containers; echo '[]' >/run/containers/storage/overlay-containers/containers.json
	for kind in descriptor flight socket:tcp socket:unix table ring peek:/run/d/ask; do $HOLD $kind >/dev/null; done
`

// lookedAt prints what a look could change. A stat changes nothing.
const lookedAt = `
	xargs -d '\n' stat -c '%n: atime %x, ctime %z' </run/d/files
	NSIDS="unshare -m sh -c 'mount -t tmpfs t /run && netnsctl list-id'"
	for n in red blue green idle; do echo "nsids of $n:"; (nsenter --net=/run/netns/$n sh -c "$NSIDS"); done
	echo nsids here:; sh -c "$NSIDS"
	: >/run/d/ask; cat /run/d/ask.told
	for p in $(cat /run/d/pids); do echo "oom_score_adj of $p:" $(cat /proc/$p/oom_score_adj); done
	cut -d' ' -f1 /proc/modules | sort
	cut -d' ' -f3- /proc/self/mountinfo | sort
`

// looks are the commands that look and change nothing.
var looks = []string{
	"list --stale", "list --verbose", "list --all-namespaces --columns all", "list --stale -j", "inspect red green", "inspect alias", "find 10.1.0.0/16",
	"find dead", "graph", "check", "metrics", "pids red", "delete --dry-run red dead alias dangling", "delete --force-orphans --dry-run --min-age 0",
	"delete --dry-run --all", "snapshot -", "list --idle", "prune --idle --dry-run --older-than 0", "prune --dry-run red dead",
}

// TestLookChangesNothing compares the world before and after each command that looks.
func TestLookChangesNothing(t *testing.T) {
	if !isRoot() {
		unable(t, "strictatime and oom_score_adj need root")
	}
	w := newMachine(t)
	w.shell(lookWorld)
	w.shell(`{ find /run /var/lib/docker /var/lib/cni /etc -xdev ! -path '/run/d*'; find /run/netns; } >/run/d/files
		ls /proc | grep '^[0-9]' >/run/d/pids.all; for p in $(cat /run/d/pids.all); do kill -0 $p 2>/dev/null && echo $p; done >/run/d/pids
		test -s /run/d/pids; mkdir -m 755 /run/d/state`)
	w.env = append(w.env, "STATE_DIRECTORY=/run/d/state") // check notes when it saw something first
	for _, look := range looks {
		before := w.shell(lookedAt)
		a := w.run(strings.Fields(look)...)
		if after := w.shell(lookedAt); after != before {
			t.Errorf("%s, status %s%s, changes\n%s", look, a.status, a.stderr, difference(before, after))
		}
	}
}

// difference is the lines that only one of two texts has.
func difference(before, after string) string {
	var b strings.Builder
	old, now := strings.Split(before, "\n"), strings.Split(after, "\n")
	for _, line := range old {
		if !slices.Contains(now, line) {
			fmt.Fprintf(&b, "- %s\n", line)
		}
	}
	for _, line := range now {
		if !slices.Contains(old, line) {
			fmt.Fprintf(&b, "+ %s\n", line)
		}
	}
	return b.String()
}

// TestLookMountsNothing: an automount point stays empty. Links in the run directory lead there
// and through it, and runtimes have their records there.
func TestLookMountsNothing(t *testing.T) {
	if text, err := os.ReadFile("/proc/filesystems"); err != nil || !strings.Contains(string(text), "autofs") {
		unable(t, "the kernel has no autofs")
	}
	if !isRoot() {
		unable(t, "autofs needs root")
	}
	w := newMachine(t)
	w.shell(`
		mkdir -p /run/netns /run/auto /run/containers/storage
		$HOLD autofs:/run/auto >/dev/null
		ln -s /run/auto /run/netns/at; ln -s /run/auto/x /run/netns/through; ln -s ../auto/x /run/netns/relative
		ln -s /run/auto /run/docker; ln -s /run/auto /run/containerd
		ln -s /run/auto /run/containers/storage/overlay-containers
		leakElsewhere`)
	if a := w.shell(`ls /run/auto/x 2>&1 || cat /run/auto.asked`); !strings.Contains(a, "ls") {
		t.Fatalf("nobody notes who walks in: %s", a)
	}
	w.shell(`rm /run/auto.asked`)
	for _, look := range append(looks, "inspect /run/auto", "inspect at") {
		w.run(strings.Fields(look)...)
		if asked := w.shell(`test ! -e /run/auto.asked || { cat /run/auto.asked; rm /run/auto.asked; }`); asked != "" {
			t.Errorf("%s: walked into the automount point: %s", look, asked)
		}
	}
}
