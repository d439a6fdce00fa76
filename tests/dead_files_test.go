package tests

import (
	"encoding/json"
	"strings"
	"testing"
)

// deadFileWorld has dead files in the directories of runtimes, and files there that look like some:
// one is open, one locked, one has a namespace mounted on it here, one in another mount namespace,
// one has content, one a second link. In the user namespace of an ordinary user all is his.
const deadFileWorld = `
	mkdir -p /run/netns /run/docker/netns /run/other/netns /run/user/1000/netns /run/none; cd /run/docker/netns
	touch /run/netns/name dead1 dead2 open locked here elsewhere linked /run/other/netns/dead /run/user/1000/netns/dead
	chown -R 1000:1000 /run/user/1000 2>/dev/null || true; chmod 700 /run/user/1000
	echo text >full; ln linked link; ln -s dead1 symbolic; mkdir directory
	unshare -n mount --bind /proc/self/ns/net here
	elsewhere 'unshare -n mount --bind /proc/self/ns/net /run/docker/netns/elsewhere'
	setsid sleep 1000 <open >/dev/null 2>&1 &
	mkfifo /run/up; setsid flock locked sh -c 'echo >/run/up; exec sleep 1000' >/dev/null 2>&1 </dev/null &
	read -r _ </run/up
`

// TestDeadFilesListed: with --all-directories the list has the dead files of runtimes, and nothing
// that is none.
func TestDeadFilesListed(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(deadFileWorld)
	if a := w.run("list", "--stale"); strings.Contains(a.stdout, "/netns/dead") {
		t.Error(a.stdout)
	}
	want := strings.TrimSpace(`
/run/docker/netns/dead1 stale dead-file: owned by docker skip (docker's)
/run/docker/netns/dead2 stale dead-file: owned by docker skip (docker's)
/run/docker/netns/locked stale dead-file: owned by docker skip (docker's)
/run/docker/netns/open stale dead-file: owned by docker skip (docker's)
/run/other/netns/dead stale dead-file: owned by the program that uses /run/other/netns skip (owned)
/run/user/1000/netns/dead stale dead-file: owned by podman skip (podman's)
name stale dead-file skip (young)`)
	words := []string{"list", "--all-directories", "--noheadings", "--no-trunc", "-o", "name,state,reason,action", "--filter", "state=stale"}
	a := w.run(words...)
	var got []string
	for line := range strings.Lines(a.stdout) {
		got = append(got, squeeze(strings.TrimSpace(line)))
	}
	if a.status != "3" || strings.Join(got, "\n") != want {
		t.Errorf("status %s:\n%s\nwant\n%s\n%s", a.status, strings.Join(got, "\n"), want, a.stderr)
	}
	var list struct {
		Names []struct{ Name, State, Cause, Owner string }
	}
	a = w.run("list", "--all-directories", "-j")
	if err := json.Unmarshal([]byte(a.stdout), &list); err != nil || len(list.Names) != 7 || list.Names[0] !=
		(struct{ Name, State, Cause, Owner string }{"/run/docker/netns/dead1", "stale", "dead-file", "docker"}) {
		t.Errorf("%v: %s", err, a.stdout)
	}
}

// TestDeadFilesRemoved: they go only if they, or their directory, are named, and nobody uses them.
func TestDeadFilesRemoved(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(deadFileWorld)
	files := func() string { return w.shell(`cd /run/docker/netns; echo *`) }
	const all = "dead1 dead2 directory elsewhere full here link linked locked open symbolic\n"
	w.run("prune", "--yes", "--older-than", "0", "--match", "/run/docker/netns/dead1")
	w.run("prune", "--yes", "--dry-run", "/run/docker/netns")
	if got := files(); got != all {
		t.Errorf("not named: %s", got)
	}
	a := w.run("prune", "--older-than", "1h", "/run/docker/netns/dead1")
	if a.status != "3" || !strings.Contains(a.stdout, "younger than 1h") {
		t.Errorf("young: status %s: %s%s", a.status, a.stdout, a.stderr)
	}
	a = w.run("delete", "--force-orphans", "/run/docker/netns/dead1", "/run/user/1000/netns/dead")
	if a.status != "0" || !strings.HasPrefix(a.stdout, "removed /run/docker/netns/dead1 (dead-file: owned by docker)\nremoved /run/user/1000/netns/dead ") {
		t.Errorf("named: status %s: %s%s", a.status, a.stdout, a.stderr)
	}
	for word, says := range map[string]string{
		"/run/docker/netns/open": "its file is open: descriptor 0 of pid ", "/run/docker/netns/locked": "its file is open: descriptor ",
	} {
		if a := w.run("prune", "--yes", word); a.status != "3" || !strings.Contains(a.stdout, "skipped "+word+": "+says) {
			t.Errorf("%s: status %s: %s%s", word, a.status, a.stdout, a.stderr)
		}
	}
	a = w.run("prune", "--yes", "/run/docker/netns/elsewhere")
	if a.status != "1" || !strings.Contains(a.stderr, " is held by mount /run/docker/netns/elsewhere in mnt:[") {
		t.Errorf("status %s: %s%s", a.status, a.stdout, a.stderr)
	}
	for _, word := range []string{"full", "linked", "symbolic", "directory"} {
		w.run("prune", "--yes", "/run/docker/netns/"+word)
	}
	w.run("prune", "--yes", "/run/docker/netns")
	if got, want := files(), "directory elsewhere full link linked locked open symbolic\n"; got != want {
		t.Errorf("%swant %s", got, want)
	}
}

// TestDeadFilesOfUser: what an ordinary user does in his directory has root remove nothing that he
// could not, and keeps no command waiting.
func TestDeadFilesOfUser(t *testing.T) {
	t.Parallel()
	b := newBattlefield(t)
	b.shell(`chmod 755 /run; mkdir -p /run/docker/netns /run/user/1000 /run/user/1001/netns /run/user/1002 /run/lock/netns; touch /run/docker/netns/dead
		mkdir /run/user/1000/root; touch /run/user/1000/root/x; mv /run/user/1000/root /run/user/1000/netns; chown 1000 /run/user/1000
		touch /run/user/1001/netns/x /run/user/1001/lock; ln /run/user/1001/lock /run/user/1001/netns/link; chown -R 1001 /run/user/1001
		ln -s /run/docker/netns /run/user/1002/netns; chown -hR 1002 /run/user/1002
		(cd /run/user/1001/netns; seq 6000 | xargs touch; chown 1001 .)`)
	a := b.brisk("list", "--all-directories", "--noheadings", "-o", "name", "--filter", "state=stale").stdout
	for _, never := range []string{"/run/user/1001/netns/link", "/run/user/1002"} {
		if strings.Contains(a, never) {
			t.Errorf("%s is listed", never)
		}
	}
	if got := strings.Count(a, "/run/user/1001/"); got == 0 || got > 4096 || !strings.Contains(a, "/run/docker/netns/dead") {
		t.Errorf("%d files of a user are listed", got)
	}
	for _, word := range []string{"/run/user/1000/netns/x", "/run/user/1000/netns", "/run/user/1002/netns/dead", "/run/user/1002/netns"} {
		if a := b.run("prune", "--yes", word); a.status != "1" {
			t.Errorf("%s: status %s: %s%s", word, a.status, a.stdout, a.stderr)
		}
	}
	b.shell(`test -e /run/user/1000/netns/x; test -e /run/docker/netns/dead; test -e /run/user/1001/lock`)
}

// TestDeadFilesSilent: a directory, or a file in one, on a file system that does not answer holds up
// nothing.
func TestDeadFilesSilent(t *testing.T) {
	t.Parallel()
	for point, build := range map[string]string{
		"/run/user/1000": "", "/run/user/1000/netns": "", "/run/f": "mount --bind /run/f/f1 /run/docker/netns/f1",
	} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			b := newBattlefield(t)
			b.fuseDevice()
			b.shell(`mkdir -p /run/docker/netns /run/user/1000/netns /run/f; touch /run/docker/netns/dead /run/docker/netns/f1`)
			a := b.rootAttack("fuse", point)
			b.shell(build)
			a.tell(hangAll)
			if said := b.brisk("list", "--all-directories"); !strings.Contains(said.stdout, "/run/docker/netns/dead ") {
				t.Errorf("%s%s", said.stdout, said.stderr)
			}
		})
	}
}
