package tests

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestStaleDryRun: the plan is shown, nothing is done, the status is the same.
func TestStaleDryRun(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`mkdir /run/netns; : >/run/netns/dead; $HOLD descriptor`)
	dry := w.run("delete", "--force-orphans", "--min-age=0", "--dry-run")
	if dry.status != "3" || !strings.Contains(dry.stdout, "would remove dead (dead-file)\nwould skip net:[") {
		t.Errorf("status %s: %s%s", dry.status, dry.stdout, dry.stderr)
	}
	asJSON := w.run("-j", "delete", "--force-orphans", "--min-age=0", "--dry-run")
	if asJSON.status != "3" || !json.Valid([]byte(asJSON.stdout)) || !strings.Contains(asJSON.stdout, `"dry_run":true`) {
		t.Errorf("status %s: %s", asJSON.status, asJSON.stdout)
	}
	w.shell(`test -f /run/netns/dead`)
	w.run("delete", "--force-orphans", "dead", "--min-age", "0")
	w.shell(`! test -e /run/netns/dead`)
}

// TestStaleGrace: what is young is only reported.
func TestStaleGrace(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`mkdir /run/netns; : >/run/netns/dead`)
	a := w.run("delete", "--force-orphans")
	if a.status != "3" || !strings.Contains(a.stdout, "skipped dead: younger than 10m; to remove it anyway: netnsctl delete --force-orphans dead\n") {
		t.Errorf("status %s: %s", a.status, a.stdout)
	}
	w.shell(`test -f /run/netns/dead`)
}

// TestStaleContainer: from a pid namespace of its own, what belongs to processes
// outside is neither seen nor touched (kernels from 6.12 to 6.17 would list it).
func TestStaleContainer(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`ip netns add x; mkdir -p /run/kept; : >/run/kept/x; mount --bind /run/netns/x /run/kept/x`)
	a := w.command("/usr/bin/unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--mount-proc", "/bin/sh", "-c",
		`umount -l /run; mount -t tmpfs run /run; netnsctl list --stale && netnsctl delete --force-orphans --min-age 0`)
	if a.status != "0" || a.stdout != "0 removed, 0 released, 0 skipped\n" {
		t.Errorf("status %s: %s%s", a.status, a.stdout, a.stderr)
	}
	w.shell(`test "$(stat -f -c %T /run/netns/x)" = nsfs && test "$(stat -f -c %T /run/kept/x)" = nsfs`)
}

// TestStaleBlind: in another mount or pid namespace than pid 1's, or without
// capabilities, nothing is called unused.
func TestStaleBlind(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`mkdir /run/netns; : >/run/netns/dead`)
	for way, why := range map[string]string{
		"unshare -m": "netnsctl runs in another mount namespace than pid 1; " +
			"leave the shell or command of netnsctl (or of ip netns exec), container or chroot, and",
		"unshare -p -f": "netnsctl runs in another pid namespace than pid 1;",
		"setpriv --bounding-set -sys_ptrace --inh-caps -sys_ptrace": "the namespaces of pid 1 could not be read; 2 processes could not be inspected;",
	} {
		a := w.command("/bin/sh", "-c", way+" netnsctl delete --force-orphans --min-age 0")
		expectParts(t, way, a, "1", a.stderr, "netnsctl: refusing to clean up: "+why+" run as root of the host")
		if strings.Count(a.stderr, "\n") != 1 {
			t.Errorf("%s: %s", way, a.stderr)
		}
	}
	w.shell(`test -f /run/netns/dead`)
}

// TestStaleForeignPIDs: in a container that shares the run directory with its host, a
// link to a process of the host looks dangling, and what the host has added since
// looks dead. All is left alone.
func TestStaleForeignPIDs(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`mkdir /run/netns; setsid unshare -n sleep 1000 >/dev/null 2>&1 & asleep $!; ln -s /proc/$!/ns/net /run/netns/x`)
	a := w.command("/bin/sh", "-c", `mkfifo /run/up /run/go
		sleep 0.1 # no container begins with its host's /run, and clocks of processes tick
		unshare -m -p -f --mount-proc --propagation private sh -c 'echo >/run/up; read go </run/go; exec netnsctl delete --force-orphans --min-age 0' &
		read up </run/up; netnsctl add late; echo >/run/go; wait $!`)
	expectParts(t, "in the container", a, "1", a.stderr,
		"netnsctl: refusing to clean up: mounts of other pid namespaces could not be inspected: /run/netns")
	w.shell(`test -L /run/netns/x; netnsctl exec late true`)
}

// TestStaleAllOrNothing: what cannot be released as a whole is left as it was.
func TestStaleAllOrNothing(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`
		leak
		mkdir -p /run/c/cov; : >/run/c/ns
		elsewhere 'mount --bind /run/netns/leak /run/c/ns'
		elsewhere '
			mount -t tmpfs t /run/c/cov; : >/run/c/cov/ns
			mount --bind /run/netns/leak /run/c/cov/ns
			mount -t tmpfs t /run/c/cov'
		netnsctl delete leak`)
	count := func() int {
		return strings.Count(w.run("list", "--stale", "--all-namespaces", "-j").stdout, `"/run/c/`)
	}
	before := count()
	a := w.run("delete", "--force-orphans", "--min-age", "0")
	if a.status != "3" || !strings.Contains(a.stdout, ": covered by the mount at /run/c/cov\n") || before != 2 || count() != before {
		t.Errorf("status %s: %s%s: %d mounts, then %d", a.status, a.stdout, a.stderr, before, count())
	}
}

// TestStaleKilled: a cleaner that is killed in the middle of its work leaves what the
// next one can finish, and nothing healthy is touched.
func TestStaleKilled(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`
		mkdir /run/netns
		long=$(printf '%0200d' 0)
		for i in $(seq 100); do
			: >/run/netns/dead$i-$long
			: >/run/netns/wrong$i-$long
			mount --bind /proc/self/ns/uts /run/netns/wrong$i-$long
		done
		for i in 1 2 3 4 5; do netnsctl add good$i; done`)
	left := func() int { return strings.Count(w.names(), "-") }
	before := left()
	for _, lines := range []int{1, 10, 20, 40} {
		w.killCleaner(lines, slices.DeleteFunc(strings.Fields(w.names()), func(name string) bool { return !strings.Contains(name, "-") }))
		now := left()
		if done := before - now; done < lines || now == 0 {
			t.Errorf("killed after %d lines: it has removed %d names and left %d", lines, done, now)
		}
		before = now
	}
	a := w.command("/bin/sh", "-c", "exec netnsctl delete --force-orphans /run/netns/*-*")
	if a.status != "0" {
		t.Errorf("status %s: %s%s", a.status, a.stdout, a.stderr)
	}
	w.shell(`
		test "$(netnsctl list | sort)" = "$(printf 'good1\ngood2\ngood3\ngood4\ngood5')"
		for i in 1 2 3 4 5; do netnsctl exec good$i true; done
		! grep -q 'uts:' /proc/self/mountinfo`)
}

// killCleaner kills a cleaner when it has said some lines, one for each name removed.
// It cannot be far ahead: the pipe for its output has room for one page. The cleaner
// has no Pdeathsig: Go's child kills itself where getppid(2), 0 in a new pid namespace,
// is not its parent.
func (w *machine) killCleaner(lines int, names []string) {
	w.t.Helper()
	out, in, err := os.Pipe()
	if err != nil {
		w.t.Fatal(err)
	}
	defer out.Close()
	if _, err := unix.FcntlInt(in.Fd(), unix.F_SETPIPE_SZ, 4096); err != nil {
		w.t.Fatal(err)
	}
	cmd := exec.Command(w.program(), append([]string{"delete", "--force-orphans"}, names...)...)
	cmd.Stdout = in
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	in.Close()
	said := bufio.NewScanner(out)
	for range lines {
		if !said.Scan() || !strings.HasPrefix(said.Text(), "removed ") {
			w.t.Errorf("says %q, %v", said.Text(), said.Err())
		}
	}
	cmd.Process.Kill()
	cmd.Wait()
	if state := statusText(cmd.ProcessState); state != "killed" {
		w.t.Errorf("the cleaner was not killed: status %s", state)
	}
}
