package tests

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// fault is a command that is made to fail at every one of its system calls.
type fault struct {
	name string
	// world builds what is there before, with sh(1) and util-linux.
	world string
	// words are those of an `ip` call. $BATCH is a file that holds batch.
	words []string
	batch string
	// between are the calls whose states a command that does several things may
	// leave, each from the world again. Not all are netns calls.
	between [][][]string
	// inside says that the command prints the namespace that it runs in: t's, or
	// it must not run.
	inside bool
	// own says that it is an extension, which ip does not have.
	own bool
	// wide says that it makes so many calls that each fails with one errno only.
	wide bool
	// few says that a sample of `make test` has it.
	few bool
}

// The names of the worlds. Nothing but the name pins live and t.
const (
	faultNames = `new() { : >/run/netns/$1; chmod 0 /run/netns/$1; unshare --net=/run/netns/$1 true; }
		mkdir /run/netns; mount --bind /run/netns /run/netns; mount --make-private /run/netns; mount --make-shared /run/netns
		new live; new t; `
	bareRun   = `:`
	sharedRun = `mount --make-shared /run`
)

var faults = []fault{
	{name: "add", world: faultNames, words: []string{"netns", "add", "x"}, few: true},
	{name: "add, first", world: bareRun, words: []string{"netns", "add", "x"}},
	{name: "add, first, /run shared", world: sharedRun, words: []string{"netns", "add", "x"}},
	{name: "add, --up", own: true, world: faultNames, words: []string{"netns", "add", "--up", "x"}},
	{name: "attach", world: faultNames, words: []string{"netns", "attach", "x", "1"}},
	{name: "delete", world: faultNames, words: []string{"netns", "delete", "t"}, few: true},
	{name: "delete, dead file", world: faultNames + `: >/run/netns/d; chmod 0 /run/netns/d`, words: []string{"netns", "delete", "d"}},
	{name: "delete, link", world: faultNames + `ln -s live /run/netns/l`, words: []string{"netns", "delete", "l"}},
	{
		name: "delete, -all", world: faultNames + `new u`, words: []string{"-all", "netns", "delete"},
		between: [][][]string{{{"netns", "delete", "u"}}, {{"netns", "delete", "u"}, {"netns", "delete", "t"}}},
	},
	// The number is free again only when the namespace of the world before is gone.
	{name: "set", world: `until test -z "$(netnsctl list-id)"; do :; done; ` + faultNames, words: []string{"netns", "set", "t", "7"}},
	{
		name: "exec", inside: true, words: []string{"netns", "exec", "t", "/bin/readlink", "/proc/self/ns/net"},
		world: faultNames + `mkdir -p /etc/netns/t; echo 192.0.2.7 x >/etc/netns/t/hosts`,
	},
	{
		name: "exec, -all", inside: true, words: []string{"-all", "netns", "exec", "/bin/readlink", "/proc/self/ns/net"},
		world: faultNames + `umount /run/netns/live; rm /run/netns/live`,
	},
	{
		name: "batch of 3 adds", world: faultNames, words: []string{"-b", "$BATCH"},
		batch:   "netns add x\nnetns add y\nnetns add z\n",
		between: [][][]string{{{"netns", "add", "x"}}, {{"netns", "add", "x"}, {"netns", "add", "y"}}},
	},
	{
		// From the last, so that what is mounted again is where it was.
		name: "batch of 3 deletes", world: faultNames + `new u; new v`, words: []string{"-b", "$BATCH"},
		batch:   "netns delete v\nnetns delete u\nnetns delete t\n",
		between: [][][]string{{{"netns", "delete", "v"}}, {{"netns", "delete", "v"}, {"netns", "delete", "u"}}},
	},
	{
		name: "force-orphans, dead file", own: true, wide: true, words: cleanUp,
		world: faultNames + `: >/run/netns/d; chmod 0 /run/netns/d`,
	},
	{
		name: "force-orphans, leak", own: true, wide: true, words: append(cleanUp, "/run/c/ns"),
		world: faultNames + `mkdir /run/c; : >/run/c/ns; unshare --net=/run/c/ns true`,
		// The file goes after the mount.
		between: [][][]string{{{"umount", "/run/c/ns"}}},
	},
}

var cleanUp = []string{"netns", "delete", "--force-orphans", "--min-age", "0"}

// verdict is what a command that failed has left.
type verdict string

const (
	leftBefore verdict = "before" // the state before
	leftAfter  verdict = "after"  // the state after
	leftStale  verdict = "stale"  // a dead file: list --stale names it
	leftHalf   verdict = "half"   // the run directory without a name, which the next add completes
	leftBroken verdict = "BROKEN"
)

var verdicts = []verdict{leftBefore, leftAfter, leftStale, leftHalf, leftBroken}

// tally counts the verdicts of one command of one program.
type tally struct {
	injected int
	left     map[verdict]int
}

// TestFaults makes every system call of a command fail with every errno that it
// can give, once and from then on, and kills the process before each of them
// (which is: after the one before). Whatever happens, the run directory holds the
// state before, the state after, or a dead file that list --stale names; no other
// namespace is harmed, nothing stays mounted, and what exits with 0 has been done.
//
// The same is done to the installed ip, for the table; it fails no test.
func TestFaults(t *testing.T) {
	if noSandbox != "" {
		unable(t, noSandbox)
	}
	if _, err := findProgram("strace"); err != nil {
		unable(t, err)
	}
	var mu sync.Mutex
	table := map[string]tally{}
	t.Run("each", func(t *testing.T) {
		for _, f := range faults {
			for _, program := range []face{faces[0], realFace} {
				all := os.Getenv("NETNSCTL_TEST_FAULTS") != ""
				if !all && (!f.few || program == realFace) || program == realFace && (f.own || realIP == "") {
					continue
				}
				t.Run(program.name+"/"+f.name, func(t *testing.T) {
					t.Parallel()
					got := f.test(t, program, all)
					mu.Lock()
					defer mu.Unlock()
					table[f.name+program.name] = got
				})
			}
		}
	})
	t.Log("what was left:\n" + faultTable(table))
}

func faultTable(table map[string]tally) string {
	var b strings.Builder
	row := func(got tally, ok bool) {
		if !ok {
			fmt.Fprintf(&b, " | %8s%s", "-", strings.Repeat(fmt.Sprintf("%7s", "-"), len(verdicts)))
			return
		}
		fmt.Fprintf(&b, " | %8d", got.injected)
		for _, v := range verdicts {
			fmt.Fprintf(&b, "%7d", got.left[v])
		}
	}
	fmt.Fprintf(&b, "%-25s | netnsctl:%35s | ip netns:\n%-25s", "", "", "command")
	for range 2 {
		fmt.Fprintf(&b, " | %8s", "injected")
		for _, v := range verdicts {
			fmt.Fprintf(&b, "%7s", v)
		}
	}
	b.WriteString("\n")
	for _, f := range faults {
		fmt.Fprintf(&b, "%-25s", f.name)
		for _, program := range []face{faces[0], realFace} {
			got, ok := table[f.name+program.name]
			row(got, ok)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// test injects all that can be into one command of one program. Without all it
// only kills.
func (f fault) test(t *testing.T, program face, all bool) tally {
	w := newFaultWorld(t, f, program)
	points := w.learn()
	if f.wide {
		points = oneErrnoEach(points)
	}
	if !all {
		points = slices.DeleteFunc(points, func(p point) bool { return p.errno != "" })
	}
	result := tally{left: map[verdict]int{}}
	for _, p := range points {
		left, why, reached := w.inject(p)
		if !reached {
			// A batch has threads that do not run alike every time, and for how many
			// steps one look of a clean-up serves is a matter of time.
			if p.main && f.batch == "" && !f.wide {
				t.Errorf("%s: not reached", p)
			}
			continue
		}
		result.injected++
		result.left[left]++
		if left == leftBroken {
			w.tell("%s: %s", p, why)
		}
	}
	if result.injected < 5 {
		t.Errorf("only %d of %d injections: is this the program?", result.injected, len(points))
	}
	return result
}

func findProgram(name string) (string, error) {
	for _, dir := range []string{"/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin"} {
		path := filepath.Join(dir, name)
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s is not installed", name)
}
