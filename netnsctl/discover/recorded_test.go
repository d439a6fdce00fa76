package discover

import (
	"cmp"
	"maps"
	"slices"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/helper"
	"github.com/netnsctl/netnsctl/netnsctl/internal/mountns"
	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
)

// recorded is a vantage on a recorded procfs. Processes in it have numbers above 4194304:
// the kernel gives out none of these (PID_MAX_LIMIT in include/linux/threads.h), so a
// system call about one of them finds nothing. The namespaces are on device 4.
func recorded(t *testing.T, files map[string]string) *vantage {
	t.Helper()
	root := nstest.Tree(t, files)
	fs, err := procfs.Open(root)
	nstest.Must(t, err)
	v := &vantage{
		host: netnsctl.Host{ProcRoot: root, RunDir: root + "/netns"}, fs: fs, helper: &helper.Helper{}, own: netID(1),
		runDirs: []*runDir{{dir: root + "/netns", path: root + "/netns"}}, types: map[uint64]int{}, mounts: mountns.All{}, fileSystems: map[string]*Pin{},
		nets: map[uint64]bool{}, socketNets: map[uint64]uint64{}, spending: newSpending(),
	}
	t.Cleanup(v.close)
	return v
}

// expect compares what a source has seen, by the inode number of the namespace.
func expect(t *testing.T, seen []sighting, want map[uint64]Pin) {
	t.Helper()
	got := map[uint64]Pin{}
	for _, s := range seen {
		got[s.ID.Ino] = s.Pin
	}
	if len(seen) != len(want) || !maps.Equal(got, want) {
		t.Errorf("seen %+v\nwant %+v", seen, want)
	}
}

func expectGaps(t *testing.T, gaps []Gap, want ...Gap) {
	t.Helper()
	byText := func(a, b Gap) int { return cmp.Compare(a.What, b.What) }
	gaps = slices.SortedFunc(slices.Values(gaps), byText)
	if want = slices.SortedFunc(slices.Values(want), byText); !slices.Equal(gaps, want) {
		t.Errorf("gaps %v\nwant %v", gaps, want)
	}
}
