package discover

import (
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// pinsOf are the pins of a kind on a namespace.
func pinsOf(ns *Namespace, kind Kind) []Pin {
	return slices.DeleteFunc(slices.Clone(ns.Pins), func(p Pin) bool { return p.Kind != kind })
}

// TestProcFiles: an open file of /proc/net is told on its namespace as long as something leads
// there. After that, an earlier scan tells, or else the namespace has no ID.
func TestProcFiles(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Must(t, host.Add("x"))
		id, err := host.Identity("x")
		nstest.Must(t, err)
		pid := holder(t, "proc-files", "x")
		expectFiles := func(ns *Namespace, paths ...string) {
			t.Helper()
			var got []string
			for _, p := range pinsOf(ns, ProcFile) {
				got = append(got, p.Detail)
				if p.PID != pid {
					t.Errorf("pid %d: %+v", pid, p)
				}
			}
			if !slices.Equal(got, paths) {
				t.Errorf("%s: files %q, not %q", ns, got, paths)
			}
		}
		before := scanned(t, host, Options{})
		expectFiles(before.named(t, "x"), "/proc/net/dev", "/proc/net/tcp")
		before.Close()
		nstest.Must(t, host.Delete("x"))

		after := scanned(t, host, Options{Before: before})
		ns := after.named(t, id.ID.String())
		expectFiles(ns, "/proc/net/dev", "/proc/net/tcp")
		if ns.Verdict != Orphan || ns.ID != id.ID {
			t.Errorf("%+v", ns)
		}
		var unknown []*Namespace
		for _, ns := range scanned(t, host, Options{}).Namespaces {
			if ns.ID == (netnsctl.ID{}) {
				unknown = append(unknown, ns)
			}
		}
		if len(unknown) != 2 {
			t.Fatalf("unknown: %v", unknown)
		}
		slices.SortFunc(unknown, func(a, b *Namespace) int { return len(b.Pins) - len(a.Pins) })
		expectFiles(unknown[0], "/proc/net/dev", "/proc/net/tcp")
		expectFiles(unknown[1], "/proc/net/dev")
		if ns := unknown[0]; ns.String() != "net:[?]" || ns.Verdict != Orphan || ns.Owner.PID != pid {
			t.Errorf("%s %s: %s, owner %+v", ns, ns.Verdict, ns.Reason, ns.Owner)
		}
	})
}

// TestProcFileOfOwn: a process may look at its own namespace, and at that of another process.
func TestProcFileOfOwn(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Must(t, host.Add("x"))
		inside := holder(t, "process", "x")
		nstest.Must(t, host.Delete("x"))
		nstest.Shell(t, `exec 8</proc/$1/net/dev 9</proc/self/net/dev; sleep 1000 >/dev/null 2>&1 & while ! readlink /proc/$!/exe | grep -q -e sleep -e busybox -e coreutils; do :; done`, strconv.Itoa(inside))
		snap := scanned(t, host, Options{})
		for _, ns := range snap.Namespaces {
			if ns.ID == (netnsctl.ID{}) || len(pinsOf(ns, ProcFile)) != 1 {
				t.Errorf("%s: %v", ns, ns.Pins)
			}
		}
	})
}

// TestNoProcFile: on another file system anyone chooses the path and, on some, the inode.
func TestNoProcFile(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Must(t, os.MkdirAll("/run/1/net", 0o755))
		nstest.Must(t, os.WriteFile("/run/1/net/dev", nil, 0o600))
		file, err := os.Open("/run/1/net/dev")
		nstest.Must(t, err)
		defer file.Close()
		_, ino, err := sys.Fstat(int(file.Fd()))
		nstest.Must(t, err)
		v := looked(t)
		v.files = []openFile{{pid: os.Getpid(), fd: int(file.Fd()), class: procNetFile, id: ino}}
		seen, gaps := procFiles(v)
		expect(t, seen, nil)
		expectGaps(t, gaps)
	})
}
