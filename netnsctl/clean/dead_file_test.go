package clean_test

import (
	"testing"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl/clean"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// TestPlanDeadFile: a dead file in the directory of a runtime goes only if it, or its directory, is
// a target, and if nobody uses it.
func TestPlanDeadFile(t *testing.T) {
	const file, dir = "/run/docker/netns/x", "/run/docker/netns"
	const removed = "remove " + file
	for _, c := range []struct {
		name, targets string
		change        func(n *discover.Name, w world)
		minAge        time.Duration
		want          string
	}{
		{name: "not named", want: "remove dead\nrelease net:[100]\nskip " + file + ": in a directory of docker, unless named"},
		{name: "something else is named", targets: "dead", want: "remove dead"},
		{name: "named", targets: file, want: removed},
		{name: "its directory", targets: dir, want: removed},
		{name: "a directory above that", targets: "/run/docker", want: "missing /run/docker"},
		{name: "in another mount namespace", targets: file + " in mnt:[50]", want: "missing " + file + " in mnt:[50]"},
		{name: "its name", targets: "x", want: "missing x"},
		{name: "young", targets: file, minAge: clean.DefaultMinAge * 60, want: "skip " + file + ": younger than 10h"},
		{
			name: "open", targets: file, want: "skip " + file + ": its file is open: descriptor 7 of pid 9",
			change: func(n *discover.Name, w world) { n.Opener = &discover.Pin{Kind: discover.Descriptor, PID: 9, FD: 7} },
		},
		{
			name: "mapped", targets: file, want: "skip " + file + ": its file is open, but no descriptor of it was found",
			change: func(n *discover.Name, w world) { n.Open = true },
		},
		{
			name: "mounted on by a user alone", targets: file, want: "skip " + file + ": something is mounted on its file at /x in mnt:[60]",
			change: func(n *discover.Name, w world) {
				w.snap.OnFile.On = map[string][]discover.FileMount{n.On: {{Namespace: 60, Path: "/x"}}}
				w.snap.OnlyUsers = map[uint64]int64{60: bob}
			},
		},
		{
			name: "mounts not read", targets: file, want: "skip " + file + ": something may be mounted on its file: mount namespaces not readable: 1, uid 1000",
			change: func(n *discover.Name, w world) { w.gap(discover.GapMountNamespaces, bob) },
		},
		{
			name: "mounts not asked for", targets: file, want: "skip " + file + ": what is mounted on its file cannot be told",
			change: func(n *discover.Name, w world) { w.snap.OnFile.Asked = nil },
		},
		{
			name: "a record has it", targets: dir, want: "skip " + file + ": it is in the records of docker for container web, unless named",
			change: func(n *discover.Name, w world) { n.Keeper = "docker for container web" },
		},
		{
			name: "a record has it, named", targets: file, want: removed,
			change: func(n *discover.Name, w world) { n.Keeper = "docker for container web" },
		},
		{
			name: "wanted", targets: file, want: "skip " + file + ": kept by /etc/netnsctl/keep.d/x.conf:1",
			change: func(n *discover.Name, w world) { n.WantedBy = "/etc/netnsctl/keep.d/x.conf:1" },
		},
	} {
		w := newWorld()
		n := &discover.Name{
			Name: file, Verdict: discover.Stale, Cause: discover.DeadFile, Owner: "docker", On: "0:25:/docker/netns/x",
			File: discover.File{Dev: 25, Ino: 10, Kind: discover.Regular, Born: hoursAgo(5)},
		}
		w.snap.DeadFiles = []*discover.Name{n}
		w.snap.OnFile.Asked = map[string]bool{n.On: true}
		if c.change != nil {
			c.change(n, w)
		}
		if got := decideOn(w.snap, clean.Request{Targets: splitTargets(c.targets), MinAge: c.minAge}); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}
