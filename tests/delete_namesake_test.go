package tests

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// namesakeWorld has dead files on which a namespace is mounted in another mount namespace: net0 is its
// name there, other is none. The process there writes its pid to /run/pid. plain is dead everywhere.
const namesakeWorld = `
	mkdir -p /run/netns; : >/run/netns/net0; : >/run/netns/other; : >/run/netns/plain
	elsewhere '
		echo $$ >/run/pid
		netnsctl add x; mount --bind /run/netns/x /run/netns/net0; netnsctl delete x
		mkdir /run/box; mount --bind /run/netns /run/box; mount --make-private /run/box
		netnsctl add y; mount --bind /run/netns/y /run/box/other; netnsctl delete y'
`

// thereAre says what is at the two files in the other mount namespace.
func (w *machine) thereAre() string {
	return w.shell(`for f in /run/netns/net0 /run/box/other; do nsenter -t "$(cat /run/pid)" -m stat -fc %T $f 2>/dev/null || echo gone; done`)
}

// TestDeleteNamesake: a delete that looks, of a dead file on which another mount namespace has a
// namespace, says so and does nothing without --yes. A program that reads JSON gets to know it.
func TestDeleteNamesake(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(namesakeWorld)
	for _, words := range []string{
		"delete --verbose net0", "delete --verbose other", "delete --verbose --json net0", "delete --wait other",
		"delete --verbose --all", "delete --match net* -v", "delete --verbose plain net0",
	} {
		a := w.run(strings.Fields(words)...)
		expectParts(t, words, a, "2", a.stderr, " in use in another mount namespace:\n  net:[", "] is mounted on its file at /run/", " in mnt:[", ": that mount would end, too\n",
			"there is no terminal to ask on: add --yes", "; nothing was done")
		if a.stdout != "" {
			t.Errorf("%s: %s", words, a.stdout)
		}
	}
	if got := w.thereAre(); got != "nsfs\nnsfs\n" {
		t.Errorf("without --yes: %q", got)
	}
	if a := w.run("delete", "--verbose", "plain"); a.status != "0" || a.stdout != "deleted plain, which led to no network namespace\n" || a.stderr != "" {
		t.Errorf("plain: status %s: %s%s", a.status, a.stdout, a.stderr)
	}
	a := w.run("delete", "--dry-run", "net0")
	expectParts(t, "dry run", a, "0", a.stdout, ": that mount would end, too\n", "alive: what is inside would be lost\n")
	a = w.run("delete", "--verbose", "--yes", "net0")
	expectParts(t, "--yes", a, "0", a.stdout, "deleted net0, which led to no network namespace\n  net:[", "] was mounted on its file at /run/netns/net0 in mnt:[",
		": that mount has ended, too\n", "alive: what was inside is lost\n")
	a = w.run("delete", "--json", "other")
	expectParts(t, "--json", a, "0", a.stdout, `"outcome":"deleted","also_unmounted":[{"mount_namespace":`, `"path":"/run/box/other"`)
	if got := w.thereAre(); got != "gone\ngone\n" {
		t.Errorf("with --yes: %q", got)
	}
}

// TestDeleteNamesakeAsks: on a terminal every extended delete asks.
func TestDeleteNamesakeAsks(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(namesakeWorld)
	term := w.startShell("netnsctl delete --verbose net0")
	term.expect("delete net0 all the same? [y/N] ")
	term.send("n\n")
	term.expect("status 1")
	term = w.startShell("netnsctl delete net0 other plain")
	term.expect("delete net0, other all the same? [y/N] ")
	term.send("\n")
	term.expect("status 1")
	if got := w.thereAre(); got != "nsfs\nnsfs\n" {
		t.Errorf("after no: %q", got)
	}
	term = w.startShell("netnsctl delete --verbose net0")
	term.expect("delete net0 all the same? [y/N] ")
	term.send("y\n")
	term.expect("status 0")
	if got := w.thereAre(); got != "gone\nnsfs\n" {
		t.Errorf("after yes: %q", got)
	}
}

// TestDeleteNamesakePlain: the plain delete, in each face, is that of iproute2: silent and done.
func TestDeleteNamesakePlain(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	if err := os.Symlink(filepath.Join(artefact, "bin", "netnsctl"), "/run/ip"); err != nil {
		t.Fatal(err)
	}
	w.shell(namesakeWorld)
	for _, argv := range [][]string{{w.program(), "delete", "net0"}, {"/run/ip", "netns", "delete", "other"}} {
		if a := w.command(argv...); a.status != "0" || a.stdout+a.stderr != "" {
			t.Errorf("%q: status %s: %s%s", argv, a.status, a.stdout, a.stderr)
		}
	}
	if got := w.thereAre(); got != "gone\ngone\n" {
		t.Errorf("%q", got)
	}
}

// TestNamesakeTold: list and inspect say which namespace is mounted on a dead file, and where.
func TestNamesakeTold(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(namesakeWorld)
	a := w.run("list", "--stale", "--no-trunc", "-n", "-o", "name,reason")
	expectParts(t, "list", a, "3", squeeze(a.stdout), "net0 dead-file: net:[", "] is named net0 in the mount namespace of pid ",
		"other dead-file: net:[", "] is mounted on it: mount /run/box/other in mnt:[")
	a = w.run("-j", "list", "--stale")
	expectParts(t, "JSON", a, "3", a.stdout, `"mounted_elsewhere":[{"id":"net:[`, `"path":"/run/box/other"`)
	a = w.run("inspect", "net0")
	expectParts(t, "inspect", a, "1", a.stderr, "net0 is a stale name (dead-file): no namespace is mounted on it; a namespace named net0 lives in the mount namespace of pid ")
	a = w.run("inspect", "other")
	expectParts(t, "inspect", a, "1", a.stderr, "other is a stale name (dead-file): no namespace is mounted on it; net:[",
		"] is mounted on its file at /run/box/other in mnt:[", "; deleting the name would end that mount")
}
