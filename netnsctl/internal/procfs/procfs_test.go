package procfs

import (
	"cmp"
	"os"
	"slices"
	"strconv"
	"syscall"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
)

// recorded opens a recorded procfs. Numbers above 4194304 are of no process of the machine:
// the kernel gives out none (PID_MAX_LIMIT in include/linux/threads.h).
func recorded(t *testing.T, files map[string]string) *FS {
	t.Helper()
	fs, err := Open(nstest.Tree(t, files))
	nstest.Must(t, err)
	t.Cleanup(fs.Close)
	return fs
}

func TestOpenNothing(t *testing.T) {
	if _, err := Open(t.TempDir() + "/none"); err != syscall.ENOENT {
		t.Error(err)
	}
	if _, _, err := NetworkUsers(t.TempDir()+"/none", nil); err != syscall.ENOENT {
		t.Error(err)
	}
}

func TestReadFile(t *testing.T) {
	fs := recorded(t, map[string]string{"sys/kernel/random/boot_id": "abc\n"})
	if text, err := fs.ReadFile("sys/kernel/random/boot_id"); string(text) != "abc\n" || err != nil {
		t.Errorf("%q, %v", text, err)
	}
	if _, err := fs.ReadFile("none"); !Gone(err) {
		t.Error(err)
	}
	if fs.FD() < 0 || fs.Path(12, "/ns/net") != fs.Root()+"/12/ns/net" {
		t.Error(fs.FD(), fs.Path(12, "/ns/net"))
	}
}

// The process that asks is not in the list.
func TestPIDs(t *testing.T) {
	fs := recorded(t, map[string]string{
		"1/": "", "9000001/": "", "self": "-> 9000001", "12x/": "", "uptime": "", strconv.Itoa(os.Getpid()) + "/": "",
	})
	pids, err := fs.PIDs()
	slices.Sort(pids)
	if err != nil || !slices.Equal(pids, []int{1, 9000001}) {
		t.Errorf("%v, %v", pids, err)
	}
}

// Of a process that has ended nothing is told.
func TestMembers(t *testing.T) {
	fs := recorded(t, map[string]string{
		"9000001/ns/net": "-> net:[77]", "9000001/task/9000001/": "", "9000002/": "", "9000003/ns/net": "no link",
	})
	members, err := fs.Members("net")
	nstest.Must(t, err)
	slices.SortFunc(members, func(a, b Member) int { return a.PID - b.PID })
	want := []Member{{9000001, 9000001, 77, nil}, {9000003, 9000003, 0, syscall.EINVAL}}
	if !slices.Equal(members, want) {
		t.Errorf("%+v", members)
	}
	nstest.Must(t, os.RemoveAll(fs.Root()))
	if _, err := fs.Members("net"); err != syscall.ENOENT {
		t.Error(err)
	}
}

func TestNamespace(t *testing.T) {
	r := recorded(t, map[string]string{
		"9000001/ns/net": "-> net:[77]", "9000001/ns/mnt": "-> /elsewhere", "9000002/ns/net": "no link",
	}).NewReader()
	for _, test := range []struct {
		tid  int
		kind string
		ino  uint64
		err  error
	}{
		{tid: 9000001, kind: "net", ino: 77},
		{tid: 9000001, kind: "mnt", err: syscall.EINVAL},
		{tid: 9000001, kind: "uts", err: syscall.ENOENT},
		{tid: 9000002, kind: "net", err: syscall.EINVAL},
		{tid: 9000003, kind: "net", err: syscall.ENOENT},
	} {
		if ino, err := r.Namespace(test.tid, test.kind); ino != test.ino || err != test.err {
			t.Errorf("%+v: %d, %v", test, ino, err)
		}
	}
}

// The test's own threads: the runtime has several.
func TestThreadsOfTheTest(t *testing.T) {
	fs, err := Open("/proc")
	nstest.Must(t, err)
	defer fs.Close()
	r, self := fs.NewReader(), os.Getpid()
	if !r.Threaded(self) {
		t.Error("one thread")
	}
	var tids []int
	nstest.Must(t, r.EachTask(self, func(tid int) { tids = append(tids, tid) }))
	if len(tids) < 2 || tids[0] != self || slices.Contains(tids[1:], self) {
		t.Errorf("threads %v of %d", tids, self)
	}
	users, _, err := NetworkUsers("/proc", nil)
	nstest.Must(t, err)
	for ino, pid := range users {
		if ino == 0 || pid == self {
			t.Errorf("pid %d is in %d", pid, ino)
		}
	}
}

// A process without other threads is called for once, as is one that has ended.
func TestEachTaskOfOne(t *testing.T) {
	r := recorded(t, map[string]string{"9000001/task/9000001/": ""}).NewReader()
	for _, pid := range []int{9000001, 9000002} {
		var tids []int
		if err := r.EachTask(pid, func(tid int) { tids = append(tids, tid) }); err != nil || !slices.Equal(tids, []int{pid}) {
			t.Errorf("%d: %v, %v", pid, tids, err)
		}
	}
	if _, err := r.Tasks(9000002); !Gone(err) {
		t.Error(err)
	}
}

func TestEachFD(t *testing.T) {
	fs := recorded(t, map[string]string{
		"9000001/fd/3":              "-> /dev/null",
		"9000001/fd/11":             "-> socket:[5]",
		"9000001/task/9000002/fd/4": "-> /dev/null",
		"9000003/fd":                "no directory",
	})
	r := fs.NewReader()
	for _, test := range []struct {
		pid, tid int
		count    bool
		most     int
		want     []string
		stop     bool
		gone     bool
		refused  bool
	}{
		{pid: 9000001, want: []string{"/dev/null", "socket:[5]"}},
		{pid: 9000001, count: true, want: []string{"/dev/null", "socket:[5]"}},
		{pid: 9000001, most: 1},
		{pid: 9000001, count: true, most: 1},
		{pid: 9000001, count: true, stop: true},
		{pid: 9000001, tid: 9000002, want: []string{"/dev/null"}},
		{pid: 9000001, tid: 9000003, gone: true},
		{pid: 9000004, count: true, gone: true},
		{pid: 9000003, refused: true},
	} {
		var links []string
		err := r.EachFD(test.pid, test.tid, test.count, cmp.Or(test.most, 2), func(dir, fd int) bool {
			link, err := r.ReadFD(dir, fd)
			nstest.Must(t, err)
			links = append(links, string(link))
			return !test.stop
		})
		slices.Sort(links)
		many := test.most == 1 || test.stop
		if many && len(links) != 1 || !many && !slices.Equal(links, test.want) {
			t.Errorf("%+v: %q", test, links)
		}
		if Gone(err) != test.gone || (err == syscall.E2BIG) != many || (err != nil) != (test.gone || test.refused || many) {
			t.Errorf("%+v: %q, %v", test, links, err)
		}
	}
}

func TestFDInfo(t *testing.T) {
	r := recorded(t, map[string]string{
		"9000001/fdinfo/3": "pos:\t0\n", "9000001/task/9000002/fdinfo/3": "scm_fds: 1\n",
	})
	if text := r.FDInfo(9000001, 0, 3); string(text) != "pos:\t0\n" {
		t.Errorf("%q", text)
	}
	if text := r.FDInfo(9000001, 9000002, 3); string(text) != "scm_fds: 1\n" {
		t.Errorf("thread: %q", text)
	}
	if text := r.FDInfo(9000001, 0, 4); text != nil {
		t.Errorf("closed: %q", text)
	}
}
