package mountns

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl/internal/budget"
	"github.com/netnsctl/netnsctl/netnsctl/internal/mountinfo"
	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

func openProc(t *testing.T, root string) *procfs.FS {
	t.Helper()
	fs, err := procfs.Open(root)
	nstest.Must(t, err)
	t.Cleanup(fs.Close)
	return fs
}

// isolated starts a process in a mount namespace of its own, which runs a script first. It
// gives the process and the number of the mount namespace.
func isolated(t *testing.T, script string) (pid int, ino uint64) {
	t.Helper()
	out := nstest.Shell(t, `
		rm -f /run/ready; mkfifo /run/ready
		unshare -m --propagation private sh -ec "$1"'
			echo >/run/ready; exec sleep infinity' >/dev/null 2>/run/errors &
		echo $!
		read _ </run/ready`, script)
	pid, err := strconv.Atoi(strings.TrimSpace(out))
	nstest.Must(t, err)
	_, ino, err = sys.Stat("/proc/" + strconv.Itoa(pid) + "/ns/mnt")
	nstest.Must(t, err)
	return pid, ino
}

func inoOf(t *testing.T, path string) uint64 {
	t.Helper()
	_, ino, err := sys.Stat(path)
	nstest.Must(t, err)
	return ino
}

func TestMembers(t *testing.T) {
	self := os.Getpid()
	m := New("/proc", 77)
	if !m.Empty() || m.Name() != "mnt:[77]" || m.HasRootView() || m.Member() != 0 {
		t.Errorf("%+v", m)
	}
	m.AddMembers(self)
	if m.Empty() || m.Member() != 0 {
		t.Errorf("the caller is told as a member: %d", m.Member())
	}
	m.AddMembers(5, 6)
	m.AddMembers(7, 8, 9)
	if m.Member() != 5 || !slices.Equal(m.pids, []int{self, 5, 6, 7}) {
		t.Errorf("member %d of %v", m.Member(), m.pids)
	}
	m.through = 7
	if m.Member() != 7 {
		t.Errorf("member %d does not see the mounts", m.Member())
	}
}

func TestGet(t *testing.T) {
	all, fs := All{}, openProc(t, "/proc")
	if m := all.Get(fs, 77); m.Ino != 77 || all.Get(fs, 77) != m || len(all) != 1 {
		t.Errorf("%+v", all)
	}
	all.Close()
}

const rootMount = "22 1 8:1 / / rw - ext4 /dev/vda rw\n"

// TestMountinfo reads recorded processes: what counts is one whose root is that of the mount
// namespace. Numbers above 4194304 are of no process of the machine.
func TestMountinfo(t *testing.T) {
	for _, test := range []struct {
		situation string
		files     map[string]string
		members   []int
		through   int
		read      int
	}{
		{
			situation: "a process that sees the root",
			files: map[string]string{
				"9000001/root": "-> /", "9000001/mountinfo": rootMount, "9000001/ns/mnt": "-> mnt:[77]",
			},
			members: []int{9000001}, through: 9000001, read: 1,
		},
		{
			situation: "the first one is chrooted",
			files: map[string]string{
				"9000001/root": "-> /srv", "9000001/mountinfo": rootMount, "9000001/ns/mnt": "-> mnt:[77]",
				"9000002/root": "-> /", "9000002/mountinfo": rootMount, "9000002/ns/mnt": "-> mnt:[77]",
			},
			members: []int{9000001, 9000002}, through: 9000002, read: 1,
		},
		{
			situation: "a root that is not mounted any more",
			files:     map[string]string{"9000001/root": "-> /", "9000001/mountinfo": "", "9000001/ns/mnt": "-> mnt:[77]"},
			members:   []int{9000001},
		},
		{
			situation: "the number is that of another process now",
			files: map[string]string{
				"9000001/root": "-> /", "9000001/mountinfo": rootMount, "9000001/ns/mnt": "-> mnt:[78]",
			},
			members: []int{9000001},
		},
		{
			situation: "the known one has ended, another is there",
			files: map[string]string{
				"9000002/root": "-> /", "9000002/mountinfo": rootMount, "9000002/ns/mnt": "-> mnt:[77]",
			},
			members: []int{9000001}, through: 9000002, read: 1,
		},
		{situation: "all have ended", members: []int{9000001}},
	} {
		t.Run(test.situation, func(t *testing.T) {
			fs := openProc(t, nstest.Tree(t, test.files))
			m := New(fs.Root(), 77)
			m.AddMembers(test.members...)
			read := 0
			unread := NewReader(fs, nil).Each(All{77: m}, func(_ *Namespace, table *mountinfo.Table, _ *budget.Account) error {
				if table.HasRoot {
					read++
				}
				return nil
			})
			if m.through != test.through || read != test.read || len(unread) != 0 {
				t.Errorf("read %d times through %d, not %v", read, m.through, unread)
			}
		})
	}
}

func TestEnter(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		pid, ino := isolated(t, "mount -t tmpfs inside /proc/sys;")
		for _, test := range []struct {
			situation string
			m         *Namespace
			err       error
		}{
			{situation: "by its number", m: member(ino, pid)},
			{situation: "whatever its number", m: Of("/proc", pid)},
			{situation: "by the path of its file", m: withFile(ino, "/proc/"+strconv.Itoa(pid)+"/ns/mnt")},
			{situation: "one of no process", m: New("/proc", ino), err: syscall.ENOENT},
			{situation: "another number", m: member(ino+1, pid), err: syscall.ENOENT},
			{situation: "a process that has ended", m: member(ino, 9000001), err: syscall.ENOENT},
		} {
			is, inside := uint64(0), false
			err := test.m.Enter(func() (err error) {
				_, is, err = sys.Stat("thread-self/ns/mnt")
				text, _ := os.ReadFile("thread-self/mountinfo")
				inside = strings.Contains(string(text), " /proc/sys rw")
				return err
			})
			if err != test.err || err == nil && (is != ino || !inside) {
				t.Errorf("%s: in %d, not %d: %v", test.situation, is, ino, err)
			}
			test.m.Close()
		}
		if err := member(ino, pid).Enter(func() error { return syscall.EXDEV }); err != syscall.EXDEV {
			t.Errorf("the error of what is run: %v", err)
		}
		if text, _ := os.ReadFile("/proc/self/mountinfo"); strings.Contains(string(text), " /proc/sys rw") {
			t.Error("the test itself is inside")
		}
	})
}

func member(ino uint64, pid int) *Namespace {
	m := New("/proc", ino)
	m.AddMembers(pid)
	return m
}

func withFile(ino uint64, path string) *Namespace {
	m := New("/proc", ino)
	m.AddFile(path)
	m.AddFile("/the/first/counts")
	return m
}

// TestRead finds the mount namespaces of all processes, ours included.
func TestRead(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		pid, ino := isolated(t, "")
		fs := openProc(t, "/proc")
		all, err := Read(fs, true)
		nstest.Must(t, err)
		defer all.Close()
		own := inoOf(t, "/proc/self/ns/mnt")
		if len(all) != 2 || all[ino].Member() != pid || all[own] == nil {
			t.Errorf("%+v, want %d and %d", all, ino, own)
		}
		points := map[uint64]bool{}
		unread := NewReader(fs, nil).Each(all, func(m *Namespace, table *mountinfo.Table, _ *budget.Account) error {
			table.Each(func(row mountinfo.Row) { points[m.Ino] = points[m.Ino] || row.Point == "/proc" })
			return nil
		})
		if len(unread) != 0 || !points[own] || !points[ino] || !all[ino].HasRootView() {
			t.Errorf("%v has a mount on /proc, not read: %v", points, unread)
		}
		nstest.Must(t, all[ino].Open())
		nstest.Must(t, all[ino].Open())
	})
}

// TestAddUnused: the kernel's list has the mount namespaces that only a descriptor of ours
// keeps, older and younger ones than that of the thread which asks. It is asked outside of a
// sandbox, since it answers in the initial pid namespace only.
func TestAddUnused(t *testing.T) {
	if link, _ := os.Readlink("/proc/self/ns/pid"); link != "pid:[4026531836]" || os.Geteuid() != 0 {
		nstest.Lacks(t, "needs root in the initial pid namespace")
	}
	all := All{}
	defer all.Close()
	older := unused(t)
	var younger uint64
	err := error(nil)
	sys.OnThrowAwayThread(func() {
		if err = sys.NewMountNamespace(); err == nil {
			younger = unused(t)
			_, err = all.AddUnused(openProc(t, "/proc"))
		}
	})
	if err == syscall.ENOTTY || err == syscall.EINVAL {
		nstest.Lacks(t, "the kernel has no list of mount namespaces (Linux 6.12): "+err.Error())
	}
	nstest.Must(t, err)
	for _, ino := range []uint64{older, younger} {
		m := all[ino]
		if m == nil || m.fd < 0 || !m.Empty() {
			t.Errorf("%d is not among %d mount namespaces: %+v", ino, len(all), m)
			continue
		}
		read := 0
		NewReader(openProc(t, "/proc"), nil).Each(All{ino: m}, func(*Namespace, *mountinfo.Table, *budget.Account) error {
			read++
			return nil
		})
		if read != 1 {
			t.Errorf("read %d times", read)
		}
	}
}

// unused makes a mount namespace that nobody is in, until the test ends.
func unused(t *testing.T) (ino uint64) {
	t.Helper()
	fd, err := -1, error(nil)
	sys.OnThrowAwayThread(func() {
		if err = sys.NewMountNamespace(); err == nil {
			fd, err = sys.OpenNamespace("/proc/thread-self/ns/mnt")
		}
	})
	nstest.Must(t, err)
	t.Cleanup(func() { sys.Close(fd) })
	_, ino, err = sys.Fstat(fd)
	nstest.Must(t, err)
	return ino
}

// TestNetworkMounts tells how each mount of a network namespace lies.
func TestNetworkMounts(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		pid, ino := isolated(t, `
			mkdir /run/c /run/d; touch /run/c/x /run/d/x
			mount --bind /proc/self/ns/net /run/c/x
			mount --bind /proc/self/ns/net /run/d/x
			mount -t tmpfs none /run/d`)
		m := member(ino, pid)
		found, err := m.NetworkMounts()
		nstest.Must(t, err)
		m.Close()
		type lies struct {
			path             string
			covered, carries bool
		}
		var got []lies
		for _, f := range found {
			got = append(got, lies{f.Path, f.Covered, f.Carries})
			if f.Ino != inoOf(t, "/proc/self/ns/net") || f.ID == 0 {
				t.Errorf("%+v", f)
			}
		}
		want := []lies{
			{path: "/run/c/x"},
			{path: "/run/d/x", covered: true},
		}
		if !slices.Equal(got, want) {
			t.Errorf("%+v", got)
		}
		if _, err := New("/proc", ino).NetworkMounts(); err != syscall.ENOENT {
			t.Error(err)
		}
	})
}

// TestOpenCovered opens what no path leads to, and changes nothing.
func TestOpenCovered(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		pid, ino := isolated(t, `
			touch /run/x; mkdir -p /run/d/e; touch /run/d/e/x
			mount --bind /proc/self/ns/net /run/x
			mount --bind /proc/self/ns/uts /run/x
			mount --bind /proc/self/ns/net /run/d/e/x
			mount -t tmpfs none /run/d/e; mount -t tmpfs none /run/d`)
		m := member(ino, pid)
		defer m.Close()
		net := inoOf(t, "/proc/self/ns/net")
		before := mountsOf(t, pid)
		for _, path := range []string{"/run/x", "/run/d/e/x"} {
			fd, err := m.OpenCovered(path, net)
			if err != nil {
				t.Errorf("%s: %v", path, err)
				continue
			}
			if _, is, _ := sys.Fstat(fd); is != net {
				t.Errorf("%s: %d, not %d", path, is, net)
			}
			sys.Close(fd)
		}
		for _, path := range []string{"/run/y", "/run/d"} {
			if _, err := m.OpenCovered(path, net); err != syscall.ENOENT {
				t.Errorf("%s: %v", path, err)
			}
		}
		if _, err := m.OpenCovered("/run/x", net+1); err != syscall.ENOENT {
			t.Error(err)
		}
		if after := mountsOf(t, pid); after != before {
			t.Errorf("before:\n%s\nafter:\n%s", before, after)
		}
	})
}

func mountsOf(t *testing.T, pid int) string {
	t.Helper()
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/mountinfo")
	nstest.Must(t, err)
	return string(text)
}
