package tests

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// faultWorld is the sandbox in which one command is made to fail again and again.
type faultWorld struct {
	fault
	*sandbox
	t       *testing.T
	program face
	dir     string

	outside string // mounts that no netns command may touch
	before  string
	after   string
	between []string
	clean   bool // the world is as it was
	living  map[string]uint64
}

func newFaultWorld(t *testing.T, f fault, program face) *faultWorld {
	t.Helper()
	box, err := newSandbox()
	if err != nil {
		unable(t, "no sandbox: ", err)
	}
	t.Cleanup(box.close)
	w := &faultWorld{fault: f, sandbox: box, t: t, program: program, dir: t.TempDir()}
	if f.batch != "" {
		file := filepath.Join(w.dir, "batch")
		if err := os.WriteFile(file, []byte(program.batch(f.batch)), 0o644); err != nil {
			t.Fatal(err)
		}
		w.words = append([]string{}, f.words...)
		for i := range w.words {
			w.words[i] = strings.ReplaceAll(w.words[i], "$BATCH", file)
		}
	}
	return w
}

// call says the words as the program's.
func (w *faultWorld) call(words []string) command {
	if words[0] == "umount" {
		return command{path: "/bin/umount", argv: words, env: os.Environ(), dir: w.dir}
	}
	argv, ok := w.program.argv(words)
	if !ok {
		w.t.Fatalf("no words of %s: %q", w.program.name, words)
	}
	path := w.program.program()
	return command{path: path, argv: append([]string{filepath.Base(path)}, argv...), env: baseEnv(w.program, w.dir), dir: w.dir}
}

// must runs a call that succeeds.
func (w *faultWorld) must(words ...string) {
	w.t.Helper()
	if a, err := w.call(words).run(); err != nil || a.status != "0" {
		w.t.Fatalf("%q: %v, %s\n%s", words, err, a.status, a.stderr)
	}
}

// reset builds the world anew, if anything has changed.
func (w *faultWorld) reset() {
	w.t.Helper()
	if w.clean {
		return
	}
	for unix.Unmount("/run", unix.MNT_DETACH) == nil {
	}
	os.RemoveAll("/etc/netns")
	if err := w.freshRun(); err != nil {
		w.t.Fatal(err)
	}
	build := command{path: "/bin/sh", argv: []string{"sh", "-ec", w.world}, env: baseEnv(faces[0], w.dir), dir: w.dir}
	if a, err := build.run(); err != nil || a.status != "0" {
		w.t.Fatalf("world: %v, %s\n%s", err, a.status, a.stderr)
	}
	w.living = cookies()
	w.clean = true
}

// learn runs the command undisturbed, and finds out where it can be disturbed.
func (w *faultWorld) learn() []point {
	w.t.Helper()
	w.reset()
	w.before, w.outside = w.state(), mountsOutside()
	for _, calls := range w.fault.between {
		for _, words := range calls {
			w.must(words...)
		}
		w.between = append(w.between, w.state())
		w.clean = false
		w.reset()
	}
	a, trace := w.traced(w.words)
	if a.status != "0" {
		w.t.Fatalf("undisturbed: %s\n%s", a.status, a.stderr)
	}
	w.after = w.state()
	w.clean = false
	if w.after == w.before && !w.inside {
		w.t.Fatalf("does nothing:\n%s", w.after)
	}
	return pointsOf(trace)
}

// deadFile is the line of a name without a namespace.
var deadFile = regexp.MustCompile(`(?m)^/run/netns/[^/\n]+: -{10} 0 bytes\n`)

// judge says what a disturbed run has left, and why that is not right.
func (w *faultWorld) judge(a answer, p point) (left verdict, why string) {
	w.t.Helper()
	now := w.state()
	w.clean = now == w.before
	switch {
	case now == w.before:
		left = leftBefore
	case now == w.after:
		left = leftAfter
	case w.known(now):
		left = leftAfter // of the part that was done
	case w.known(deadFile.ReplaceAllString(now, "")) || deadFile.ReplaceAllString(now, "") == deadFile.ReplaceAllString(w.before, ""):
		left = leftStale
	case !strings.Contains(w.before, "/run/netns") && w.completes(now):
		left = leftHalf
	default:
		return leftBroken, fmt.Sprintf("status %s, %sleft neither before nor after:\n%s--- before:\n%s", a.status, a.stderr, now, w.before)
	}
	if why := w.harm(a, p, left); why != "" {
		return leftBroken, why
	}
	if left == leftStale && w.program != realFace {
		if why := w.notListed(p, deadFile.FindString(now)); why != "" {
			return leftBroken, why
		}
	}
	return left, ""
}

// notListed says why a dead file should not be there. Only who is killed may
// leave one, or finds more mounts on the file than there were (EBUSY).
func (w *faultWorld) notListed(p point, file string) string {
	if p.errno != "" && p.errno != "EBUSY" {
		return "leaves " + file
	}
	a, err := w.call([]string{"netns", "list", "--stale", "-q"}).run()
	name, _, _ := strings.Cut(filepath.Base(file), ":")
	if err != nil || a.status != "3" || a.stdout != name+"\n" {
		return fmt.Sprintf("list --stale does not name %s: %v", file, a)
	}
	return ""
}

func (w *faultWorld) known(state string) bool {
	return state == w.before || state == w.after || slices.Contains(w.between, state)
}

// completes reports whether an add that nobody disturbs makes everything right.
// What is left then is no more than the one before would have left.
func (w *faultWorld) completes(now string) bool {
	if dead := deadFile.FindString(now); dead != "" {
		os.Remove(strings.TrimSuffix(dead[:strings.Index(dead, ":")], ":"))
	}
	a, err := w.call(w.words).run()
	return err == nil && a.status == "0" && w.state() == w.after
}

// harm is what the state does not show: words that are not true, other
// namespaces lost, mounts elsewhere.
func (w *faultWorld) harm(a answer, p point, left verdict) string {
	if a.status == "timeout" {
		return "hangs"
	}
	// The runtime wakes its own thread by an eventfd; where that takes a while, the write is one of
	// those that fail here. The kernel lets it fail with EAGAIN only, which the runtime expects.
	if strings.Contains(a.stderr, "runtime: netpollBreak write failed") {
		return ""
	}
	for _, bad := range []string{"panic", "goroutine ", "fatal error", "SIGSEGV"} {
		if strings.Contains(a.stderr, bad) {
			return "crashes: " + a.stderr
		}
	}
	if now := mountsOutside(); now != w.outside {
		return "mounts changed: \n" + now
	}
	alive := cookies()
	for name, cookie := range w.living {
		if now, ok := alive[name]; ok && now != cookie {
			return name + " is another namespace"
		}
	}
	// Told that a file is not there, a clean-up says that somebody was faster.
	gone := w.own && p.errno == "ENOENT" && strings.HasPrefix(a.stdout, "gone ")
	if a.status == "0" && !w.inside && !w.all() && left != leftAfter && !gone {
		return fmt.Sprintf("exits with 0, but left the state %s", left)
	}
	return w.ranInside(a)
}

// ranInside looks at what a command that was executed says.
func (w *faultWorld) ranInside(a answer) string {
	if !w.inside {
		return ""
	}
	ino, err := netnsOf("/run/netns/t")
	if err != nil {
		return err.Error()
	}
	said := strings.TrimSpace(strings.Replace(a.stdout, "netns: t", "", 1))
	switch {
	case said != "" && said != fmt.Sprintf("net:[%d]", ino):
		return "runs the command in " + said
	case said == "" && a.status == "0" && !w.all():
		return "exits with 0, without running the command"
	}
	return ""
}

// all reports whether the status is not the command's: ip's own is always 0 then.
func (w *faultWorld) all() bool { return w.words[0] == "-all" }

// tell is an error for us, and a word about ip.
func (w *faultWorld) tell(format string, args ...any) {
	w.t.Helper()
	if w.program == realFace {
		w.t.Logf(format, args...)
		return
	}
	w.t.Errorf(format, args...)
}

// mountsOutside are the mounts that are not below /run.
func mountsOutside() string {
	text, _ := os.ReadFile("/proc/1/mountinfo")
	var b strings.Builder
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) > 4 && !strings.HasPrefix(f[4], "/run") {
			b.WriteString(line)
		}
	}
	return b.String()
}

// cookies are what the living namespaces' names lead to, by numbers that the
// kernel never gives twice; where it tells none (before Linux 6.18), by inode.
func cookies() map[string]uint64 {
	found := map[string]uint64{}
	entries, _ := os.ReadDir("/run/netns")
	for _, e := range entries {
		path := "/run/netns/" + e.Name()
		var fs unix.Statfs_t
		if unix.Statfs(path, &fs) != nil || fs.Type != unix.NSFS_MAGIC {
			continue
		}
		fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
		if err != nil {
			continue
		}
		const nsGetID = 0x8008b70d
		var id uint64
		if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), nsGetID, uintptr(unsafe.Pointer(&id))); errno != 0 {
			id, _ = netnsOf(path)
		}
		unix.Close(fd)
		found[e.Name()] = id
	}
	return found
}
