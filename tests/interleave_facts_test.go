package tests

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unsafe"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// facts are what a user can notice of namespaces, each under a key that says what it is. They
// are read without the program under test. The values name namespaces as "net:[INODE] COOKIE".
//
//	name PID NAME      what NAME leads to, in the mount namespace of PID
//	mount PID PATH     the namespaces that are mounted there
//	process PID        the namespace that it is in
//	device ID NAME     a device of the namespace
//	record FILE        the namespace that a runtime's record refers to
type facts map[string]string

const interleaveRecord = "/run/containerd/io.containerd.runtime.v2.task/k8s.io/web/config.json"

// adversary is what the processes of a world and of the acts execute in the end. Others are
// those of the program.
const adversary = "sleep\n"

// facts reads all facts of a sandbox.
func (s *sandbox) facts() facts {
	f := facts{}
	seen := map[string]string{} // a path of each namespace
	views := map[uint64]bool{}
	stats, _ := filepath.Glob("/proc/[0-9]*/comm")
	slices.SortFunc(stats, func(a, b string) int { return len(a)*1000 - len(b)*1000 + strings.Compare(a, b) })
	for _, file := range stats {
		proc := filepath.Dir(file)
		comm, err := os.ReadFile(file)
		id := namespaceOf(proc + "/ns/net")
		if err != nil || id == "" || string(comm) != adversary {
			continue // a zombie has no namespace
		}
		pid := filepath.Base(proc)
		f["process "+pid] = id
		seen[id] = proc + "/ns/net"
		if ino, err := netnsOf(proc + "/ns/mnt"); err == nil && !views[ino] {
			views[ino] = true
			f.view(pid, seen)
		}
	}
	for id, path := range seen {
		f.devices(id, path)
	}
	if text, err := os.ReadFile(interleaveRecord); err == nil {
		path := strings.Split(strings.TrimSpace(string(text)), `"path":"`)
		f["record "+interleaveRecord] = namespaceOf(strings.TrimRight(path[len(path)-1], `"}]`))
	}
	return f
}

// view reads names and mounts in the mount namespace of a process.
func (f facts) view(pid string, seen map[string]string) {
	root := "/proc/" + pid + "/root"
	entries, _ := os.ReadDir(root + "/run/netns")
	for _, e := range entries {
		path := root + "/run/netns/" + e.Name()
		f["name "+pid+" "+e.Name()] = leadsTo(path)
		if id := namespaceOf(path); id != "" && id != "not net" {
			seen[id] = path
		}
	}
	text, _ := os.ReadFile("/proc/" + pid + "/mountinfo")
	for line := range strings.Lines(string(text)) {
		field := strings.Fields(line)
		if !strings.HasPrefix(field[3], "net:[") {
			continue
		}
		key := "mount " + pid + " " + field[4]
		f[key] = strings.TrimSpace(f[key] + " " + field[3])
		if id := namespaceOf(root + field[4]); strings.HasPrefix(id, field[3]) {
			seen[id] = root + field[4]
		}
	}
}

// leadsTo says what a name is. A link to a process of the program leads nowhere: the program may
// have got the number that an act wants for a process of its own.
func leadsTo(path string) string {
	target, _ := os.Readlink(path)
	comm, err := os.ReadFile(strings.TrimSuffix(target, "/ns/net") + "/comm")
	programs := err == nil && string(comm) != adversary
	if id := namespaceOf(path); id != "" && !programs {
		return id
	}
	info, err := os.Lstat(path)
	switch {
	case err != nil:
		return "gone"
	case info.Mode()&os.ModeSymlink != 0:
		return "dangling"
	case info.Mode().IsRegular() && info.Size() == 0:
		return "dead"
	}
	return "another file"
}

// namespaceOf gives a namespace by inode number and cookie, empty where the path leads to none.
func namespaceOf(path string) string {
	var fs unix.Statfs_t
	if unix.Statfs(path, &fs) != nil || fs.Type != unix.NSFS_MAGIC {
		return ""
	}
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return ""
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	if unix.Fstat(fd, &st) != nil {
		return ""
	}
	const nsGetID = 0x8008b70d // Linux 6.18
	var id uint64
	unix.Syscall(unix.SYS_IOCTL, uintptr(fd), nsGetID, uintptr(unsafe.Pointer(&id)))
	return fmt.Sprintf("net:[%d] %d", st.Ino, id)
}

func (f facts) devices(id, path string) {
	ns, err := netns.GetFromPath(path)
	if err != nil {
		return
	}
	defer ns.Close()
	h, err := netlink.NewHandleAt(ns, unix.NETLINK_ROUTE)
	if err != nil {
		return
	}
	defer h.Close()
	links, _ := h.LinkList()
	for _, l := range links {
		f["device "+id+" "+l.Attrs().Name] = l.Type()
	}
}

// lost gives what was there and is not, or is not the same.
func (f facts) lost(later facts) facts {
	lost := maps.Clone(f)
	maps.DeleteFunc(lost, func(key, value string) bool { return later[key] == value })
	return lost
}

func (f facts) without(is func(key string) bool) facts {
	rest := maps.Clone(f)
	maps.DeleteFunc(rest, func(key, _ string) bool { return is(key) })
	return rest
}

func isName(key string) bool        { return strings.HasPrefix(key, "name ") }
func nameElsewhere(key string) bool { return isName(key) && !strings.HasPrefix(key, "name 1 ") }

// living are the namespaces that somebody uses or can find, other than the host's own: by a
// process, a name in any mount namespace, a record, or a pair of devices into one of those. A
// pair is called w…0 and w…1.
func (f facts) living() map[string]bool {
	living := map[string]bool{}
	for key, id := range f {
		kind, _, _ := strings.Cut(key, " ")
		if slices.Contains([]string{"process", "name", "record"}, kind) && strings.HasPrefix(id, "net:") {
			living[firstWord(id)] = true
		}
	}
	delete(living, firstWord(f["process 1"]))
	pairs := map[string][]string{}
	for key := range f {
		if end := deviceIn(key); end.pair != "" {
			pairs[end.pair] = append(pairs[end.pair], end.id)
		}
	}
	for before := -1; before != len(living); {
		before = len(living)
		for _, ends := range pairs {
			if slices.ContainsFunc(ends, func(id string) bool { return living[id] }) {
				for _, id := range ends {
					living[id] = true
				}
			}
		}
	}
	return living
}

type pairEnd struct{ id, pair string }

func deviceIn(key string) pairEnd {
	words := strings.Fields(key)
	if words[0] != "device" || words[3][0] != 'w' {
		return pairEnd{}
	}
	return pairEnd{words[1], words[3][:len(words[3])-1]}
}

func firstWord(text string) string {
	word, _, _ := strings.Cut(text, " ")
	return word
}
