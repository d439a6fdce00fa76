package discover

import (
	"strconv"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// onNsfs gives a recorded vantage the real device of namespaces, since the descriptors in
// the recorded tree are links to real files.
func onNsfs(t *testing.T, v *vantage) {
	t.Helper()
	dev, ino, err := sys.Stat("/proc/self/ns/net")
	nstest.Must(t, err)
	v.own.Dev, v.own.Ino = dev, ino
	v.anon, _, _, err = sys.AnonInode()
	nstest.Must(t, err)
}

// TestDescriptors: of the open files, those of network namespaces are pins.
func TestDescriptors(t *testing.T) {
	v := recorded(t, map[string]string{
		"9000001/ns/net":             "-> net:[77]",
		"9000001/fd/3":               "-> /proc/self/ns/net",
		"9000001/fd/4":               "-> /proc/self/ns/uts",
		"9000001/fd/5":               "-> /proc/self/ns/mnt",
		"9000001/fd/6":               "-> /dev/null",
		"9000001/fd/7":               "-> net:[77]", // closed meanwhile
		"9000002/ns/net":             "-> net:[77]",
		"9000002/fd":                 "no directory",
		"9000002/task/9000002/stat":  "9000002 (x) S" + zeros(50),
		"9000003/ns/net":             "-> net:[77]",
		"9000003/task/9000003/":      "",
		"9000003/task/9000004/":      "",
		"9000004/ns/net":             "-> net:[77]",
		"9000003/task/9000004/fd/12": "-> /proc/self/ns/net", // shares its descriptors, as far as kcmp(2) tells
	})
	hideThreads(t, v, "9000004")
	onNsfs(t, v)
	nstest.Must(t, v.readProcesses())
	v.readTypes()
	seen, gaps := descriptors(v)
	expect(t, seen, map[uint64]Pin{v.own.Ino: {Kind: Descriptor, PID: 9000001, FD: 3}})
	expectGaps(t, gaps)
	if _, gaps := processes(v); len(gaps) != 1 {
		t.Errorf("descriptors that cannot be read are no gap: %v", gaps)
	}
	uts, mnt := inode(t, "/proc/self/ns/uts"), inode(t, "/proc/self/ns/mnt")
	if v.types[uts] != unix.CLONE_NEWUTS || v.types[mnt] != sys.TypeMount || v.types[77] != sys.TypeNet {
		t.Errorf("types: %v", v.types)
	}
	if m := v.mounts[mnt]; m == nil || m.Open() != nil || !m.Empty() {
		t.Errorf("the descriptor is no way into the mount namespace: %+v", m)
	}
}

// TestTypeUnknown: a namespace of which the type cannot be told may be a network namespace, so
// that is a gap. A descriptor that was closed meanwhile is none, also where its number is that
// of another file or namespace by now.
func TestTypeUnknown(t *testing.T) {
	v := recorded(t, map[string]string{
		"9000001/ns/net": "-> net:[77]", "9000001/task/9000001/stat": "9000001 (x) S" + zeros(50),
		"9000001/fd/3": "-> 3", // cannot be opened: ELOOP
		"9000001/fd/4": "-> /dev/null",
		"9000001/fd/5": "-> /proc/self/ns/uts",
	})
	onNsfs(t, v)
	for fd := 3; fd <= 6; fd++ {
		v.files = append(v.files, openFile{pid: 9000001, fd: fd, class: nsfsFile, id: uint64(12345 + fd)})
	}
	v.readTypes()
	_, gaps := descriptors(v)
	expectGaps(t, gaps, Gap{What: GapDescriptors, Count: 1, Critical: true, PID: 9000001})
}

// TestClassify: what a descriptor may pin is told by the file, not by the text of its link.
func TestClassify(t *testing.T) {
	anonymous := "-> /proc/self/fd/" + strconv.Itoa(eventFile(t))
	sockets := t.TempDir()
	listener, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	nstest.Must(t, err)
	defer unix.Close(listener)
	t.Chdir(sockets) // the path of a socket is at most 107 bytes long
	nstest.Must(t, unix.Bind(listener, &unix.SockaddrUnix{Name: "socket"}))
	v := recorded(t, map[string]string{
		"9000001/ns/net":                   "-> net:[77]",
		"9000001/fd/1":                     "-> /etc/passwd",
		"9000001/fd/3":                     "-> " + sockets + "/socket",
		"9000001/fd/4":                     "-> " + sockets,
		"9000001/fd/5":                     "-> anon_inode:inotify",
		"9000001/fd/6":                     "-> anon_inode:[fanotify]",
		"9000001/fd/7":                     "-> anon_inode:[io_uring]",
		"9000001/fd/8":                     "-> anon_inode:[eventfd]",
		"9000001/fd/9":                     "-> /dev/null",
		"9000001/fd/anon_inode:inotify":    anonymous,
		"9000001/fd/anon_inode:[fanotify]": anonymous,
		"9000001/fd/anon_inode:[io_uring]": anonymous,
		"9000001/fd/anon_inode:[eventfd]":  anonymous,
	})
	onNsfs(t, v)
	nstest.Must(t, v.readProcesses())
	got := map[int]fileClass{}
	for _, f := range v.files {
		got[f.fd] = f.class
		if f.pid != 9000001 || f.net != 77 || f.id == 0 {
			t.Errorf("%+v", f)
		}
	}
	want := map[int]fileClass{3: socketFile, 4: directory, 5: inotifyGroup, 6: fanotifyGroup, 7: ioURing}
	if len(got) != len(want) {
		t.Errorf("classes %v", got)
	}
	for fd, class := range want {
		if is, found := got[fd]; !found || is != class {
			t.Errorf("descriptor %d is of class %d: %v", fd, is, found)
		}
	}
	var st sys.FileStat
	nstest.Must(t, sys.StatFollow(sockets, &st))
	if dirs := v.classFiles(directory); len(dirs) != 1 || dirs[0].id != st.MountID {
		t.Errorf("a directory is told by the number of its mount, %d: %+v", st.MountID, dirs)
	}
	if files := v.classFiles(inotifyGroup, ioURing); len(files) != 2 {
		t.Errorf("%+v", files)
	}
}
