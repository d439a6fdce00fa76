package tests

import (
	"bytes"
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// What a package may cost before main. The largest that Go itself brings stay
// well below; a lost build tag or a table built at start goes far beyond.
const (
	maxInitBytes  = 16 << 10
	maxInitAllocs = 64
)

var initLine = regexp.MustCompile(`(?m)^init (\S+) @.*, (\d+) bytes, (\d+) allocs$`)

// initTrace gives the runtime's report of what is initialised for a call, a line
// per package.
func initTrace(words ...string) string {
	return initTraceOf(filepath.Join(artefact, "bin", "netnsctl"), words...)
}

func initTraceOf(program string, words ...string) string {
	cmd := exec.Command(program, words...)
	cmd.Env = []string{"GODEBUG=inittrace=1"}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	cmd.Run()
	return stderr.String()
}

// TestStartup looks at the columns that are the same in every run, never at the
// clock.
func TestStartup(t *testing.T) {
	trace := initTrace("-Version")
	inits := initLine.FindAllStringSubmatch(trace, -1)
	if len(inits) < 3 {
		t.Fatalf("no trace of package initialisation:\n%s", trace)
	}
	for _, m := range inits {
		size, _ := strconv.Atoi(m[2])
		allocs, _ := strconv.Atoi(m[3])
		if size > maxInitBytes || allocs > maxInitAllocs {
			t.Errorf("package %s: %d bytes in %d allocations before main", m[1], size, allocs)
		}
	}
}

// TestStartupLimit: package syscall takes the limit of descriptors down for children
// when it is initialised, so it has to be the inherited one by then.
func TestStartupLimit(t *testing.T) {
	trace := initTrace("-Version")
	restored := strings.Index(trace, "/compat/proc/entry @")
	taken := strings.Index(trace, "init syscall @")
	if restored < 0 || taken < restored {
		t.Errorf("not initialised in this order: entry, syscall:\n%s", trace)
	}
}

// TestEarly: iproute2's commands are answered before the packages that only others
// need are initialised. In the face netnsctl that are the calls that are right.
func TestEarly(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell("netnsctl add blue")
	// vishvananda/netlink brings net and regexp.
	needless := []string{"github.com/urfave/cli/v2", "text/template"}
	for face, calls := range map[string][][]string{
		"netnsctl": {
			{"list"},
			{"-j", "list"},
			{"exec", "blue", "/bin/true"},
			{"exec", "blue", "/bin/echo", "--user"},
			{"-n", "blue", "list"},
			{"-all", "exec", "/bin/true"},
			{"identify", "1"},
			{"pids", "blue"},
			{"set", "blue", "5"},
			{"list-id"},
			{"add", "red"},
			{"delete", "red"},
		},
		"ip-netns": {{"list"}, {"help"}, {"exec", "nowhere", "/bin/true"}, {"-n", "nowhere", "list"}, {"list", "surplus"}, {"delete", "nowhere"}},
		"ip":       {{"netns", "list"}, {"netns", "exec", "blue", "/bin/true"}, {"netns", "exec", "nowhere", "/bin/true"}},
	} {
		for _, words := range calls {
			trace := initTraceOf(filepath.Join(artefact, "face", face, face), words...)
			if !strings.Contains(trace, "init runtime @") && !strings.Contains(trace, "init syscall @") {
				t.Errorf("%s %s: no trace:\n%s", face, words, trace)
			}
			for _, pkg := range needless {
				if strings.Contains(trace, "init "+pkg+" ") {
					t.Errorf("%s %s: package %s is initialised", face, words, pkg)
				}
			}
		}
	}
	if names := w.names(); names != "blue" {
		t.Errorf("left: %s", names)
	}
	if trace := initTrace("-Version"); !strings.Contains(trace, "init "+needless[0]+" ") {
		t.Errorf("no trace of %s at all:\n%s", needless[0], trace)
	}
}

// TestStaticBinary: nothing is loaded at start, and the binary records what it
// was given.
func TestStaticBinary(t *testing.T) {
	f, err := elf.Open(filepath.Join(artefact, "bin", "netnsctl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if f.Type != elf.ET_EXEC {
		t.Errorf("the binary is %v: a position-independent one starts later", f.Type)
	}
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			t.Error("the binary needs a dynamic linker")
		}
	}
}

// TestWithoutEntryPoint: a binary that was linked without the entry point, as plain
// `go build` does it, says so and works all the same.
func TestWithoutEntryPoint(t *testing.T) {
	t.Parallel()
	if os.Getenv(binaryVariable) != "" {
		t.Skip("the binary under test is given, and no other can be built")
	}
	w := newMachine(t)
	plain := filepath.Join(t.TempDir(), "netnsctl")
	if out, err := exec.Command("make", "-s", "-C", "..", "build", "ENTRY=", "BIN="+plain).CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	for _, step := range []struct {
		words          []string
		status, stdout string
	}{
		{[]string{"add", "blue"}, "0", ""},
		{[]string{"list"}, "0", "blue\n"},
		{[]string{"exec", "blue", "sh", "-c", "echo $WORD; exit 7"}, "7", "word\n"},
		{[]string{"list", "--stale"}, "0", ""},
		{[]string{"delete", "blue"}, "0", ""},
	} {
		a := w.command(append([]string{"env", "WORD=word", plain}, step.words...)...)
		if a.status != step.status || !strings.HasSuffix(a.stdout, step.stdout) {
			t.Errorf("%s: status %s, stdout %q, stderr %q", step.words, a.status, a.stdout, a.stderr)
		}
	}
	const says = "built without its entry point"
	if a := w.command(plain, "--version"); !strings.Contains(a.stdout, says) {
		t.Errorf("--version does not say that the entry point is missing: %s", a.stdout)
	}
	if a := w.run("--version"); strings.Contains(a.stdout, says) {
		t.Errorf("--version of the binary under test: %s", a.stdout)
	}
}
