package tests

import (
	"encoding/json"
	"strings"
	"testing"
)

// keptWorld has what looks left over on purpose: a stale and an idle name, a namespace that
// unshare --net=FILE has mounted, and that of an idle rootless docker, in the mount namespace of
// its user.
const keptWorld = `netnsctl add idle; : >/run/netns/dead
	mkdir -p /run/user/1000/dock; : >/run/user/1000/dock/netns; chown -R 1000 /run/user/1000
	setsid setpriv --reuid 1000 --clear-groups unshare -Urm sh -c 'unshare --net=/run/user/1000/dock/netns true; exec sleep 1000' >/dev/null 2>&1 </dev/null &
	asleep $!; : >/run/vpn; unshare --net=/run/vpn true`

// keep writes the only keep file.
func (w *machine) keep(lines string) {
	w.t.Helper()
	w.shell(`mkdir -p /etc/netnsctl/keep.d; printf '` + lines + `' >/etc/netnsctl/keep.d/x.conf`)
}

// TestKeep: what a keep file wants is no leftover for anybody, and is never removed.
func TestKeep(t *testing.T) {
	t.Parallel()
	if !isRoot() {
		unable(t, "another user needs root")
	}
	w := newMachine(t)
	w.shell(keptWorld)
	before := w.run("list", "--stale", "-n")
	expectParts(t, "without a file", before, "3", before.stdout, "dead ", "held by mount /run/vpn", "held by mount /run/user/1000/dock/netns")
	if a := w.run("check", "--min-age", "0"); a.status != "3" || !strings.HasPrefix(a.stdout, "NETNS CRITICAL - 2 orphaned, 1 stale") {
		t.Errorf("check: status %s: %s", a.status, a.stdout)
	}
	const file = "/etc/netnsctl/keep.d/x.conf:"
	for _, docker := range []string{"/run/user/*/dock", "*/dock/netns", "user:1000"} {
		w.keep(docker + `\n/run/vpn\ndead # ours\nidle\n`)
		a := w.run("list", "--stale", "-n", "--no-trunc")
		if a.status != "0" || strings.Count(a.stdout, "\n") != 1 {
			t.Errorf("%s: list --stale: status %s: %s%s", docker, a.status, a.stdout, a.stderr)
		}
		expectParts(t, docker, a, "0", a.stdout, "dead-file; kept by "+file+"3", "skip (kept)")
		a = w.run("list", "--idle", "--no-trunc")
		expectParts(t, docker, a, "0", a.stdout, "idle   kept by "+file+"1", "idle   kept by "+file+"2", "; kept by "+file+"4")
		a = w.run("check", "--min-age", "0")
		expectParts(t, docker, a, "0", a.stdout, "NETNS OK - 0 orphaned, 0 stale, 3 kept |")
		samples := metrics(t, w.run("metrics").stdout)
		for sample, want := range map[string]string{
			`netnsctl_kept{what="names"}`: "1", `netnsctl_kept{what="namespaces"}`: "2", `netnsctl_namespaces{state="orphan"}`: "0",
			`netnsctl_stale_names{cause="dead-file"}`: "0", `netnsctl_orphans{kind="mount"}`: "0", `netnsctl_oldest_orphan_age_seconds`: "0",
		} {
			if samples[sample] != want {
				t.Errorf("%s: %s is %q", docker, sample, samples[sample])
			}
		}
	}
	for words, want := range map[string]string{
		"prune --older-than 0":                         "skipped dead: kept by " + file + "3; to allow it, remove that line\n0 removed, 0 released, 1 skipped\n",
		"prune --idle --older-than 0 --yes":            "skipped idle: kept by " + file + "4; to allow it, remove that line\n0 removed, 0 released, 2 skipped\n",
		"delete --force-orphans --min-age 0 --dry-run": "would skip dead: kept by " + file + "3; to allow it, remove that line\n",
	} {
		a := w.run(strings.Fields(words)...)
		expectParts(t, words, a, "0", a.stdout, want)
	}
	for target, line := range map[string]string{"dead": "3", "idle": "4", "/run/vpn": "2", "/run/netns/dead": "3"} {
		a := w.run("delete", "--force-orphans", target)
		expectParts(t, target, a, "3", a.stdout, ": kept by "+file+line+"; to allow it, remove that line\n", "0 removed, 0 released, 1 skipped\n")
	}
	var plan struct {
		Spared []struct {
			WantedBy string `json:"wanted_by"`
			Kind     string
			Name     struct {
				WantedBy string `json:"wanted_by"`
			}
		}
	}
	a := w.run("delete", "--force-orphans", "idle", "-j")
	if err := json.Unmarshal([]byte(a.stdout), &plan); err != nil || len(plan.Spared) != 1 || plan.Spared[0].WantedBy != file+"4" ||
		plan.Spared[0].Kind != "kept" || plan.Spared[0].Name.WantedBy != file+"4" {
		t.Errorf("JSON, %v: %s", err, a.stdout)
	}
	w.shell(`test -e /run/netns/dead; test "$(stat -f -c %T /run/vpn)" = nsfs; test "$(stat -f -c %T /run/netns/idle)" = nsfs`)

	// delete deletes all the same, and what is wanted and new is no leak.
	w.shell(`netnsctl delete dead; netnsctl delete idle; netnsctl snapshot /run/record; netnsctl add idle; : >/run/netns/dead`)
	a = w.run("check", "--against", "/run/record")
	expectParts(t, "check --against", a, "0", a.stdout, "0 new since")

	// A line that matches nothing is told on request: it may be misspelled.
	w.keep(`idle,dead\nidle\nname:dead\nowner:nobody-*\n/run/vpn\n/srv/**\nuser:1000\nowner:sleep\n`)
	a = w.run("prune", "--dry-run", "--verbose", "--older-than", "0")
	var unmatched []string
	for line := range strings.SplitSeq(a.stderr, "\n") {
		if place, found := strings.CutSuffix(line, ": matches nothing at present"); found {
			unmatched = append(unmatched, strings.TrimPrefix(place, "netnsctl: "+file))
		}
	}
	if got := strings.Join(unmatched, " "); got != "1 4 6" {
		t.Errorf("lines that match nothing: %q: %s%s", got, a.stdout, a.stderr)
	}
	if a = w.run("prune", "--dry-run", "--older-than", "0"); strings.Contains(a.stderr, "matches nothing") {
		t.Errorf("without --verbose: %s", a.stderr)
	}

	// Without its line a thing is what it was.
	w.keep(`idle\n`)
	a = w.run("prune", "--older-than", "0", "dead", "/run/vpn")
	expectParts(t, "without its line", a, "0", a.stdout, "removed dead", "released net:[", "1 removed, 1 released, 0 skipped\n")
}

// TestKeepUnknown: where it is not known what is wanted, nothing is removed and no alarm is certain.
func TestKeepUnknown(t *testing.T) {
	t.Parallel()
	if !isRoot() {
		unable(t, "another user needs root")
	}
	w := newMachine(t)
	w.shell(`netnsctl add idle; : >/run/netns/dead; : >/run/vpn; unshare --net=/run/vpn true`)
	const file, remedy = "/etc/netnsctl/keep.d/x.conf", "; correct or remove it: what it wants kept is not known"
	for change, why := range map[string]string{
		`true`:                                     file + `:2: not a valid glob`,
		`echo ./a >x.conf`:                         file + `:1: not an absolute path`,
		`echo good >x.conf; chmod 666 *`:           file + `: writable by others than root`,
		`echo good >x.conf; chown 1000 *`:          file + `: not owned by root`,
		`rm x.conf; mkfifo x.conf`:                 file + `: not a regular file`,
		`rm x.conf; chmod 777 .`:                   `/etc/netnsctl/keep.d: writable by others than root`,
		`cd ..; rm -r keep.d; ln -s /srv/keep.d .`: `/etc/netnsctl/keep.d: a symbolic link that leads nowhere`,
	} {
		w.keep(`good\na[\n`)
		w.shell(`cd /etc/netnsctl/keep.d; ` + change)
		why += remedy
		for _, words := range []string{"prune --older-than 0 --yes", "prune --dry-run", "delete --force-orphans dead", "delete --force-orphans --dry-run"} {
			a := w.run(strings.Fields(words)...)
			if a.status != "1" || a.stdout != "" || a.stderr != "netnsctl: refusing to clean up: "+why+"\n" {
				t.Errorf("%s: %s: status %s: %s%s", change, words, a.status, a.stdout, a.stderr)
			}
		}
		a := w.run("list", "--stale")
		expectParts(t, change, a, "1", a.stderr, "netnsctl: incomplete: "+why)
		a = w.run("check", "--min-age", "0")
		expectParts(t, change, a, "1", a.stdout, "NETNS UNKNOWN - ", "incomplete: "+why)
		// What does not report leftovers is not concerned.
		for _, words := range []string{"list", "inspect idle", "find idle", "graph", "pids idle", "delete --dry-run idle"} {
			if a := w.run(strings.Fields(words)...); a.status != "0" || strings.Contains(a.stderr, "keep.d") {
				t.Errorf("%s: %s: status %s: %s", change, words, a.status, a.stderr)
			}
		}
		w.shell(`test -e /run/netns/dead; test "$(stat -f -c %T /run/vpn)" = nsfs; rm -r /etc/netnsctl/keep.d`)
	}
	// An ordinary user sees what the files say, and that he may not read one.
	w.keep(`dead\n`)
	user := func() answer {
		return w.command("/usr/bin/setpriv", "--reuid=1000", "--clear-groups", w.program(), "list", "--stale", "-n", "--no-trunc")
	}
	a := user()
	expectParts(t, "an ordinary user", a, "1", a.stdout, "dead-file; kept by "+file+":1")
	w.shell(`chmod 600 ` + file)
	a = user()
	expectParts(t, "a file that he may not read", a, "1", a.stderr, file+": permission denied")
}

// TestKeepLinked: what would take a device of a wanted namespace along stays, too.
func TestKeepLinked(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`for n in a b c; do netnsctl add $n; done; ip -n a link add v0 type veth peer name v1 netns b`)
	w.keep(`a\n`)
	a := w.run("prune", "--idle", "--older-than", "0", "--yes")
	expectParts(t, "prune --idle", a, "0", a.stdout, "removed c ", "skipped a: kept by /etc/netnsctl/keep.d/x.conf:1", "skipped b: v1 joins v0 of a")
	w.shell(`ip -n a link show v0`)
}
