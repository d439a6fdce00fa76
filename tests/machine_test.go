package tests

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// library is what every script of a world begins with.
const library = `
ino() { stat -Lc %i "$1"; } # the inode number of a namespace file
tick() { sleep 0.02; } # what is made next is younger than the pid namespace, whose age is in ticks of 10 ms
settle() { while ! test -s "$1"; do sleep 0.01; done; }
asleep() { until grep -qx sleep /proc/$1/comm; do sleep 0.01; done; } # has executed sleep by now
inUse() { netnsctl exec "$1" sleep 1000 >/dev/null 2>&1 & asleep $!; echo $!; } # by a process, whose pid is printed
quiet() { until ! grep -L 'State:.S' /proc/$1/task/*/status | grep -q .; do sleep 0.01; done; } # no thread of it runs
elsewhere() { # runs a script in a mount namespace of its own, and stays there; $2 is its propagation
	rm -f /run/settled
	setsid unshare -m --propagation ${2:-private} sh -c "$LIBRARY $1
		echo >/run/settled; exec sleep 1000" >/dev/null 2>&1 </dev/null &
	settle /run/settled
}
holdIn() { # a process that runs the Python $2 in the namespace $1 and goes back, but keeps what that has opened; its pid is printed
	rm -f /run/holds
	setsid python3 -c 'import ctypes, os, sys, time
libc, home, there = ctypes.CDLL(None), os.open("/proc/self/ns/net", os.O_RDONLY), os.open("/run/netns/" + sys.argv[1], os.O_RDONLY)
libc.setns(there, 0)
exec(sys.argv[2])
libc.setns(home, 0)
os.close(there)
open("/run/holds", "w").close(); time.sleep(1000)' "$1" "$2" >/dev/null 2>&1 </dev/null &
	while ! test -e /run/holds; do sleep 0.01; done
	echo $!
}
leak() { netnsctl add leak; ino /run/netns/leak >/run/ino; }
leakElsewhere() { # only a mount in another mount namespace keeps it
	leak
	elsewhere 'mkdir /run/c; : >/run/c/ns; mount --bind /run/netns/leak /run/c/ns'
	netnsctl delete leak
}
`

// machine is a sandbox with netnsctl in PATH.
type machine struct {
	t   *testing.T
	env []string
	box *sandbox
}

func newMachine(t *testing.T) *machine {
	t.Helper()
	if noSandbox != "" {
		unable(t, noSandbox)
	}
	hold := holdCommand(t)
	box, err := newSandbox()
	if err != nil {
		unable(t, "no sandbox:", err)
	}
	t.Cleanup(box.close)
	if err := mount("", "/", "", unix.MS_REC|unix.MS_SHARED, ""); err != nil { // as systemd does
		t.Fatal(err)
	}
	return &machine{t, []string{
		"LIBRARY=" + library, hold, "LC_ALL=C", "PATH=" + filepath.Join(artefact, "bin") + ":/usr/sbin:/usr/bin:/sbin:/bin",
	}, box}
}

// holdCommand is the variable HOLD with the command that starts a holder. It needs /proc.
func holdCommand(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	hold := filepath.Join(t.TempDir(), "hold")
	script := "#!/bin/sh\n" + holderVariable + `="$1" exec ` + self + "\n"
	if err := os.WriteFile(hold, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	return "HOLD=" + hold
}

func (w *machine) command(argv ...string) answer {
	w.t.Helper()
	a, err := command{path: argv[0], argv: argv, env: w.env, dir: "/"}.run()
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

func (w *machine) run(words ...string) answer {
	w.t.Helper()
	return w.command(append([]string{w.program()}, words...)...)
}

func (w *machine) program() string { return filepath.Join(artefact, "bin", "netnsctl") }

// shell runs a script after the library, and gives its output. It must succeed.
func (w *machine) shell(script string) string {
	w.t.Helper()
	a := w.command("/bin/sh", "-ec", library+script)
	if a.status != "0" {
		w.t.Fatalf("status %s: %s%s", a.status, a.stdout, a.stderr)
	}
	return a.stdout
}

// processes are all that run in the sandbox.
func (w *machine) processes() string {
	files, _ := filepath.Glob("/proc/[0-9]*/comm")
	var lines []string
	for _, file := range files {
		if comm, err := os.ReadFile(file); err == nil {
			lines = append(lines, file+" "+string(comm))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "")
}

// finds reports whether the kernel still has a namespace.
func (w *machine) finds(ino string) bool {
	w.t.Helper()
	a := w.run("list", "--all-namespaces", "-j")
	if !json.Valid([]byte(a.stdout)) {
		w.t.Errorf("no JSON: %s", a.stdout)
	}
	return strings.Contains(a.stdout, `"ino":`+ino+",")
}

// expectParts checks the status of an answer, and that a text of it has all parts.
func expectParts(t *testing.T, what string, a answer, status, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%s: no %q in %q", what, part, text)
		}
	}
	if a.status != status {
		t.Errorf("%s: status %s, want %s: %s%s", what, a.status, status, a.stdout, a.stderr)
	}
}

func lastWord(text string) string {
	words := strings.Fields(text)
	if len(words) == 0 {
		return ""
	}
	return words[len(words)-1]
}

// squeeze makes a table's gaps one blank.
func squeeze(text string) string { return strings.Join(strings.Fields(text), " ") }
