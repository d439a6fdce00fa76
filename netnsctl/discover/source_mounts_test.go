package discover

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl/internal/mountinfo"
	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// TestMounts reads the mount namespaces of recorded processes: pid 1's with covered mounts
// and a shared parent, one with a name, and one whose only process is chrooted.
func TestMounts(t *testing.T) {
	v := recorded(t, map[string]string{
		"1/root": "-> /", "1/ns/mnt": "-> mnt:[500]",
		"1/mountinfo": `22 1 8:1 / / rw shared:1 - ext4 /dev/vda rw
25 22 0:25 / /run rw shared:3 - tmpfs tmpfs rw
31 25 0:4 net:[77] /run/netns/a rw shared:9 - nsfs nsfs rw
32 25 0:4 net:[78] /run/c/ns rw - nsfs nsfs rw
33 32 0:4 uts:[90] /run/c/ns rw - nsfs nsfs rw
34 25 0:4 net:[79] /run/d/ns rw - nsfs nsfs rw
35 25 0:40 / /run/d rw - tmpfs none rw
36 25 0:4 net:[82] /run/netns/c rw - nsfs nsfs rw
37 36 0:4 uts:[90] /run/netns/c rw - nsfs nsfs rw
`,
		"9000001/root": "-> /", "9000001/ns/mnt": "-> mnt:[501]",
		"9000001/mountinfo": `42 1 8:1 / / rw - ext4 /dev/vda rw
45 42 0:26 / /run rw - tmpfs tmpfs rw
51 45 0:4 net:[80] /run/netns/b rw - nsfs nsfs rw
52 45 0:4 net:[81] /run/netns/deep/b rw - nsfs nsfs rw
`,
		"9000002/root": "-> /srv", "9000002/ns/mnt": "-> mnt:[502]",
	})
	v.runDirs[0].path, v.hostMounts, v.ownMounts = "/run/netns", 500, 501
	v.members = map[uint64][]int{500: {1}, 501: {9000001}, 502: {9000002}}
	for ino, pids := range v.members {
		v.mounts.Get(v.fs, ino).AddMembers(pids...)
	}
	v.readMounts()
	if names := v.mountedNames(); len(names) != 1 || names["a"] != 77 {
		t.Errorf("names in pid 1's mount namespace: %v", names)
	}
	seen, gaps := mounts(v)
	// The last one cannot be entered: what pid 9000002 has as its namespace is no such file.
	expectGaps(t, gaps, Gap{What: GapUnusedMountNamespaces})
	want := map[uint64]Mount{
		77: {Namespace: 500, ID: 31, ParentID: 25, ParentPath: "/run", FSType: "tmpfs", Path: "/run/netns/a", Through: 1, Host: true, File: "0:25:/netns/a", Spreads: true, Name: "a", Usable: true},
		78: {Namespace: 500, ID: 32, ParentID: 25, ParentPath: "/run", FSType: "tmpfs", Path: "/run/c/ns", Through: 1, Host: true, Covered: true, Cover: "/run/c/ns", Carries: true, File: "0:25:/c/ns", Spreads: true},
		79: {Namespace: 500, ID: 34, ParentID: 25, ParentPath: "/run", FSType: "tmpfs", Path: "/run/d/ns", Through: 1, Host: true, Covered: true, Cover: "/run/d", File: "0:25:/d/ns", Spreads: true},
		82: {Namespace: 500, ID: 36, ParentID: 25, ParentPath: "/run", FSType: "tmpfs", Path: "/run/netns/c", Through: 1, Host: true, Covered: true, Cover: "/run/netns/c", Carries: true, File: "0:25:/netns/c", Spreads: true, Name: "c"},
		80: {Namespace: 501, ID: 51, ParentID: 45, ParentPath: "/run", FSType: "tmpfs", Path: "/run/netns/b", Through: 9000001, Own: true, File: "0:26:/netns/b", Name: "b", Usable: true},
		81: {Namespace: 501, ID: 52, ParentID: 45, ParentPath: "/run", FSType: "tmpfs", Path: "/run/netns/deep/b", Through: 9000001, Own: true, File: "0:26:/netns/deep/b"},
	}
	if len(seen) != len(want) {
		t.Errorf("seen %+v", seen)
	}
	for _, s := range seen {
		if s.Pin.Kind != MountPin || s.Pin.FD != -1 || *s.Pin.Mount != want[s.ID.Ino] {
			t.Errorf("%d: %+v\nwant %+v", s.ID.Ino, *s.Pin.Mount, want[s.ID.Ino])
		}
	}
	for id, is := range map[uint64]bool{35: true, 52: true, 60: false} {
		if v.mountIDs.Has(id) != is {
			t.Errorf("mount %d is known: %v", id, !is)
		}
	}
}

// TestMountsNotReadable: a mount namespace that is there and cannot be read is a critical gap.
func TestMountsNotReadable(t *testing.T) {
	v := recorded(t, map[string]string{"9000001/root": "-> /srv", "9000001/ns/mnt": "no namespace"})
	m := v.mounts.Get(v.fs, inode(t, v.fs.Root()+"/9000001/ns/mnt"))
	m.AddMembers(9000001)
	v.readMounts()
	seen, gaps := mounts(v)
	expect(t, seen, nil)
	expectGaps(t, gaps,
		Gap{What: GapMountNamespaces, Count: 1, Critical: true, MountNamespace: m.Ino, PID: 9000001},
		Gap{What: GapUnusedMountNamespaces})
}

// TestNameElsewhere: a mount in the run directory of a process, as seen from its root, is a
// name there.
func TestNameElsewhere(t *testing.T) {
	jail := t.TempDir()
	nstest.Must(t, os.MkdirAll(jail+"/run/netns", 0o755))
	nstest.Must(t, os.MkdirAll(jail+"/var/run/netns", 0o755))
	v := recorded(t, map[string]string{
		"9000001/root": "-> " + jail, "9000001/ns/mnt": "-> mnt:[501]",
		"9000002/root": "-> " + jail, "9000002/ns/mnt": "-> mnt:[501]", // the same root again
		"9000003/root": "-> " + jail + "/none", "9000003/ns/mnt": "-> mnt:[501]",
		"9000004/root": "-> /", "9000004/ns/mnt/": "",
	})
	v.host.RunDir = "/run/netns"
	var st sys.FileStat
	nstest.Must(t, sys.StatFollow(jail, &st))
	for _, test := range []struct {
		situation string
		mount     Mount
		usable    bool
	}{
		{situation: "in /run/netns", mount: Mount{Namespace: 501, Path: jail + "/run/netns/x", ParentID: st.MountID}, usable: true},
		{situation: "in /var/run/netns", mount: Mount{Namespace: 501, Path: jail + "/var/run/netns/x", ParentID: st.MountID}, usable: true},
		{situation: "in another mount namespace", mount: Mount{Namespace: 502, Path: jail + "/run/netns/x", ParentID: st.MountID}},
		{situation: "on another mount there", mount: Mount{Namespace: 501, Path: jail + "/run/netns/x", ParentID: st.MountID + 100000}},
		{situation: "elsewhere", mount: Mount{Namespace: 501, Path: jail + "/run/x", ParentID: st.MountID}},
		{situation: "no name", mount: Mount{Namespace: 501, Path: jail + "/run/netns/..", ParentID: st.MountID}},
	} {
		m := test.mount
		v.nameElsewhere(&m)
		name, through := "", 0
		if test.usable {
			name, through = "x", 9000001
		}
		if m.Usable != test.usable || m.Name != name || m.Through != through && m.Through != 9000002 {
			t.Errorf("%s: %+v", test.situation, m)
		}
	}
}

// TestPlaceNames: the file of a name is told as that of a mount is.
func TestPlaceNames(t *testing.T) {
	v := recorded(t, map[string]string{"thread-self/mountinfo": "22 1 8:1 / / rw - ext4 /dev/vda rw\n25 22 0:25 /sub /run rw - tmpfs tmpfs rw\n"})
	for _, test := range []struct {
		runDir string
		mount  uint64
		want   string
	}{
		{runDir: "/run/netns", mount: 25, want: "0:25:/sub/netns/x"},
		{runDir: "/srv/netns", mount: 22, want: "8:1:/srv/netns/x"},
		{runDir: "/run/netns", mount: 26},
		{runDir: "/srv/netns", mount: 25},
	} {
		in := &runDir{path: test.runDir, mount: test.mount}
		n := &Name{Name: "x", in: in}
		v.names = []*Name{n}
		if v.placeNames(in); n.On != test.want {
			t.Errorf("%s on mount %s: %q", test.runDir, strconv.FormatUint(test.mount, 10), n.On)
		}
	}
	v = recorded(t, nil)
	v.names = []*Name{{Name: "x", in: v.runDirs[0]}}
	if v.placeNames(v.runDirs[0]); v.names[0].On != "" {
		t.Error(v.names[0].On)
	}
}

// TestMountedNamesNeedARoot: without a process that sees pid 1's mounts no name is taken for
// granted.
func TestMountedNamesNeedARoot(t *testing.T) {
	v := recorded(t, nil)
	v.runDirs[0].path, v.hostMounts = "/run/netns", 500
	if names := v.mountedNames(); len(names) != 0 {
		t.Error(names)
	}
	table := mountinfo.Parse([]byte("31 25 0:4 net:[77] /run/netns/a rw - nsfs nsfs rw\n"), nil)
	nstest.Must(t, v.mountPins(v.mounts.Get(v.fs, 500), table, nil))
	if names := v.mountedNames(); len(names) != 0 || len(v.mountSeen) != 1 {
		t.Error(names)
	}
}

// TestNameInMountNamespaceInFlight: the name that is alive in a mount namespace, of which only a
// descriptor in flight is left, is found; where a file of an io_uring is left, that is a critical gap.
func TestNameInMountNamespaceInFlight(t *testing.T) {
	for _, hold := range []string{"names-in-flight", "names-in-io_uring"} {
		t.Run(hold, func(t *testing.T) {
			nstest.Run(t, func(t *testing.T) {
				nstest.Must(t, host.Add("x"))
				pid := holder(t, hold, "x")
				nstest.Must(t, sys.Detach(host.NamePath("x")))
				snap := scanned(t, host, Options{Files: true})
				name := snap.Names[0]
				found := name.Cause == DeadFile && strings.Contains(name.Detail, " is named x in mnt:[")
				told := slices.ContainsFunc(snap.Gaps, func(g Gap) bool {
					return g.What == GapMountNamespaces && g.Critical && g.PID == pid
				})
				if found != (hold == "names-in-flight") || told == found {
					t.Errorf("%s: %s; gaps %v", name.Cause, name.Detail, snap.Gaps)
				}
			})
		})
	}
}
