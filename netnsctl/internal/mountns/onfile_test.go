package mountns

import (
	"slices"
	"syscall"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl/internal/mountinfo"
	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
)

func TestFileMountText(t *testing.T) {
	for _, test := range []struct {
		mount FileMount
		want  string
	}{
		{mount: FileMount{Namespace: 7, Path: "/x"}, want: "something is mounted on its file at /x in mnt:[7]"},
		{mount: FileMount{Namespace: 7, Path: "/x", Ino: 5, Through: 9}, want: "a namespace of another type is mounted on its file at /x in mnt:[7] of pid 9"},
		{mount: FileMount{Namespace: 7, Path: "/x", Ino: 5, Net: true, Empty: true}, want: "net:[5] is mounted on its file at /x in mnt:[7], which has no process"},
	} {
		if got := test.mount.String(); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}

// TestAdd: shared says that the mount, or the one that it is on, hands on what happens.
func TestAdd(t *testing.T) {
	const text = `22 1 8:1 / / rw shared:1 - ext4 /dev/vda rw
25 22 0:25 / /run rw - tmpfs tmpfs rw
31 25 0:4 net:[55] /run/a rw - nsfs nsfs rw
32 25 0:4 net:[55] /run/b rw shared:9 - nsfs nsfs rw
33 25 0:4 uts:[56] /run/a rw master:3 - nsfs nsfs rw
34 22 0:26 / /srv rw - tmpfs tmpfs rw
`
	all := NewFileMounts("0:25:/a", "", "0:25:/b", "0:25:/c", "8:1:/srv")
	if len(all.Asked) != 4 {
		t.Errorf("asked for %v", all.Asked)
	}
	nstest.Must(t, all.Add(member(77, 9), mountinfo.Parse([]byte(text), nil), nil))
	find := func(file string, ino uint64) []FileMount {
		var found []FileMount
		all.Other(file, ino, func(m FileMount) bool {
			found = append(found, m)
			return false
		})
		return found
	}
	for _, test := range []struct {
		file string
		ino  uint64
		want map[FileMount]bool
	}{
		{
			file: "0:25:/a", ino: 0, want: map[FileMount]bool{
				{Namespace: 77, ID: 31, Through: 9, Path: "/run/a", Ino: 55, Net: true, Private: true}: true,
				{Namespace: 77, ID: 33, Through: 9, Path: "/run/a", Ino: 56}:                           true,
			},
		},
		{file: "0:25:/a", ino: 55, want: map[FileMount]bool{{Namespace: 77, ID: 33, Through: 9, Path: "/run/a", Ino: 56}: true}},
		{file: "0:25:/b", ino: 55},
		{file: "0:25:/c", ino: 55},
		{file: "8:1:/srv", ino: 55, want: map[FileMount]bool{{Namespace: 77, ID: 34, Through: 9, Path: "/srv"}: true}},
	} {
		found := find(test.file, test.ino)
		if len(found) != len(test.want) {
			t.Errorf("%s, other than %d: %+v", test.file, test.ino, found)
		}
		for _, m := range found {
			if !test.want[m] {
				t.Errorf("%s, other than %d: %+v", test.file, test.ino, m)
			}
		}
	}
	if m, found := all.Other("0:25:/a", 55, func(FileMount) bool { return true }); !found || m.Ino != 56 {
		t.Errorf("%+v, %v", m, found)
	}
}

// TestAddTree: only what is mounted below the copy of the tree counts.
func TestAddTree(t *testing.T) {
	const text = `22 1 8:1 / / rw - ext4 /dev/vda rw
25 22 0:25 / /run rw - tmpfs tmpfs rw
31 25 0:4 net:[55] /run/netns/a rw - nsfs nsfs rw
40 22 0:5 / /proc rw - proc proc rw
41 40 0:25 /netns /proc rw - tmpfs tmpfs rw
42 41 0:4 net:[56] /proc/a rw - nsfs nsfs rw
`
	all := NewFileMounts("0:25:/netns/a", "0:25:/netns/b")
	holder := FileMount{Through: 9, Tree: "detached mount tree, descriptor 3"}
	nstest.Must(t, all.AddTree(holder, mountinfo.Parse([]byte(text), nil), "/proc", nil))
	want := FileMount{Through: 9, Tree: holder.Tree, Path: "/a", Ino: 56, Net: true}
	if len(all.On) != 1 || !slices.Equal(all.On["0:25:/netns/a"], []FileMount{want}) {
		t.Errorf("%+v", all.On)
	}
	const says = "net:[56] is mounted on its file at /a in a detached mount tree, descriptor 3 of pid 9"
	if got := want.String(); got != says {
		t.Errorf("%q, want %q", got, says)
	}
}

// TestAgain: what was mounted since counts, also where nobody was at the first look.
func TestAgain(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Shell(t, "touch /run/x")
		fs := openProc(t, "/proc")
		all, err := Read(fs, false)
		nstest.Must(t, err)
		defer all.Close()
		own := inoOf(t, "/proc/self/ns/mnt")
		before := NewFileMounts(fileInRun(t))
		pid, ino := isolated(t, "mount --bind /proc/self/ns/net /run/x")
		now, unread, err := before.Again("/proc", nil, All{own: all[own]}, true)
		if err != nil || len(unread) != 0 {
			t.Fatal(unread, err)
		}
		m, found := now.Other(fileInRun(t), 0, func(FileMount) bool { return true })
		if !found || m.Namespace != ino || m.Through != pid || m.Path != "/run/x" || !m.Net || m.Ino != inoOf(t, "/proc/self/ns/net") {
			t.Errorf("%+v, %v", m, found)
		}
		if len(before.On) != 0 {
			t.Errorf("the earlier look has changed: %+v", before.On)
		}
		if _, _, err := before.Again("/none", nil, nil, false); err != syscall.ENOENT {
			t.Error(err)
		}
	})
}

// fileInRun is the file /run/x of the sandbox.
func fileInRun(t *testing.T) string {
	t.Helper()
	table, err := Own("/proc")
	nstest.Must(t, err)
	rows, _ := table.FileSystems(0)
	dev := ""
	for _, row := range rows {
		if row.Point == "/run" {
			dev = row.Dev // the last one covers the others
		}
	}
	return dev + ":/x"
}
