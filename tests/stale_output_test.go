package tests

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

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
		{"list --idle -o NAME,STATE", "3", "NAME   STATE\ndead   stale\nquiet  idle\n"},
		{"list --stale --nonsense", "2", ""},
		{"list --stale -o NONSENSE", "2", ""},
		{"list --stale extra", "2", ""},
		{"delete --force-orphans --min-age soon", "2", ""},
		{"delete --verbose", "2", ""},
		{"delete --wait=soon dead", "2", ""},
		{"delete --min-age 0 quiet", "2", ""},
		{"delete --force-orphans nonsense", "1", ""},
		{"delete --force-orphans dead quite", "1", ""},
		{"delete --force-orphans --min-age 1d quiet", "3", "skipped quiet: younger than 24h\n0 removed, 0 released, 1 skipped\n"},
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

// TestStaleTerminal: a terminal is never driven by a name.
func TestStaleTerminal(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`mkdir /run/netns; : >"$(printf '/run/netns/\033]0;x\007')"; ln -s "$(printf '/\033[2J')" /run/netns/l`)
	for _, words := range []string{
		"list --stale", "list --stale -q", "list --all-namespaces",
		"delete --force-orphans --min-age 0 --dry-run", "delete --force-orphans",
	} {
		a := w.run(strings.Fields(words)...)
		if strings.ContainsAny(a.stdout+a.stderr, "\033\007") {
			t.Errorf("%s: %q", words, a.stdout+a.stderr)
		}
	}
}
