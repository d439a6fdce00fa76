package discover

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl/internal/helper"
	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
)

// hideThreads takes threads from the list of processes and leaves them where they are, as
// procfs does: it opens a directory for each thread that it does not list. What v has open
// is the whole recorded tree; the path leads to a directory of links to the processes.
func hideThreads(t *testing.T, v *vantage, threads ...string) {
	t.Helper()
	root := v.fs.Root()
	whole := root + ".whole"
	nstest.Must(t, os.Rename(root, whole))
	nstest.Must(t, os.Mkdir(root, 0o755))
	entries, err := os.ReadDir(whole)
	nstest.Must(t, err)
	for _, e := range entries {
		nstest.Must(t, os.Symlink(filepath.Join(whole, e.Name()), filepath.Join(root, e.Name())))
	}
	for _, tid := range threads {
		nstest.Must(t, os.Remove(filepath.Join(root, tid)))
	}
}

// countsLinks skips a test of threads where directories do not count their subdirectories:
// that is how procfs tells how many threads a process has.
func countsLinks(t *testing.T, v *vantage, pid int) {
	t.Helper()
	if !v.fs.NewReader().Threaded(pid) {
		nstest.Lacks(t, "the file system of "+os.TempDir()+" does not count links to directories")
	}
}

func TestProcesses(t *testing.T) {
	v := recorded(t, map[string]string{
		"9000001/ns/net": "-> net:[77]", "9000001/ns/mnt": "-> mnt:[500]",
		"9000002/ns/net": "-> net:[78]", "9000002/ns/mnt": "-> mnt:[500]",
		// Another user's, a kernel thread's: what is there cannot be read.
		"9000003/ns/net/": "", "9000003/task/9000003/stat": "9000003 (x) S" + zeros(50),
		"9000004/ns/net/": "", // it ends meanwhile
		"9000005/comm":    "a zombie\n",
	})
	nstest.Must(t, v.readProcesses())
	seen, gaps := processes(v)
	expect(t, seen, map[uint64]Pin{
		77: {Kind: Process, PID: 9000001, FD: -1},
		78: {Kind: Process, PID: 9000002, FD: -1},
	})
	expectGaps(t, gaps, Gap{What: GapProcesses, Count: 1, Critical: true, PID: 9000003})
	if len(v.members) != 1 || len(v.members[500]) != 2 {
		t.Errorf("members of mount namespaces: %v", v.members)
	}
}

// zeros are fields of /proc/PID/stat.
func zeros(n int) (s string) {
	for range n {
		s += " 0"
	}
	return s
}

// TestThreads: a thread is told where it is elsewhere than its process. The threads of a
// zombie are the process.
func TestThreads(t *testing.T) {
	v := recorded(t, map[string]string{
		"9000001/ns/net": "-> net:[77]", "9000001/ns/mnt": "-> mnt:[500]",
		"9000001/task/9000001/": "", "9000001/task/9000002/": "", "9000001/task/9000003/": "", "9000001/task/9000004/": "",
		"9000002/ns/net": "-> net:[77]", "9000002/ns/mnt": "-> mnt:[500]", // with its process
		"9000003/ns/net": "-> net:[78]", "9000003/ns/mnt": "-> mnt:[501]",
		// 9000004 has ended meanwhile.

		"9000005/task/9000005/": "", "9000005/task/9000006/fd/3": "-> /dev/null", "9000005/task/9000007/": "",
		"9000006/ns/net": "-> net:[79]", "9000007/ns/net": "-> net:[79]",
		"9000005/task/9000008/": "", "9000008/ns/net": "-> net:[80]",
	})
	hideThreads(t, v, "9000002", "9000003", "9000006", "9000007", "9000008")
	countsLinks(t, v, 9000001)
	nstest.Must(t, v.readProcesses())
	seen, gaps := processes(v)
	expect(t, seen, map[uint64]Pin{
		77: {Kind: Process, PID: 9000001, FD: -1},
		78: {Kind: Thread, PID: 9000001, TID: 9000003, FD: -1},
		79: {Kind: Process, PID: 9000005, TID: 9000006, FD: -1},
		80: {Kind: Process, PID: 9000005, TID: 9000008, FD: -1},
	})
	expectGaps(t, gaps)
	if len(v.members) != 2 || v.members[501][0] != 9000003 {
		t.Errorf("members of mount namespaces: %v", v.members)
	}
}

// TestManyProcesses: the work is shared, and nothing is lost.
func TestManyProcesses(t *testing.T) {
	const n = 100
	files := map[string]string{}
	for i := range n {
		files[filepath.Join(strconv.Itoa(9000000+i), "ns/net")] = "-> net:[77]"
		files[filepath.Join(strconv.Itoa(9000000+i), "ns/mnt")] = "-> mnt:[500]"
	}
	v := recorded(t, files)
	nstest.Must(t, v.readProcesses())
	seen, _ := processes(v)
	pids := map[int]bool{}
	for _, s := range seen {
		pids[s.Pin.PID] = true
	}
	if len(seen) != n || len(pids) != n {
		t.Errorf("%d sightings of %d processes", len(seen), len(pids))
	}
	nstest.Must(t, os.RemoveAll(v.fs.Root()))
	if v.readProcesses() == nil {
		t.Error("a procfs that has gone is no error")
	}
}

// A process that did not answer an earlier scan is a gap of a later one: what it holds is not seen.
func TestSilentBefore(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		pid, _ := leaked(t, "descriptor")
		knows := host
		knows.Helper = &helper.Helper{}
		knows.Helper.Ask() // begins the time in which it is remembered
		knows.Helper.Silent(pid)
		snap := scanned(t, knows, Options{})
		if !slices.ContainsFunc(snap.Gaps, func(g Gap) bool { return g.PID == pid && g.Critical && g.What == GapProcesses }) {
			t.Errorf("pid %d is not told: %+v", pid, snap.Gaps)
		}
	})
}
