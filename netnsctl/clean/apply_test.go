package clean_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/clean"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
)

var host netnsctl.Host

// planned scans the sandbox and plans. An asterisk in a target stands for the other mount namespace in which one is mounted.
func planned(t *testing.T, targets ...string) (*discover.Snapshot, *clean.Plan) {
	t.Helper()
	snap, err := discover.Scan(host, discover.Options{Everything: true, Files: true})
	nstest.Must(t, err)
	t.Cleanup(snap.Close)
	targets = slices.Clone(targets)
	for _, ns := range snap.Namespaces {
		for _, pin := range ns.Pins {
			for i, target := range targets {
				if m := pin.Mount; m != nil && !m.Own {
					targets[i] = strings.Replace(target, "mnt:[*", fmt.Sprintf("mnt:[%d", m.Namespace), 1)
				}
			}
		}
	}
	plan, err := clean.Make(snap, clean.Request{Targets: targets})
	nstest.Must(t, err)
	return snap, plan
}

// outcomes applies a plan and gives what became of each step.
func outcomes(snap *discover.Snapshot, plan *clean.Plan) string {
	words, _ := applied(snap, plan)
	return words
}

// applied is outcomes with the namespaces that were released.
func applied(snap *discover.Snapshot, plan *clean.Plan) (_ string, released []netnsctl.Tracked) {
	var words []string
	plan.Apply(context.Background(), snap, func(r clean.Result) {
		word := string(r.Outcome)
		if r.Detail != "" {
			word += ": " + r.Detail
		}
		if r.Err != nil {
			word += ": " + r.Err.Error()
		}
		words = append(words, word)
		if r.Tracked != nil {
			released = append(released, *r.Tracked)
		}
	})
	return strings.Join(words, ", "), released
}

// leakNamespace makes a namespace that only a mount in another mount namespace
// pins, where a process sleeps. It gives that process.
func leakNamespace(t *testing.T) (pid string) {
	t.Helper()
	nstest.Must(t, host.Add("leak"))
	pid = strings.TrimSpace(nstest.Shell(t, `
		mkdir -p /run/c && touch /run/c/ns
		unshare -m --propagation private sh -c 'mount --bind /run/netns/leak /run/c/ns && echo ready >/run/c/ready && exec sleep 1000' >/dev/null 2>&1 &
		echo $!
		while [ ! -s /run/c/ready ]; do sleep 0.01; done`))
	nstest.Must(t, host.Delete("leak"))
	return pid
}

func alive(t *testing.T, id netnsctl.ID) bool {
	t.Helper()
	snap, err := discover.Scan(host, discover.Options{})
	nstest.Must(t, err)
	defer snap.Close()
	for _, ns := range snap.Namespaces {
		if ns.ID == id {
			return true
		}
	}
	return false
}

// Rule 1: a name that was deleted and made again is another one.
func TestNameMadeAgain(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Must(t, os.MkdirAll("/run/netns", 0o755))
		nstest.Must(t, os.WriteFile("/run/netns/x", nil, 0))
		snap, plan := planned(t)
		nstest.Must(t, os.Remove("/run/netns/x"))
		nstest.Must(t, host.Add("x"))
		if got := outcomes(snap, plan); got != "spared: it is another one now" {
			t.Error(got)
		}
		if _, err := host.Identity("x"); err != nil {
			t.Error(err)
		}
	})
}

// Rule 1, of files: the same name, also dead, but younger.
func TestDeadFileMadeAgain(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Must(t, os.MkdirAll("/run/netns", 0o755))
		nstest.Must(t, os.WriteFile("/run/netns/x", nil, 0))
		snap, plan := planned(t)
		nstest.Must(t, os.Remove("/run/netns/x"))
		nstest.Must(t, os.WriteFile("/run/netns/x", nil, 0))
		if got := outcomes(snap, plan); got != "spared: its file is another one now" {
			t.Error(got)
		}
		if _, err := os.Lstat("/run/netns/x"); err != nil {
			t.Error(err)
		}
	})
}

// Rule 1, of namespaces: the same name and even the same inode number, but not the
// same cookie.
func TestRecycledNumber(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Must(t, host.Add("x"))
		snap, plan := planned(t, "x")
		if len(plan.Steps) != 1 {
			t.Fatalf("plan: %+v", plan)
		}
		old := plan.Steps[0].Name.ID
		again := false
		for range 1000 {
			nstest.Must(t, host.Delete("x"))
			nstest.Must(t, host.Add("x"))
			if id, err := host.Identity("x"); err == nil && id.ID == old {
				again = true
				break
			}
			time.Sleep(time.Millisecond)
		}
		if !again {
			t.Skip("the kernel has not used the number again")
		}
		if got := outcomes(snap, plan); got != "spared: it is another namespace with the same number now" {
			t.Error(got)
		}
		if _, err := host.Identity("x"); err != nil {
			t.Error(err)
		}
	})
}

// A process that enters between the look and the unmount keeps its way in.
func TestEnteredMeanwhile(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		pid := leakNamespace(t)
		snap, plan := planned(t)
		if len(plan.Steps) != 1 {
			t.Fatalf("plan: %+v", plan)
		}
		nstest.Shell(t, `nsenter --net=/proc/$1/root/run/c/ns sleep 1000 >/dev/null 2>&1 &
			while [ "$(readlink /proc/$!/ns/net)" != "net:[$2]" ]; do sleep 0.01; done`,
			pid, strings.Trim(plan.Steps[0].Namespace.ID.String(), "net:[]"))
		if got := outcomes(snap, plan); !strings.HasPrefix(got, "spared: pid ") || !strings.HasSuffix(got, "has entered it") {
			t.Error(got)
		}
	})
}

// An orphan that somebody has given a name meanwhile is none.
func TestNamedMeanwhile(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		pid := leakNamespace(t)
		snap, plan := planned(t)
		nstest.Must(t, host.Attach("mine", "/proc/"+pid+"/root/run/c/ns"))
		if got := outcomes(snap, plan); got != "spared: it has the name mine now" {
			t.Error(got)
		}
	})
}

// A mount that was replaced meanwhile is another one: nothing to release.
func TestMountReplacedMeanwhile(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		pid := leakNamespace(t)
		snap, plan := planned(t)
		nstest.Shell(t, `nsenter -t $1 -m sh -c 'umount -l /run/c/ns && mount --bind /proc/self/ns/net /run/c/ns'`, pid)
		if got := outcomes(snap, plan); got != "gone" {
			t.Error(got)
		}
		nstest.Shell(t, `test "$(stat -Lc %i /proc/$1/root/run/c/ns)" = "$(stat -Lc %i /proc/self/ns/net)"`, pid)
	})
}

// The same namespace at the same path, but another mount: somebody has made it since.
func TestLinkSwappedMeanwhile(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		pid := leakNamespace(t)
		snap, plan := planned(t)
		nstest.Shell(t, `nsenter -t $1 -m sh -c 'mkdir /run/live; : >/run/live/ns; mount --bind /run/c/ns /run/live/ns
			umount -l /run/c/ns; mv /run/c /run/old; ln -s live /run/c'`, pid)
		if got := outcomes(snap, plan); got != "gone" {
			t.Error(got)
		}
		nstest.Shell(t, `nsenter -t $1 -m grep -q /run/live/ns /proc/$1/mountinfo`, pid)
	})
}

// What is mounted on a file between the look and its unlinking stays. To unmount a covered
// mount harms nothing on the file.
func TestMountedOnFileMeanwhile(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Must(t, os.MkdirAll("/run/netns", 0o755))
		nstest.Must(t, os.WriteFile("/run/netns/x", nil, 0))
		nstest.Shell(t, `nsenter -t $1 -m mount -t tmpfs none /run/c`, leakNamespace(t))
		snap, plan := planned(t)
		if len(plan.Steps) != 2 {
			t.Fatalf("plan: %+v", plan)
		}
		pid := strings.TrimSpace(nstest.Shell(t, `
			unshare -m --propagation private sh -c 'mount --bind /etc/passwd /run/netns/x
				mount --bind /etc/passwd /run/c/ns; echo >/run/mounted; exec sleep 1000' >/dev/null 2>&1 &
			echo $!
			while [ ! -s /run/mounted ]; do sleep 0.01; done`))
		got := outcomes(snap, plan)
		if !strings.HasPrefix(got, "spared: something is mounted on its file at /run/netns/x") || !strings.HasSuffix(got, ", released") {
			t.Error(got)
		}
		nstest.Shell(t, `nsenter -t $1 -m sh -c "grep -q root /run/netns/x && grep -q root /run/c/ns"`, pid)
	})
}

// Two cleaners with the same plan: each step is done once, nothing fails.
func TestTwoCleaners(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		leakNamespace(t)
		nstest.Must(t, os.WriteFile("/run/netns/dead", nil, 0))
		snap1, plan1 := planned(t)
		snap2, plan2 := planned(t)
		first := make(chan string)
		go func() { first <- outcomes(snap1, plan1) }()
		second := outcomes(snap2, plan2)
		both := <-first + ", " + second
		for _, word := range []string{"removed", "released"} {
			if strings.Count(both, word) != 1 {
				t.Errorf("%q: %s", word, both)
			}
		}
		if strings.Count(both, "gone") != 2 {
			t.Error(both)
		}
	})
}

// TestInterrupted: a clean-up ends after the step during which its context ends.
func TestInterrupted(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Must(t, host.Add("idle"))
		nstest.Shell(t, `: >/run/netns/a; : >/run/netns/b; : >/run/netns/c`)
		snap, plan := planned(t)
		ctx, cancel := context.WithCancel(t.Context())
		var done []string
		notDone := plan.Apply(ctx, snap, func(r clean.Result) {
			done = append(done, r.Step.Name.Name+" "+string(r.Outcome))
			cancel()
		})
		if got := strings.Join(done, ", "); got != "a removed" || notDone != 2 {
			t.Errorf("%s; %d not done", got, notDone)
		}
		names, _ := host.Names()
		if slices.Sort(names); strings.Join(names, " ") != "b c idle" {
			t.Error(names)
		}
	})
}

// Rule 9: what cannot be unlinked is mounted again.
func TestReadOnlyDirectory(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Must(t, host.Add("x"))
		snap, plan := planned(t, "x")
		nstest.Must(t, syscall.Mount("none", "/run/netns", "", syscall.MS_REMOUNT|syscall.MS_BIND|syscall.MS_RDONLY, ""))
		if got := outcomes(snap, plan); got != "failed: remove name /run/netns/x: read-only file system" {
			t.Error(got)
		}
		if _, err := host.Identity("x"); err != nil {
			t.Error(err)
		}
	})
}

// Several layers over one name go together.
func TestLayers(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Must(t, host.Add("x"))
		for range 3 {
			nstest.Must(t, syscall.Mount("/run/netns/x", "/run/netns/x", "", syscall.MS_BIND, ""))
		}
		snap, plan := planned(t, "x")
		id := plan.Steps[0].Name.ID
		if got := outcomes(snap, plan); got != "removed" {
			t.Error(got)
		}
		snap.Close()
		if alive(t, id) {
			t.Error("it lives on")
		}
	})
}

// A healthy namespace under a wrong one comes to light and stays.
func TestWrongTypeOverName(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Must(t, host.Add("x"))
		nstest.Must(t, syscall.Mount("/proc/self/ns/uts", "/run/netns/x", "", syscall.MS_BIND, ""))
		snap, plan := planned(t, "x")
		if got := outcomes(snap, plan); got != "removed" {
			t.Error(got)
		}
		if _, err := host.Identity("x"); err != nil {
			t.Error(err)
		}
	})
}

// A full directory is not emptied: the plan skips it, and a run spares one that is filled later.
func TestDirectory(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Must(t, os.MkdirAll("/run/netns/empty", 0o755))
		nstest.Must(t, os.MkdirAll("/run/netns/full/x", 0o755))
		nstest.Must(t, os.MkdirAll("/run/netns/filled", 0o755))
		snap, plan := planned(t, "empty", "full", "filled")
		if len(plan.Skipped) != 1 || plan.Skipped[0].Why != "it is a directory that is not empty" {
			t.Errorf("skipped: %+v", plan.Skipped)
		}
		nstest.Must(t, os.Mkdir("/run/netns/filled/x", 0o755))
		if got := outcomes(snap, plan); got != "removed, spared: it is a directory that is not empty" {
			t.Error(got)
		}
	})
}

// A link is only a name: what it points to stays.
func TestLinkTargetStays(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Must(t, os.MkdirAll("/run/netns", 0o755))
		nstest.Must(t, os.WriteFile("/run/precious", nil, 0o600))
		nstest.Must(t, os.Symlink("/run/precious", "/run/netns/l"))
		nstest.Must(t, os.Symlink("/run/nowhere", "/run/netns/d"))
		snap, plan := planned(t, "l", "d")
		if got := outcomes(snap, plan); got != "removed, removed" {
			t.Error(got)
		}
		if _, err := os.Lstat("/run/precious"); err != nil {
			t.Error(err)
		}
	})
}

// A name below a run directory that is bound a second time: `ip netns delete`
// gives up (EBUSY), and leaves a dead file.
func TestSecondBind(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Must(t, host.Add("x"))
		nstest.Shell(t, `mkdir /run/copy; mount --make-private /run; mount --rbind /run/netns /run/copy; mount --make-rprivate /run/copy`)
		snap, plan := planned(t, "x")
		id := plan.Steps[0].Name.ID
		if got := outcomes(snap, plan); got != "removed" {
			t.Error(got)
		}
		snap.Close()
		if _, err := os.Lstat("/run/copy/x"); err == nil || alive(t, id) {
			t.Error("it lives on")
		}
	})
}

// The same, but the second path has another namespace by now: nothing is lost, and the next
// plan says it.
func TestSecondBindChanged(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Must(t, host.Add("x"))
		nstest.Must(t, host.Add("y"))
		nstest.Shell(t, `mkdir /run/copy; mount --make-private /run; mount --rbind /run/netns /run/copy; mount --make-rprivate /run/copy`)
		snap, plan := planned(t, "x")
		nstest.Shell(t, `umount -l /run/copy/x; mount --bind /run/netns/y /run/copy/x`)
		if got := outcomes(snap, plan); !strings.HasPrefix(got, "spared: net:[") || !strings.Contains(got, "] is mounted on its file at /run/copy/x in mnt:[") {
			t.Error(got)
		}
		if _, plan = planned(t, "x"); len(plan.Skipped) != 1 || plan.Skipped[0].Unmount != "/run/copy/x" {
			t.Errorf("%+v", plan)
		}
		if _, err := host.Identity("x"); err != nil {
			t.Error(err)
		}
		nstest.Shell(t, `test "$(stat -Lc %i /run/copy/x)" = "$(stat -Lc %i /run/netns/y)"`)
	})
}

// Rule 1: nothing is touched while somebody else has the lock.
func TestLockedDirectory(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Must(t, os.MkdirAll("/run/netns", 0o755))
		nstest.Must(t, os.WriteFile("/run/netns/x", nil, 0))
		snap, plan := planned(t)
		dir, err := os.Open("/run/netns")
		nstest.Must(t, err)
		nstest.Must(t, syscall.Flock(int(dir.Fd()), syscall.LOCK_EX))
		done := make(chan string)
		go func() { done <- outcomes(snap, plan) }()
		select {
		case got := <-done:
			t.Error("did not wait:", got)
		case <-time.After(100 * time.Millisecond):
			dir.Close()
			if got := <-done; got != "removed" {
				t.Error(got)
			}
		}
	})
}
