package tests

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

var (
	seedFlag  = flag.Uint64("seed", envNumber("NETNSCTL_FUZZ_SEED", 0), "first seed of TestFuzz; 0 is by the clock (NETNSCTL_FUZZ_SEED)")
	drawsFlag = flag.Uint64("draws", envNumber("NETNSCTL_FUZZ_DRAWS", 300), "calls that TestFuzz draws (NETNSCTL_FUZZ_DRAWS)")
	spendFlag = flag.Duration("spend", envDuration("NETNSCTL_FUZZ_SPEND"), "draw for as long as this instead (NETNSCTL_FUZZ_SPEND)")
)

func envNumber(name string, otherwise uint64) uint64 {
	if n, err := strconv.ParseUint(os.Getenv(name), 10, 64); err == nil {
		return n
	}
	return otherwise
}

func envDuration(name string) time.Duration {
	d, _ := time.ParseDuration(os.Getenv(name))
	return d
}

// fuzzWorkers draw at the same time.
const fuzzWorkers = 2

// TestFuzz makes random calls in random worlds, by the installed ip and by every
// face: what they print, how they end and what they leave behind must be the
// same. Draw n has the seed first+n, so that it can be made again alone.
func TestFuzz(t *testing.T) {
	switch {
	case noSandbox != "":
		unable(t, noSandbox)
	case *update:
		t.Skip("recording")
	}
	needIP(t)
	f := &fuzz{t: t, first: *seedFlag, begin: time.Now()}
	if f.first == 0 {
		f.first = uint64(f.begin.UnixNano() / 1000 % 1e9)
	}
	t.Run("draws", func(t *testing.T) {
		for i := range fuzzWorkers {
			t.Run(fmt.Sprint("worker", i+1), func(t *testing.T) {
				t.Parallel()
				f.work(t)
			})
		}
	})
	t.Logf("seed %d: %d draws, %d faces asked, %d left out as agreed deviations, in %v",
		f.first, f.drawn.Load(), f.asked.Load(), f.excluded.Load(), time.Since(f.begin).Round(time.Second))
}

type fuzz struct {
	t                      *testing.T
	first                  uint64
	begin                  time.Time
	drawn, asked, excluded atomic.Uint64
}

func (f *fuzz) more(n uint64) bool {
	if *spendFlag > 0 {
		return time.Since(f.begin) < *spendFlag
	}
	return n < *drawsFlag
}

func (f *fuzz) work(t *testing.T) {
	w, err := newWorker(t)
	if err != nil {
		unable(t, "no sandbox:", err)
	}
	defer w.close()
	for {
		n := f.drawn.Add(1) - 1
		if !f.more(n) {
			f.drawn.Add(^uint64(0))
			return
		}
		seed := f.first + n
		d := newDrawer(seed).draw()
		real := w.ask(realFace, d)
		for _, face := range faces {
			if excluded(d, face, real) {
				f.excluded.Add(1)
				continue
			}
			f.asked.Add(1)
			difference := w.compare(d, face, real)
			if difference == "" {
				continue
			}
			small := shrink(d, func(d draw) bool {
				real := w.ask(realFace, d)
				return !excluded(d, face, real) && w.compare(d, face, real) != ""
			})
			t.Errorf("-seed %d -draws 1, face %s:\n%s\nmade smaller:\n%s\n-ip +%s:\n%s", seed, face.name, d, small,
				face.name, w.compare(small, face, w.ask(realFace, small)))
			break
		}
	}
}

// worker has a sandbox in which it builds worlds.
type worker struct {
	worldMaker
	dir string
}

func newWorker(t *testing.T) (*worker, error) {
	proc, err := unix.Open("/proc", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	defer unix.Close(proc)
	dir := t.TempDir()
	for _, d := range []string{dir, filepath.Dir(dir)} {
		if err := os.Chmod(d, 0o755); err != nil { // for an ordinary user, too
			return nil, err
		}
	}
	box, err := newSandbox()
	if err != nil {
		return nil, err
	}
	// The machine's /proc shows the calling thread, that of the sandbox does not.
	if err := unix.Fchdir(proc); err != nil {
		return nil, err
	}
	unix.Unmount("/run", unix.MNT_DETACH) // every world has its own
	return &worker{worldMaker{sandbox: box}, dir}, nil
}

// outcome is all that can be told of a call afterwards.
type outcome struct {
	answer
	state string
}

func (w *worker) ask(f face, d draw) outcome {
	defer w.clear()
	if err := w.build(d.world); err != nil {
		return outcome{state: "world: " + err.Error()}
	}
	batch := filepath.Join(w.dir, "batch")
	if d.batch == nil {
		os.Remove(batch)
	} else if err := os.WriteFile(batch, []byte(w.fill(f.batch(strings.Join(d.batch, "")))), 0o644); err != nil {
		return outcome{state: err.Error()}
	}
	argv, ok := f.argv(d.argv)
	if !ok {
		return outcome{state: "no such object"}
	}
	c := command{path: f.program(), argv: []string{f.link}, env: baseEnv(f, w.dir), dir: w.dir, user: d.user}
	if f.link == "" {
		c.argv[0] = "ip"
	}
	for _, word := range argv {
		c.argv = append(c.argv, w.fill(word))
	}
	a, err := c.run()
	if err != nil {
		return outcome{state: err.Error()}
	}
	a.stdout, a.stderr = w.normal(a.stdout), w.normal(a.stderr)
	return outcome{a, w.state()}
}

func (w *worker) fill(text string) string { return strings.ReplaceAll(text, pidWord, w.pid) }

// normal replaces what differs from world to world.
func (w *worker) normal(text string) string {
	if w.pid != "1" {
		text = strings.ReplaceAll(text, w.pid, pidWord)
	}
	return loneNumber.ReplaceAllString(text, pidWord)
}

// loneNumber is the id of the asking program itself, in the answer of pids.
var loneNumber = regexp.MustCompile(`(?m)^\d+$`)

// compare asks a face, and tells how it differs from real ip.
func (w *worker) compare(d draw, f face, real outcome) string {
	return w.differs(d, f, real, w.ask(f, d))
}

// differs tells how a face's outcome differs from real ip's. What the face netnsctl
// refuses must change nothing; what ip refuses, it must refuse as well, in its own words.
func (w *worker) differs(d draw, f face, real, got outcome) string {
	if f.name == "netnsctl" && !d.isPlain() {
		if d.batch != nil || got.status != "1" && got.status != "2" {
			return ""
		}
		before := w.ask(realFace, draw{world: d.world, argv: []string{"netns", "list"}}).state
		return cmp.Diff(before, got.state)
	}
	if f.name == "netnsctl" && real.status != "0" {
		if d.batch != nil {
			return ""
		}
		if got.status != "0" && got.state == w.ask(realFace, draw{world: d.world, argv: []string{"netns", "list"}}).state {
			return "" // where ip has prepared the run directory before it refused
		}
		return cmp.Diff(real.state, got.state) + cmp.Diff(false, got.status == "0")
	}
	want := real
	want.stderr = f.expects(want.stderr)
	want, got = agreed(d, want), agreed(d, got)
	return cmp.Diff(want, got, cmp.AllowUnexported(outcome{}, answer{}))
}
