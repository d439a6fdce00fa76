package tests

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestStaleDryRun: the plan is shown, nothing is done, the status is the same.
func TestStaleDryRun(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`mkdir /run/netns; : >/run/netns/dead; $HOLD descriptor`)
	dry := w.run("delete", "--force-orphans", "--min-age=0", "--dry-run")
	if dry.status != "3" || !strings.Contains(dry.stdout, "would remove dead (dead-file)\nwould spare net:[") {
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
	if a.status != "3" || !strings.Contains(a.stdout, "spared dead: younger than --min-age 10m0s\n") {
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
	if a.status != "0" || a.stdout != "0 removed, 0 released, 0 spared\n" {
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
		"unshare -m":    "netnsctl runs in another mount namespace than pid 1; leave the shell or command of netnsctl (or of ip netns exec), container or chroot, and",
		"unshare -p -f": "netnsctl runs in another pid namespace than pid 1;",
		"setpriv --bounding-set -sys_ptrace --inh-caps -sys_ptrace": "the namespaces of pid 1 could not be read; 2 processes could not be inspected;",
	} {
		a := w.command("/bin/sh", "-c", way+" netnsctl delete --force-orphans --min-age 0")
		if a.status != "1" || !strings.HasPrefix(a.stderr, "netnsctl: refusing to clean up: "+why+" run as root of the host") || strings.Count(a.stderr, "\n") != 1 {
			t.Errorf("%s: status %s: %s%s", way, a.status, a.stdout, a.stderr)
		}
	}
	w.shell(`test -f /run/netns/dead`)
}

// TestStaleViews: quiet, columns, headings, idle, everything.
func TestStaleViews(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`netnsctl add quiet; : >/run/netns/dead`)
	for _, c := range []struct{ words, status, stdout string }{
		{"list --stale -q", "3", "dead\n"},
		{"list --stale --noheadings -o name,state", "3", "dead  stale\n"},
		{"list --stale -o STATE", "3", "STATE\nstale\n"},
		{"list --idle -q", "3", "dead\nquiet\n"},
		{"list --idle -o NAME,REASON", "3", "NAME   REASON\ndead   dead-file\nquiet  no process\n"},
		{"list --stale --nonsense", "2", ""},
		{"list --stale -o NONSENSE", "2", ""},
		{"list --stale extra", "2", ""},
		{"delete --force-orphans --min-age soon", "2", ""},
		{"delete --verbose", "2", ""},
		{"delete --wait=soon dead", "2", ""},
		{"delete --min-age 0 quiet", "2", ""},
		{"delete --force-orphans nonsense", "1", ""},
		{"delete --force-orphans dead quite", "1", ""},
		{"delete --force-orphans --min-age 1d quiet", "3", "spared quiet: younger than --min-age 24h0m0s\n0 removed, 0 released, 1 spared\n"},
	} {
		a := w.run(strings.Fields(c.words)...)
		if a.status != c.status || a.stdout != c.stdout {
			t.Errorf("%s: status %s\n%s%s", c.words, a.status, a.stdout, a.stderr)
		}
		if c.status == "2" && !strings.HasPrefix(a.stderr, "netnsctl: ") {
			t.Errorf("%s: %s", c.words, a.stderr)
		}
	}
	help := w.run("list", "--stale", "--help")
	if help.status != "0" || !strings.Contains(help.stdout, "--all-namespaces") || help.stderr != "" {
		t.Errorf("help, status %s: %s%s", help.status, help.stdout, help.stderr)
	}
	w.shell(`test -f /run/netns/dead && test -f /run/netns/quiet`)
}

// TestStaleWordsKeepTheirMeaning: flags count wherever they stand after their command;
// names that look like flags are names after "--", and in the faces of iproute2.
func TestStaleWordsKeepTheirMeaning(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`netnsctl add -- --weird; netnsctl add x; : >/run/netns/dead
		test "$(netnsctl list | sort)" = "$(printf -- '--weird\ndead\nx')"
		netnsctl delete -- --weird
		test "$(netnsctl list | sort)" = "$(printf 'dead\nx')"
		test "$(netnsctl list -q --stale)" = dead
		netnsctl add y; netnsctl delete y --verbose | grep -q '^deleted y; net'
		test "$(netnsctl exec x echo --user)" = --user`)
	link := filepath.Join("/run", "ip-netns")
	if err := os.Symlink(filepath.Join(artefact, "bin", "netnsctl"), link); err != nil {
		t.Fatal(err)
	}
	if a := w.command(link, "list", "--stale"); a.status != "3" || !strings.Contains(a.stdout, "dead-file") {
		t.Errorf("alias: status %s: %s%s", a.status, a.stdout, a.stderr)
	}
	if a := w.command(link, "add", "--weird"); a.status != "0" || !strings.Contains(w.run("list").stdout, "--weird\n") {
		t.Errorf("alias: status %s: %s%s", a.status, a.stdout, a.stderr)
	}
}

// TestStaleAllOrNothing: what cannot be released as a whole is left as it was.
func TestStaleAllOrNothing(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`leak; mkdir -p /run/c/cov; : >/run/c/ns; echo full >/run/c/cov/ns
		elsewhere 'mount --bind /run/netns/leak /run/c/ns'; rm /run/settled
		elsewhere 'mount --bind /run/netns/leak /run/c/cov/ns; mount -t tmpfs t /run/c/cov'; netnsctl delete leak`)
	count := func() int {
		return strings.Count(w.run("list", "--stale", "--all-namespaces", "-j").stdout, `"/run/c/`)
	}
	before := count()
	a := w.run("delete", "--force-orphans", "--min-age", "0")
	if a.status != "1" || !strings.Contains(a.stdout, "0 released, 0 spared, 1 failed") || before != 2 || count() != before {
		t.Errorf("status %s: %s%s: %d mounts, then %d", a.status, a.stdout, a.stderr, before, count())
	}
}

// TestStaleJSON: always valid, whatever names contain.
func TestStaleJSON(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`netnsctl add x; mkdir -p /run/c; : >"$(printf '/run/netns/\377\001"\\')"
		: >"$(printf '/run/c/\376 \n')"; mount --bind /run/netns/x "$(printf '/run/c/\376 \n')"; netnsctl delete x`)
	for _, words := range []string{"list --stale -j", "-j list --all-namespaces", "-j -p list --idle", "-j delete --force-orphans --min-age 0"} {
		a := w.run(strings.Fields(words)...)
		if !json.Valid([]byte(a.stdout)) || a.status != "3" {
			t.Errorf("%s: status %s: %q", words, a.status, a.stdout)
		}
	}
}

// TestStaleDeleteVerbose: what still pins a namespace after its name is gone.
func TestStaleDeleteVerbose(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`netnsctl add held; netnsctl add free; netnsctl exec held sleep 1000 >/dev/null 2>&1 & asleep $!`)
	a := w.run("delete", "--verbose", "held")
	if a.status != "3" || !strings.Contains(a.stdout, "deleted name held; net:[") || !strings.Contains(a.stdout, "] is still in use by:\n  pid ") || !strings.Contains(a.stdout, "(sleep)") {
		t.Errorf("held: status %s: %s%s", a.status, a.stdout, a.stderr)
	}
	a = w.run("delete", "--wait=5", "free")
	if a.status != "0" || !strings.Contains(a.stdout, "deleted free; net:[") || !strings.HasSuffix(a.stdout, "] is gone\n") {
		t.Errorf("free: status %s: %s%s", a.status, a.stdout, a.stderr)
	}
	plain, verbose := w.run("delete", "none"), w.run("delete", "--verbose", "none")
	if verbose.status != plain.status || !strings.HasPrefix(verbose.stderr, plain.stderr) {
		t.Errorf("none: status %s, %s: %s", verbose.status, plain.status, verbose.stderr)
	}
}

// TestStaleWaitGivesUp: a namespace that is held does not go, and the wait says by
// whom it is.
func TestStaleWaitGivesUp(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`netnsctl add held; netnsctl exec held sleep 1000 >/dev/null 2>&1 & asleep $!`)
	start := time.Now()
	a := w.run("delete", "--wait=0.3", "held")
	if a.status != "3" || !strings.Contains(a.stdout, "(sleep)") || time.Since(start) < 300*time.Millisecond {
		t.Errorf("status %s: %s%s", a.status, a.stdout, a.stderr)
	}
}

// TestStaleKilled: a cleaner that is killed at any moment leaves what the next one
// can finish, and nothing healthy is touched.
func TestStaleKilled(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	const names = 100
	w.shell(fmt.Sprintf(`mkdir /run/netns; for i in $(seq %d); do
		: >/run/netns/dead$i
		: >/run/netns/wrong$i; mount --bind /proc/self/ns/uts /run/netns/wrong$i
		done
		for i in 1 2 3 4 5; do netnsctl add good$i; done`, names))
	for i := range 8 {
		cmd := exec.Command(filepath.Join(artefact, "bin", "netnsctl"), "delete", "--force-orphans", "--min-age", "0")
		cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(4+3*i) * time.Millisecond)
		cmd.Process.Kill()
		cmd.Wait()
	}
	a := w.run("delete", "--force-orphans", "--min-age", "0")
	if a.status != "0" {
		t.Errorf("status %s: %s%s", a.status, a.stdout, a.stderr)
	}
	w.shell(`test "$(netnsctl list | sort)" = "$(printf 'good1\ngood2\ngood3\ngood4\ngood5')"
		for i in 1 2 3 4 5; do netnsctl exec good$i true; done; ! grep -q 'uts:' /proc/self/mountinfo`)
}

// TestStaleTerminal: a terminal is never driven by a name.
func TestStaleTerminal(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`mkdir /run/netns; : >"$(printf '/run/netns/\033]0;x\007')"; ln -s "$(printf '/\033[2J')" /run/netns/l`)
	for _, words := range []string{"list --stale", "list --stale -q", "delete --force-orphans --min-age 0 --dry-run", "delete --force-orphans", "list --all-namespaces"} {
		a := w.run(strings.Fields(words)...)
		if strings.ContainsAny(a.stdout+a.stderr, "\033\007") {
			t.Errorf("%s: %q", words, a.stdout+a.stderr)
		}
	}
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
	if a.status != "1" || !strings.Contains(a.stderr, "netnsctl: refusing to clean up: mounts of other pid namespaces could not be inspected: /run/netns") {
		t.Errorf("status %s: %s%s", a.status, a.stdout, a.stderr)
	}
	w.shell(`test -L /run/netns/x; netnsctl exec late true`)
}

// TestStaleUndeletable: delete fails as `ip` does, and says the cause where it is
// asked to.
func TestStaleUndeletable(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ build, cause string }{
		"read-only":   {`mount -o remount,bind,ro /run/netns`, "the run directory is on a read-only mount"},
		"second bind": {`mkdir /run/copy; mount --make-private /run; mount --rbind /run/netns /run/copy; mount --make-rprivate /run/copy`, "something is mounted on it at /run/copy/x"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newMachine(t)
			w.shell(`netnsctl add x; ` + c.build)
			a := w.run("delete", "--verbose", "x")
			if a.status != "1" || !strings.HasPrefix(a.stderr, "Cannot remove namespace file ") || !strings.Contains(a.stderr, c.cause) {
				t.Errorf("status %s: %s%s", a.status, a.stdout, a.stderr)
			}
		})
	}
}
