package tests

import (
	"encoding/json"
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
	{"run directory a file", `echo precious >/run/netns`, "", false},
	{"run directory a link to nothing", `ln -s /nowhere /run/netns`, "", false},
	{"run directory a link", `mkdir /run/e; ln -s e /run/netns; netnsctl add live`, "", true},
	{"run directory in a loop", `ln -s netns /run/netns`, "", false},
	{"run directory a fifo", `mkfifo /run/netns`, "", false},
	{"read-only", `netnsctl add live; mount -o remount,bind,ro /run/netns`, "", true},
	{"full", `mkdir /run/netns; mount -t tmpfs -o size=4k,nr_inodes=4 full /run/netns; netnsctl add live; : >/run/netns/d`, "", true},
	{"stacked", `netnsctl add live; for i in 1 2 3; do mount --rbind /run/netns /run/netns; mount --bind /run/netns/live /run/netns/live; done`, "", true},
	{
		"names that drive a terminal", `netnsctl add live; for n in '\033[2J\033]0;x\007' '\233\061m' 'a\nb' '\342\200\256x' '\177' '\\' ' ' '-rf' "'\"" '$(reboot)' '%%s%%n'
			do netnsctl add -- "$(printf -- "$n")"; : >"/run/netns/$(printf -- "${n}d")"; done`, "", true,
	},
	{
		"all types of files", `netnsctl add live; cd /run/netns; mkfifo fifo; mknod null c 1 3 2>/dev/null || ln -s /dev/null null
			ln -s loop loop; ln -s /etc/shadow shadow; ln -s /dev/tty tty; ln -s /proc/kmsg kmsg; ln -s ../../etc dir; mkdir d
			ln -s /proc/self/fd/0 stdin; ln -s /proc/1/mem mem; python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("sock")'`, "", true,
	},
	{"hidepid", `netnsctl add live; mount -t proc -o hidepid=2 proc /proc`, "", true},
	{"empty procfs", `netnsctl add live; mount -t tmpfs none /proc`, "", false},
	{"32 descriptors", `netnsctl add live; for i in 1 2 3; do netnsctl add n$i; done`, `ulimit -n 32`, true},
	{"16 descriptors, 40 names", `netnsctl add lives; for i in $(seq 40); do netnsctl add n$i; done`, `ulimit -n 16`, false},
	{"little address space", `netnsctl add live`, `ulimit -v 2000000`, true},
	{"no standard input", `netnsctl add live`, `exec <&-`, true},
	{"no home, no path", `netnsctl add live`, `unset HOME PATH TMPDIR TERM LC_ALL`, true},
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
