package tests

import (
	"strings"
	"testing"
)

// plainWorld has a namespace of a container, which a process is in, a healthy name, and a copy of
// the program that everybody may execute.
const plainWorld = `
	umask 022
	mkdir -p /run/plain /run/docker/netns; cp "$(command -v netnsctl)" /run/plain/
	netnsctl add vpn
	: >/run/docker/netns/0a1b
	unshare -n sh -c 'mount --bind /proc/self/ns/net /run/docker/netns/0a1b; exec sleep 1000' >/dev/null 2>&1 & asleep $!
	stat -Lc 'net:[%i]' /run/docker/netns/0a1b`

// asNobody runs a command of netnsctl as an ordinary user.
const asNobody = "setpriv --reuid 65534 --regid 65534 --clear-groups "

// blindWays are callers that cannot inspect the processes of others.
var blindWays = map[string]string{
	"an ordinary user":                asNobody,
	"root of a user namespace":        asNobody + "unshare -Ur ",
	"an own mount and user namespace": asNobody + "unshare -Urm ",
	"no CAP_SYS_PTRACE":               "setpriv --bounding-set -sys_ptrace --inh-caps -sys_ptrace ",
	"an ordinary user, hidepid":       "mount -o remount,hidepid=2 /proc; " + asNobody,
	"a container":                     "unshare -mpf --propagation private --mount-proc ",
}

// TestUnknownWithGap: where processes cannot be inspected, nothing is called an orphan or idle, in
// any command.
func TestUnknownWithGap(t *testing.T) {
	t.Parallel()
	for who, way := range blindWays {
		t.Run(who, func(t *testing.T) {
			if strings.Contains(way, asNobody) && !isRoot() {
				unable(t, "another user needs root")
			}
			w := newMachine(t)
			id := strings.TrimSpace(w.shell(plainWorld))
			ask := func(words string) answer {
				return w.command("/bin/sh", "-c", way+"/run/plain/netnsctl "+words)
			}
			if a := w.run("list", "--stale"); a.status != "0" || a.stdout != "" {
				t.Fatalf("root: status %s: %s%s", a.status, a.stdout, a.stderr)
			}
			a := ask("list --stale")
			expectParts(t, "list --stale", a, "1", squeeze(a.stdout), id+" unknown cannot tell: ", "; held by mount /run/docker/netns/0a1b")
			a = ask("list --stale --no-trunc -n -o state,action")
			expectParts(t, "ACTION", a, "1", squeeze(a.stdout), "unknown refuse")
			a = ask("list --idle -n -o name,state")
			expectParts(t, "list --idle", a, "1", squeeze(a.stdout)+"\n", "vpn unknown "+id+" unknown\n")
			a = ask("list -n -o name,state")
			expectParts(t, "list", a, "1", squeeze(a.stdout)+"\n", "vpn unknown\n")
			a = ask("list --all-namespaces -n -o name --filter state=unknown")
			expectParts(t, "filter", a, "1", squeeze(a.stdout), "vpn "+id)
			a = ask("-j list --stale")
			expectParts(t, "JSON", a, "1", a.stdout, `"state":"unknown","reason":"cannot tell: `)
			a = ask("check")
			expectParts(t, "check", a, "1", a.stdout, "NETNS UNKNOWN - 0 orphaned, 0 stale, 2 unknown, incomplete: ", "orphans=0;", " unknown=2;;;0\n")
			a = ask("check --nagios --max-orphans 0")
			expectParts(t, "check --nagios", a, "3", a.stdout, "NETNS UNKNOWN - 0 orphaned")
			a = ask("metrics")
			expectParts(t, "metrics", a, "0", a.stdout, `netnsctl_namespaces{state="unknown"} 2`, `netnsctl_namespaces{state="orphan"} 0`,
				`netnsctl_namespaces{state="idle"} 0`, `netnsctl_orphans{kind="mount"} 0`, "netnsctl_unknown_names 0\n")
			a = ask("inspect vpn")
			expectParts(t, "inspect", a, "1", squeeze(a.stdout), "state unknown: cannot tell: ")
			if strings.Contains(a.stdout, "no device leads out") && strings.Contains(a.stdout, "could not be read: list devices") {
				t.Errorf("inspect: evidence that was not seen: %s", a.stdout)
			}
			a = ask("find name:vpn -n -o state")
			expectParts(t, "find", a, "0", a.stdout, "unknown")
			a = ask("pids --verbose vpn")
			expectParts(t, "pids", a, "1", a.stdout, "no process inside was found")
			a = ask("graph vpn")
			expectParts(t, "graph", a, a.status, a.stdout, "unknown")
			a = ask("delete --force-orphans --min-age 0")
			expectParts(t, "clean-up", a, "1", a.stderr, "refusing to clean up: ")
		})
	}
}

// TestSeenIsCertain: what was seen has its verdict, also for an ordinary user: a process of his inside,
// and a dead file. In a user namespace of his own a dead file may have a mount elsewhere.
func TestSeenIsCertain(t *testing.T) {
	if !isRoot() {
		unable(t, "another user needs root")
	}
	t.Parallel()
	w := newMachine(t)
	w.shell(plainWorld + `
		: >/run/netns/dead; ln -s /nowhere /run/netns/link
		mkdir -m 700 /run/secret; : >/run/secret/file; ln -s /run/secret/file /run/netns/behind
		` + asNobody + `unshare -Urn sleep 1000 >/dev/null 2>&1 & asleep $!; stat -Lc 'net:[%i]' /proc/$!/ns/net >/run/his`)
	a := w.shell(asNobody + `/run/plain/netnsctl list --all-namespaces -n -o name,state --filter 'state!=host' || test $? = 3`)
	for _, want := range []string{"dead stale", "link stale", "behind unknown", strings.TrimSpace(w.read("/run/his")) + " in-use"} {
		if !strings.Contains(squeeze(a), want) {
			t.Errorf("no %q in %q", want, a)
		}
	}
	expectParts(t, "stale", w.command("/bin/sh", "-c", asNobody+"/run/plain/netnsctl list --stale"), "3", "")
	own := w.command("/bin/sh", "-c", asNobody+"unshare -Urm /run/plain/netnsctl list --stale -n -o name,state,reason --no-trunc")
	expectParts(t, "in a user namespace", own, "1", squeeze(own.stdout), "dead unknown cannot tell: the namespaces of pid 1 could not be read; dead-file")
	own = w.command("/bin/sh", "-c", asNobody+"unshare -Urm /run/plain/netnsctl inspect dead")
	expectParts(t, "inspect", own, "1", own.stderr, "dead cannot be inspected: the namespaces of pid 1 could not be read")
	own = w.command("/bin/sh", "-c", asNobody+"unshare -Urm /run/plain/netnsctl attach --replace dead /proc/self/ns/net")
	expectParts(t, "attach --replace", own, "1", own.stderr, "dead cannot be inspected: the namespaces of pid 1 could not be read; dead-file; nothing was done\n")
}

// TestUnreadableRunDirectory: a name in a run directory that the caller may not read (root's umask was
// 027) is no orphan.
func TestUnreadableRunDirectory(t *testing.T) {
	if !isRoot() {
		unable(t, "another user needs root")
	}
	t.Parallel()
	w := newMachine(t)
	w.shell(`mkdir -m 755 /run/plain; cp "$(command -v netnsctl)" /run/plain/; umask 027; netnsctl add vpn`)
	ask := func(words string) answer { return w.command("/bin/sh", "-c", asNobody+"/run/plain/netnsctl "+words) }
	a := ask("list --stale")
	expectParts(t, "list --stale", a, "1", squeeze(a.stdout), "unknown cannot tell: ", "held by mount /run/netns/vpn")
	a = ask("check")
	expectParts(t, "check", a, "1", a.stdout, "NETNS UNKNOWN - 0 orphaned, 0 stale, 1 unknown")
	a = ask("delete --dry-run vpn")
	expectParts(t, "dry run", a, "1", a.stderr, "netnsctl: vpn could not be inspected\n")
}

// TestSnapshotIncomplete: what a record of an ordinary user lacks is not new.
func TestSnapshotIncomplete(t *testing.T) {
	if !isRoot() {
		unable(t, "another user needs root")
	}
	t.Parallel()
	w := newMachine(t)
	w.shell(plainWorld + `
		unshare -n sleep 1000 >/dev/null 2>&1 & asleep $!
		` + asNobody + `/run/plain/netnsctl snapshot - >/run/record 2>/dev/null || test $? = 1`)
	a := w.run("check", "--against", "/run/record")
	expectParts(t, "check", a, "1", a.stderr, "/run/record is incomplete, and what is new cannot be told: ", " processes could not be inspected; ")
	a = w.run("-j", "check", "--against", "/run/record")
	expectParts(t, "JSON", a, "1", a.stdout, `"what":"processes not readable"`)
	w.shell(`netnsctl snapshot /run/record; unshare -n sleep 1000 >/dev/null 2>&1 & asleep $!`)
	a = w.run("check", "--against", "/run/record")
	expectParts(t, "a whole record", a, "3", a.stdout, "1 new since ")
}
