package tests

import (
	"strings"
	"testing"
)

// TestDetachedTree: a name that lives on in a detached tree only is not removed, as that would end
// its mount there, and the namespace with it. A dry run of delete says so.
func TestDetachedTree(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`netnsctl add x; mount --make-rprivate /run/netns
		ip link add far type veth peer name near netns x
		$HOLD copy:/run/netns >/run/held; umount /run/netns/x`)
	where := "something may be mounted on its file: 1 detached mount tree could not be inspected: pid "
	ended, status := "would delete x: ", "0"
	if detachedTreesClone() {
		where = "is mounted on its file at /x in a detached mount tree, descriptor "
		ended, status = ": that mount would end, too\n", "3"
	}
	for _, words := range []string{"--dry-run", "", "--dry-run x", "x"} {
		if words == "x" && status == "0" {
			break // what cannot be inspected does not keep what is named
		}
		want := "3"
		if strings.HasSuffix(words, "x") {
			want = status
		}
		a := w.run(strings.Fields("delete --force-orphans --min-age 0 " + words)...)
		if a.status != want || want == "3" && !strings.Contains(a.stdout, where) {
			t.Errorf("%s: status %s: %s%s", words, a.status, a.stdout, a.stderr)
		}
	}
	if a := w.run("delete", "--dry-run", "x"); !strings.Contains(a.stdout, ended) {
		t.Errorf("status %s: %s%s", a.status, a.stdout, a.stderr)
	}
	w.shell(`ip link show far`)
	w.shell(`kill $(cut -d' ' -f1 /run/held); until ! ip link show far 2>/dev/null; do sleep 0.01; done`)
	if a := w.run("delete", "--force-orphans", "--min-age", "0"); a.status != "0" || a.stdout != "removed x (dead-file)\n1 removed, 0 released, 0 skipped\n" {
		t.Errorf("afterwards: status %s: %s%s", a.status, a.stdout, a.stderr)
	}
}

// TestTreeInFlight: a descriptor in flight may be of such a tree.
func TestTreeInFlight(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`netnsctl add x; mount --make-rprivate /run/netns
		ip link add far type veth peer name near netns x
		python3 -c '
import os, socket, time
a, b = socket.socketpair()
fd = os.open("/run/netns", os.O_RDONLY | os.O_DIRECTORY)
socket.send_fds(a, [b"x"], [fd])
os.close(fd)
open("/run/held", "w").write("1\n")
time.sleep(1000)' >/dev/null 2>&1 & settle /run/held
		umount /run/netns/x`)
	const skipped = "skipped x: something may be mounted on its file: 1 descriptor in flight could not be inspected: pid "
	if a := w.run("delete", "--force-orphans", "--min-age", "0"); a.status != "3" || !strings.Contains(a.stdout, skipped) ||
		!strings.Contains(a.stdout, "; to remove it anyway: netnsctl delete --force-orphans x\n") {
		t.Errorf("status %s: %s%s", a.status, a.stdout, a.stderr)
	}
	if a := w.run("delete", "--force-orphans", "x"); a.status != "0" || !strings.HasPrefix(a.stdout, "removed x ") {
		t.Errorf("named: status %s: %s%s", a.status, a.stdout, a.stderr)
	}
}
