package tests

import (
	"strings"
	"testing"
)

// pathWorld is a machine with an orphan mounted at /run/docker/netns/a, whose ID is here, and a dead
// name web. Another mount namespace, with the ID mounts, has other namespaces at the same paths: an
// orphan there, and a healthy name web.
func pathWorld(t *testing.T) (w *machine, here, there, web, mounts string) {
	w = newMachine(t)
	ids := strings.Fields(w.shell(`
		id() { echo "net:[$(stat -L -c %i $1)]"; }
		orphan() { mkdir -p /run/docker/netns; : >$1; unshare -n mount --bind /proc/self/ns/net $1; }
		mkfifo /run/up
		setsid unshare -m --propagation private sh -ec '
			exec 9>/run/up
			mount -t tmpfs none /run; mkdir -p /run/docker/netns; : >/run/docker/netns/a
			unshare -n mount --bind /proc/self/ns/net /run/docker/netns/a
			ip netns add web
			stat -L -c "net:[%i]" /run/docker/netns/a /run/netns/web >&9
			readlink /proc/self/ns/mnt >&9; exec 9>&-; exec sleep 1000' >/dev/null 2>&1 </dev/null &
		there=$(cat /run/up); rm /run/up
		mkdir -p /run/netns; : >/run/netns/web; orphan /run/docker/netns/a
		id /run/docker/netns/a; echo "$there"`))
	if len(ids) != 4 {
		t.Fatal(ids)
	}
	return w, ids[0], ids[1], ids[2], ids[3]
}

// TestPathTarget: a path is what this mount namespace has there, by whatever way it leads there.
func TestPathTarget(t *testing.T) {
	t.Parallel()
	w, here, _, _, _ := pathWorld(t)
	w.shell(`ln -s docker /run/engine; mkdir /run/u`)
	released := "would release " + here + " (mount /run/docker/netns/a)\n"
	const web = "would remove web (dead-file)\n"
	for _, test := range []struct{ dir, word, stdout, stderr string }{
		{"/", "/run/docker/netns/a", released, ""},
		{"/", "/run/docker/netns", released, ""},
		{"/", "/run/docker/netns/", released, ""},
		{"/", "/run/engine/netns/a", released, ""},
		{"/", "/run/engine/../docker/netns/a", released, ""},
		{"/", "/run/engine/../netns/web", web, ""},
		{"/run/docker/netns", "./a", released, ""},
		{"/run/docker", "netns/a", released, ""},
		{"/run/netns", "../docker/netns/a", released, ""},
		{"/", "/run/netns/web", web, ""},
		{"/run/netns", "./web", web, ""},
		{"/run/docker/netns", "a", "", "no namespace a"},
		{"/", "/run/docker/netns/b", "", "no namespace /run/docker/netns/b"},
		{"/", "/run/u", "", "/run/u is a directory with nothing to clean up"},
		{"/", "/etc/passwd", "", "/etc/passwd is a regular file, on which no namespace is mounted"},
	} {
		status, stderr := "0", ""
		if test.stderr != "" {
			status, stderr = "1", "netnsctl: "+test.stderr+"\n"
		}
		a := w.command("/bin/sh", "-c", `cd "$1" && exec netnsctl delete --force-orphans --dry-run "$2"`, "sh", test.dir, test.word)
		expectAnswer(t, test.dir+": "+test.word, a, status, test.stdout, stderr)
	}
	// A directory names what lies directly in it.
	for _, above := range []string{"/run/docker", "/run", "/run/u/.."} {
		a := w.run("delete", "--force-orphans", "--dry-run", above)
		expectAnswer(t, above, a, "3", "would skip "+here+": mounted at /run/docker/netns/a, owned by docker; to release it anyway: netnsctl delete --force-orphans '"+here+"'\n", "")
	}
	// A name that is a link is that link, and not what it leads to.
	w.shell(`ln -s /run/docker/netns/a /run/netns/link`)
	w.run("delete", "--force-orphans", "/run/netns/link")
	w.shell(`! test -L /run/netns/link; test "$(stat -f -c %T /run/docker/netns/a)" = nsfs`)
}

// TestPathOverLink: the link of another user leads nowhere: he could make it lead anywhere.
func TestPathOverLink(t *testing.T) {
	t.Parallel()
	if !isRoot() {
		unable(t, "another user needs root")
	}
	w, _, _, _, _ := pathWorld(t)
	w.shell(`mkdir /run/u; ln -s /run/docker/netns /run/u/his; chown -h 1000 /run/u/his`)
	expectAnswer(t, "his link", w.run("prune", "--yes", "/run/u/his/a"), "1", "", "netnsctl: /run/u/his/a leads over a symbolic link "+
		"of another user, which is not followed; give the path to which it leads; nothing was done\n")
	w.shell(`test "$(stat -f -c %T /run/docker/netns/a)" = nsfs`)
}

// TestPathElsewhere: what lies at the same path in another mount namespace stays until it is named
// with that mount namespace.
func TestPathElsewhere(t *testing.T) {
	t.Parallel()
	w, here, there, web, mounts := pathWorld(t)
	alive := func(id string) bool { return strings.Contains(w.run("list", "--all-namespaces").stdout, id) }
	expect := func(word, status, stdout, stderr string) {
		t.Helper()
		a := w.run("delete", "--force-orphans", "--wait", word)
		if a.status != status || !strings.HasPrefix(a.stdout, stdout) || !strings.HasPrefix(a.stderr, stderr) {
			t.Errorf("%s: status %s: %s%s", word, a.status, a.stdout, a.stderr)
		}
	}
	expect("/run/docker/netns", "0", "released "+here+" (mount /run/docker/netns/a)\n", "")
	expect("/run/netns/web", "0", "removed web (dead-file)\n", "")
	if alive(here) || !alive(there) || !alive(web) {
		t.Error(w.run("list", "--all-namespaces").stdout)
	}
	expect("/run/docker", "1", "", "netnsctl: nothing to clean up is at /run/docker in this mount namespace, but "+there+
		" is held by mount /run/docker/netns/a in "+mounts+" of pid ")
	a := w.run("prune", "--dry-run", "/run/docker")
	if remedy := "; to release it: netnsctl prune '/run/docker/netns/a in " + mounts + "'\n"; !strings.HasSuffix(a.stderr, remedy) {
		t.Error(a.stderr)
	}
	expect("/run/docker/netns/a in mnt:[1]", "1", "", "netnsctl: no namespace ")
	expect("/run/docker in "+mounts, "3", "skipped "+there+": mounted at ", "")
	expect("/run/docker/netns in "+mounts, "0", "released "+there+" ", "")
	if alive(there) || !alive(web) {
		t.Error(w.run("list", "--all-namespaces").stdout)
	}
	expect("/run/netns/web in "+mounts, "0", "released "+web+" ", "")
}

// TestPathCopy: a mount that is named goes with its copies in mount namespaces that were made later.
func TestPathCopy(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`mkdir -p /run/docker/netns; : >/run/docker/netns/a
		unshare -n mount --bind /proc/self/ns/net /run/docker/netns/a
		elsewhere true`)
	a := w.run("delete", "--force-orphans", "--wait", "/run/docker/netns/a")
	if a.status != "0" || !strings.HasSuffix(a.stdout, "; 1 namespace is gone\n") {
		t.Errorf("status %s: %s%s", a.status, a.stdout, a.stderr)
	}
	w.shell(`! test -e /run/docker/netns/a`)
}
