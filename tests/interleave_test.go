package tests

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"
)

// interleaved are the commands, by their names in faults. Their world is that of [builder].
var interleaved = []string{
	"add", "attach", "delete", "delete, dead file", "delete, recycled pid",
	"force-orphans, dead file", "force-orphans, leak",
}

// TestInterleave stops a command before each of its system calls, lets an adversary act and
// continues it. Whatever happens, no namespace is harmed that lives, nothing is removed that
// was not planned, and what the command says is what it has done.
//
// NETNSCTL_TEST_INTERLEAVE=all does all acts at all calls, and the real ip beside, for the
// table; a number does so many pairs of acts at random instead.
func TestInterleave(t *testing.T) {
	if noSandbox != "" {
		unable(t, noSandbox)
	}
	if realIP == "" {
		unable(t, "the adversaries need the real ip")
	}
	if !isRoot() {
		unable(t, "mounts in other mount namespaces need root")
	}
	asked := os.Getenv("NETNSCTL_TEST_INTERLEAVE")
	pairs, _ := strconv.Atoi(asked)
	parts := 1
	if asked != "" {
		parts = 4
	}
	var mu sync.Mutex
	table := map[string]*schedules{}
	t.Run("each", func(t *testing.T) {
		for _, name := range interleaved {
			f := faultNamed(name)
			for _, program := range []face{faces[0], realFace} {
				if program == realFace && (f.own || asked == "") || asked == "" && !f.few && !f.own {
					continue
				}
				for i := range parts {
					t.Run(fmt.Sprintf("%s/%s/%d", program.name, name, i), func(t *testing.T) {
						t.Parallel()
						w := newInterleaved(t, f, program)
						if pairs > 0 {
							w.pairs((pairs + parts*len(interleaved) - 1) / (parts * len(interleaved)))
						} else {
							w.all(i, parts, asked != "")
						}
						mu.Lock()
						defer mu.Unlock()
						table[name+program.name] = w.add(table[name+program.name])
					})
				}
			}
		}
	})
	t.Log(interleaveTable(table))
}

func faultNamed(name string) fault {
	if name == "delete, recycled pid" {
		return fault{name: name, words: []string{"netns", "delete", "p"}}
	}
	return faults[slices.IndexFunc(faults, func(f fault) bool { return f.name == name })]
}

// schedules counts what was tried.
type schedules struct {
	run, without, late, harmed int
	acts                       map[string]int // harmed, by act
}

func (s *schedules) add(other *schedules) *schedules {
	if other == nil {
		return s
	}
	for act, n := range other.acts {
		s.acts[act] += n
	}
	s.run, s.without, s.late, s.harmed = s.run+other.run, s.without+other.without, s.late+other.late, s.harmed+other.harmed
	return s
}

func interleaveTable(table map[string]*schedules) string {
	var b strings.Builder
	fmt.Fprintf(&b, "schedules: an act at a stop; without effect; a look too late; harmed\n%-25s | %-35s | %s\n", "command", "netnsctl", "ip netns")
	for _, name := range interleaved {
		fmt.Fprintf(&b, "%-25s", name)
		for _, program := range []face{faces[0], realFace} {
			if s := table[name+program.name]; s != nil {
				fmt.Fprintf(&b, " | %8d %8d %8d %8d", s.run, s.without, s.late, s.harmed)
			} else {
				fmt.Fprintf(&b, " | %8s %8s %8s %8s", "-", "-", "-", "-")
			}
		}
		b.WriteString("\n")
	}
	for _, a := range acts {
		ours, real := 0, 0
		for _, name := range interleaved {
			ours, real = ours+harmedBy(table[name+faces[0].name], a), real+harmedBy(table[name+realFace.name], a)
		}
		if ours+real > 0 {
			fmt.Fprintf(&b, "harmed: %-17s | %35d | %35d\n", a.name, ours, real)
		}
	}
	return b.String()
}

func harmedBy(s *schedules, a act) int {
	if s == nil {
		return 0
	}
	return s.acts[a.name]
}

// interleavedWorld runs one command against the adversaries.
type interleavedWorld struct {
	*faultWorld
	schedules
	builder
	stops []stop
}

func newInterleaved(t *testing.T, f fault, program face) *interleavedWorld {
	t.Helper()
	proc, err := unix.Open("/proc", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(proc) })
	w := &interleavedWorld{faultWorld: newFaultWorld(t, f, program)}
	w.acts, w.builder = map[string]int{}, builder{proc: proc}
	t.Cleanup(w.end)
	w.fresh()
	r, err := w.call(w.words).runStopped(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if r.status == "timeout" || len(r.calls) < 3 {
		t.Fatalf("undisturbed: status %s, %d calls: %s", r.status, len(r.calls), r.stderr)
	}
	w.stops = stopsOf(r.calls)
	return w
}

// acting are the calls that change what others see, or where the program is.
var acting = strings.Fields("mkdirat flock mount umount2 unlinkat open_tree move_mount setns")

// stopsOf are all calls that act, and the first, the middle and the last call of each other kind.
// From the first call on that locks, mounts or unlinks, it is the first and the last of each
// kind between any two calls that act.
func stopsOf(calls []string) (stops []stop) {
	total, count := map[string]int{}, map[string]int{}
	for _, call := range calls {
		total[call]++
	}
	begun, between := false, map[string]int{} // the place in stops of the last of a kind
	for _, call := range calls {
		count[call]++
		s := stop{call, count[call]}
		switch last, there := between[call]; {
		case slices.Contains(acting, call):
			begun = begun || slices.Contains([]string{"mkdirat", "flock", "mount", "unlinkat"}, call)
			stops, between = append(stops, s), map[string]int{}
		case slices.Contains([]int{1, (total[call] + 1) / 2, total[call]}, s.n), begun && !there && call != "read" && call != "close":
			between[call] = -1
			stops = append(stops, s)
		case begun && there && last >= 0:
			stops[last] = s
		case begun && there:
			between[call] = len(stops)
			stops = append(stops, s)
		}
	}
	return stops
}

// fresh ends what runs in the world, and builds it anew.
func (w *interleavedWorld) fresh() {
	w.t.Helper()
	w.end()
	for unix.Unmount("/run", unix.MNT_DETACH) == nil {
	}
	os.RemoveAll("/etc/netns")
	err := w.freshRun()
	if err == nil {
		err = w.build()
	}
	if err != nil {
		w.t.Fatal("world: ", err)
	}
}

// disturbed are the acts for this machine.
func disturbed(all bool) []act {
	return slices.DeleteFunc(slices.Clone(acts), func(a act) bool {
		return a.machine && os.Getenv(machineVariable) == "" || !all && !a.few
	})
}

// every is at which stops an act is done if not at all.
func every(a act) int {
	if a.machine {
		return 8 // there they are what counts
	}
	return 48
}

// all does each act at each stop of a part of them, or each of a few at some.
func (w *interleavedWorld) all(part, parts int, all bool) {
	w.t.Helper()
	for i, s := range w.stops {
		for k, a := range disturbed(all) {
			if i%parts == part && (all || (i+7*k)%every(a) == 0) {
				w.schedule([]stop{s}, []act{a})
			}
		}
	}
}

// pairs does two acts at two stops, at random.
func (w *interleavedWorld) pairs(n int) {
	w.t.Helper()
	choice := disturbed(true)
	for range n {
		i, k := rand.IntN(len(w.stops)), rand.IntN(len(w.stops))
		w.schedule([]stop{w.stops[min(i, k)], w.stops[max(i, k)]}, []act{choice[rand.IntN(len(choice))], choice[rand.IntN(len(choice))]})
	}
}

// schedule runs the command once, and judges what has come of it.
func (w *interleavedWorld) schedule(stops []stop, what []act) {
	w.t.Helper()
	w.fresh()
	effect := false
	// A part of the run begins where the world is built, and after each act.
	var parts []part
	begin := w.facts()
	r, err := w.call(w.words).runStopped(stops, func(i int) {
		end := w.facts()
		parts = append(parts, part{begin, end})
		w.perform(what[i])
		begin = w.facts()
		effect = effect || !maps.Equal(begin, end)
	})
	if err != nil {
		w.t.Fatal(err)
	}
	if !slices.Contains(r.reached, true) {
		return
	}
	parts = append(parts, part{begin, w.facts()})
	w.run++
	if !effect {
		w.without++
	}
	why, late := judgement{words: w.words, run: r, parts: parts, own: w.own}.harm()
	switch {
	case why != "" && late:
		w.late++
	case why != "":
		w.harmed++
		for i, s := range stops {
			w.acts[what[i].name]++
			why = fmt.Sprintf("%s: %s\n%s", what[i].name, s, why)
		}
		w.tell("%s\nstatus %s: %s%s", why, r.status, r.stdout, r.stderr)
	}
}
