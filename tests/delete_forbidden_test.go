package tests

import (
	"strings"
	"testing"
)

// TestDeleteForbidden: root in a user namespace is told beforehand which names cannot be deleted
// there, and is refused by the kernel.
func TestDeleteForbidden(t *testing.T) {
	t.Parallel()
	if !isRoot() {
		unable(t, "a user namespace of another user needs root")
	}
	for _, c := range []struct{ name, dir, file, reason, err string }{
		{"sticky", "chmod 1777 /run/netns", "theirs", "its file belongs to another user, and the run directory has the sticky bit", "Operation not permitted"},
		{"not writable", ":", "theirs", "the permissions of the run directory do not allow it", "Permission denied"},
		{"locked", "chown 1000 /run/netns", "web", "its mount is locked: this user namespace has inherited it", "Device or resource busy"},
		{"immutable", "chattr +i /run/netns/theirs; chown 1000 /run/netns", "theirs", "its file is immutable (chattr +i)", "Operation not permitted"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newMachine(t)
			w.shell("netnsctl add web; : >/run/netns/theirs\n" + c.dir)
			in := func(words ...string) answer {
				return w.command(append([]string{
					"setpriv", "--reuid", "1000", "--regid", "1000", "--clear-groups", "unshare", "-Urmpf", "--kill-child", "--mount-proc", w.program(),
				}, words...)...)
			}
			dry, done := in("delete", "--dry-run", c.file), in("delete", c.file)
			if dry.status != "1" || dry.stdout != "cannot delete "+c.file+": "+c.reason+"\n" {
				t.Errorf("dry run: status %s: %s%s", dry.status, dry.stdout, dry.stderr)
			}
			if done.status != "1" || !strings.HasPrefix(done.stderr, `Cannot remove namespace file "/run/netns/`+c.file+`": `+c.err+"\n") {
				t.Errorf("status %s: %s%s", done.status, done.stdout, done.stderr)
			}
			w.shell("test -e /run/netns/" + c.file)
		})
	}
}

// TestDeleteLocked: where another process has the lock on the run directory, the clean-up says who,
// and what to do.
func TestDeleteLocked(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	pid := lastWord(w.shell(`mkdir /run/netns; : >/run/netns/dead
		flock /run/netns sh -c 'echo >/run/settled; exec sleep 1000' >/dev/null 2>&1 & settle /run/settled; echo $!`))
	a := w.run("delete", "--force-orphans", "dead")
	expectParts(t, "locked", a, "1", a.stderr, "is locked by pid "+pid+" (", "; run this again when the lock is free\n")
	w.shell(`test -e /run/netns/dead`)
}
