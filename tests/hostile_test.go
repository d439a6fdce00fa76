package tests

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// hostileWorlds are states of a host in which our own commands must end, tell the
// truth in printable words and valid JSON, and harm nothing. What `ip` has commands
// for stands in testdata/compat/hostile_*.txtar.
var hostileWorlds = []struct {
	name  string
	build string
	// before comes before every command, in the same shell.
	before string
	// live says that the namespace of the name live must be found.
	live bool
}{
	{name: "run directory a file", build: `echo precious >/run/netns`},
	{name: "run directory a link to nothing", build: `ln -s /nowhere /run/netns`},
	{name: "run directory a link", build: `mkdir /run/e; ln -s e /run/netns; netnsctl add live`, live: true},
	{name: "run directory in a loop", build: `ln -s netns /run/netns`},
	{name: "run directory a fifo", build: `mkfifo /run/netns`},
	{name: "read-only", build: `netnsctl add live; mount -o remount,bind,ro /run/netns`, live: true},
	{
		name: "full",
		build: `
			mkdir /run/netns
			mount -t tmpfs -o size=4k,nr_inodes=4 full /run/netns
			netnsctl add live; : >/run/netns/d`,
		live: true,
	},
	{
		name: "stacked",
		build: `
			netnsctl add live
			for i in 1 2 3; do
				mount --rbind /run/netns /run/netns
				mount --bind /run/netns/live /run/netns/live
			done`,
		live: true,
	},
	{
		name: "names that drive a terminal",
		build: `
			netnsctl add live
			for n in '\033[2J\033]0;x\007' '\233\061m' 'a\nb' '\342\200\256x' '\177' '\\' ' ' '-rf' "'\"" '$(reboot)' '%%s%%n'; do
				netnsctl add -- "$(printf -- "$n")"
				: >"/run/netns/$(printf -- "${n}d")"
			done`,
		live: true,
	},
	{
		name: "all types of files",
		build: `
			netnsctl add live; cd /run/netns
			mkfifo fifo
			mknod null c 1 3 2>/dev/null || ln -s /dev/null null
			ln -s loop loop
			ln -s /etc/shadow shadow
			ln -s /dev/tty tty
			ln -s /proc/kmsg kmsg
			ln -s ../../etc dir
			mkdir d
			ln -s /proc/self/fd/0 stdin
			ln -s /proc/1/mem mem
			python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("sock")'`,
		live: true,
	},
	{name: "hidepid", build: `netnsctl add live; mount -o remount,hidepid=2 /proc`, live: true},
	{name: "empty procfs", build: `netnsctl add live; mount -t tmpfs none /proc`},
	{
		name:   "32 descriptors",
		build:  `netnsctl add live; for i in 1 2 3; do netnsctl add n$i; done`,
		before: `ulimit -n 32`,
		live:   true,
	},
	{
		name:   "16 descriptors, 40 names",
		build:  `netnsctl add lives; for i in $(seq 40); do netnsctl add n$i; done`,
		before: `ulimit -n 16`,
	},
	{name: "little address space", build: `netnsctl add live`, before: `ulimit -v 2000000`, live: true},
	{name: "no standard input", build: `netnsctl add live`, before: `exec <&-`, live: true},
	{name: "no home, no path", build: `netnsctl add live`, before: `unset HOME PATH TMPDIR TERM LC_ALL`, live: true},
}

// hostileCommands look, or change nothing by what they are told.
var hostileCommands = [][]string{
	{"list", "--stale"},
	{"list", "--stale", "--idle", "-j"},
	{"list", "--all-namespaces"},
	{"list", "--all-namespaces", "-j"},
	{"list", "--stale", "-q"},
	{"find", "dev:lo"},
	{"find", "tcp:80", "-j"},
	{"inspect", "live"},
	{"inspect", "live", "-j"},
	{"pids", "--verbose", "live"},
	{"identify", "--all", "1"},
	{"graph", "--all"},
	{"graph", "--all", "-j"},
	{"check", "--min-age", "0"},
	{"-j", "check"},
	{"metrics"},
	{"snapshot", "/run/record"},
	{"check", "--against", "/run/record"},
	{"delete", "--force-orphans", "--min-age", "0", "--dry-run"},
	{"delete", "--force-orphans", "--min-age", "0", "--dry-run", "-j"},
}

func TestHostile(t *testing.T) {
	for _, world := range hostileWorlds {
		t.Run(world.name, func(t *testing.T) {
			t.Parallel()
			w := newMachine(t)
			secret, _ := os.ReadFile("/etc/hosts")
			w.shell(world.build)
			before := w.entries()
			for _, words := range hostileCommands {
				a := w.hostile(world.before, words)
				if world.live && words[0] == "inspect" && a.status != "0" {
					t.Errorf("%q: status %s\n%s", words, a.status, a.stderr)
				}
			}
			if after := w.entries(); after != before {
				t.Errorf("looking has changed the run directory:\n%s\n%s", before, after)
			}
			w.hostile(world.before, []string{"delete", "--force-orphans", "--min-age", "0"})
			if now, _ := os.ReadFile("/etc/hosts"); string(now) != string(secret) {
				t.Error("a file outside has been changed")
			}
			if _, err := netnsOf("/run/netns/live"); world.live && err != nil {
				t.Error("the live namespace has been harmed:", err)
			}
		})
	}
}

// hostile runs a command and looks at what every command must keep to.
func (w *machine) hostile(before string, words []string) answer {
	w.t.Helper()
	line := before + "\nexec " + w.program() + " " + strings.Join(words, " ")
	a := w.command("/bin/sh", "-c", line)
	if !slices.Contains([]string{"0", "1", "2", "3"}, a.status) {
		w.t.Errorf("%q: status %s\n%s", words, a.status, a.stderr)
	}
	for _, text := range []string{a.stdout, a.stderr} {
		if strings.Contains(text, "goroutine ") || strings.Contains(text, "panic") {
			w.t.Errorf("%q crashes:\n%s", words, text)
		}
		if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }) {
			w.t.Errorf("%q drives the terminal: %q", words, text)
		}
	}
	if a.status == "1" && a.stdout+a.stderr == "" {
		w.t.Errorf("%q fails without a word", words)
	}
	if slices.Contains(words, "-j") && a.stdout+a.status != "1" && !json.Valid([]byte(a.stdout)) {
		w.t.Errorf("%q, status %s: no JSON: %q\n%s", words, a.status, a.stdout, a.stderr)
	}
	return a
}

// entries are the names of the run directory, whatever is there in its place.
func (w *machine) entries() string {
	return w.command("/bin/sh", "-c", "ls -ldb /run/netns; ls -lAb /run/netns").stdout
}

// TestHostileMany: 100,000 entries that lead nowhere are listed as `ip` lists them,
// judged, and removed, each time before a command counts as hung.
func TestHostileMany(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	const count = 100_000
	w.shell(`netnsctl add live`)
	for i := range count {
		if err := os.WriteFile(fmt.Sprintf("/run/netns/d%05d", i), nil, 0); err != nil {
			t.Fatal(err)
		}
	}
	listed := w.run("list")
	if lines := strings.Count(listed.stdout, "\n"); lines != count+1 {
		t.Errorf("list: status %s, %d lines, %.200s", listed.status, lines, listed.stderr)
	}
	if realIP != "" {
		if real := w.command(realIP, "netns", "list"); real.stdout != listed.stdout || real.stderr != listed.stderr {
			t.Errorf("ip lists otherwise: status %s, %d bytes and not %d", real.status, len(real.stdout), len(listed.stdout))
		}
	}
	if a := w.run("list", "--stale", "-q"); a.status != "3" || strings.Count(a.stdout, "\n") != count {
		t.Errorf("list --stale: status %s, %d lines, %.200s", a.status, strings.Count(a.stdout, "\n"), a.stderr)
	}
	if a := w.run("delete", "--force-orphans", "--min-age", "0"); a.status != "0" {
		t.Errorf("delete --force-orphans: status %s, %.200s", a.status, a.stderr)
	}
	if a := w.run("list"); a.stdout != "live\n" {
		t.Errorf("left: %.200s", a.stdout)
	}
}

// TestHostileHidepid: to an ordinary user procfs shows no other processes. That is
// said, nothing is called unused because of it, and nothing is cleaned up.
func TestHostileHidepid(t *testing.T) {
	t.Parallel()
	if !isRoot() {
		unable(t, "only root can become an ordinary user")
	}
	w := newMachine(t)
	w.shell(`netnsctl add live; : >/run/netns/dead; mount -t proc -o hidepid=2 proc /proc
		netnsctl exec live sleep 1000 >/dev/null 2>&1 &`)
	for _, words := range hostileCommands {
		a, err := command{path: w.program(), argv: append([]string{"netnsctl"}, words...), env: w.env, dir: "/", user: true}.run()
		if err != nil {
			t.Fatal(err)
		}
		said := a.stdout + a.stderr
		if strings.Contains(said, "panic") || a.status == "timeout" || a.status == "1" && said == "" {
			t.Errorf("%q: status %s\n%s", words, a.status, said)
		}
		if words[0] != "list" {
			continue
		}
		if len(words) > 1 && a.status == "0" || !strings.Contains(said, "netnsctl: incomplete: ") && !strings.Contains(said, `"not_seen":[{`) {
			t.Errorf("%q does not say that it cannot see: status %s\n%s", words, a.status, said)
		}
		if strings.Contains(said, "orphan") || strings.Contains(said, "no process  ") || strings.Contains(said, `"no process"`) {
			t.Errorf("%q knows what it cannot see:\n%s", words, said)
		}
	}
	a, err := command{path: w.program(), argv: []string{"netnsctl", "delete", "--force-orphans", "--min-age", "0"}, env: w.env, dir: "/", user: true}.run()
	if err != nil {
		t.Fatal(err)
	}
	if a.status == "0" || !strings.Contains(a.stderr, "netnsctl: ") {
		t.Errorf("delete --force-orphans: status %s\n%s%s", a.status, a.stdout, a.stderr)
	}
	w.shell(`test -e /run/netns/dead; netnsctl exec live true; rm /run/netns/dead`)
	a, err = command{path: w.program(), argv: []string{"netnsctl", "list", "--stale"}, env: w.env, dir: "/", user: true}.run()
	if err != nil || a.status != "1" || a.stdout != "" || !strings.HasPrefix(a.stderr, "netnsctl: incomplete: ") {
		t.Errorf("nothing that could be seen: %v %v", err, a)
	}
}
