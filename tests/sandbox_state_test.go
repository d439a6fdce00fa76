package tests

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// state describes all that netns commands can change in a sandbox, in words that
// are the same for every sandbox: the names in directory order, other files
// below /run, the mounts there with their peer groups, the processes.
func (s *sandbox) state() string {
	st := &stateWriter{sandbox: s, labels: map[uint64]string{s.self: "self"}, groups: map[string]string{}}
	st.label()
	st.files("/run")
	st.mounts()
	st.processes()
	return st.String()
}

type stateWriter struct {
	strings.Builder
	*sandbox
	labels map[uint64]string // namespaces
	groups map[string]string // peer groups
}

// label names each namespace after the first of its names.
func (st *stateWriter) label() {
	entries, _ := os.ReadDir("/run/netns") // sorted
	for _, e := range entries {
		if ino, err := netnsOf("/run/netns/" + e.Name()); err == nil && st.labels[ino] == "" {
			st.labels[ino] = e.Name()
		}
	}
}

func (st *stateWriter) labelOf(ino uint64) string { return cmp.Or(st.labels[ino], "other") }

// files describes a directory's entries in its own order.
func (st *stateWriter) files(dir string) {
	f, err := os.Open(dir)
	if err != nil {
		fmt.Fprintf(st, "%s: %v\n", dir, err)
		return
	}
	defer f.Close()
	names, _ := f.Readdirnames(-1)
	for _, name := range names {
		path := dir + "/" + name
		info, err := os.Lstat(path)
		if err != nil {
			continue
		}
		fmt.Fprintf(st, "%s: %s\n", path, st.describe(path, info))
		if info.IsDir() {
			st.files(path)
		}
	}
}

func (st *stateWriter) describe(path string, info os.FileInfo) string {
	if info.Mode()&os.ModeSymlink != 0 {
		target, _ := os.Readlink(path)
		return "link to " + target
	}
	if !info.Mode().IsRegular() {
		return info.Mode().String()
	}
	var fs unix.Statfs_t
	if unix.Statfs(path, &fs) != nil || fs.Type != unix.NSFS_MAGIC {
		return fmt.Sprintf("%s %d bytes", info.Mode(), info.Size())
	}
	ino, _ := netnsOf(path)
	return "namespace " + st.labelOf(ino) + " " + nsidOf(path)
}

// nsidOf is the number that the sandbox's own namespace has for another.
func nsidOf(path string) string {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return err.Error()
	}
	defer unix.Close(fd)
	id, err := netlink.GetNetNsIdByFd(fd)
	if err != nil {
		return err.Error()
	}
	return "nsid " + strconv.Itoa(id)
}

var netInode = regexp.MustCompile(`net:\[(\d+)\]`)

// mounts lists the mounts below /run and at /sys and /etc.
func (st *stateWriter) mounts() {
	text, _ := os.ReadFile("/proc/1/mountinfo")
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		dash := slices.Index(f, "-")
		if dash < 0 || !strings.HasPrefix(f[4], "/run") {
			continue
		}
		root := netInode.ReplaceAllStringFunc(f[3], func(id string) string {
			ino, _ := strconv.ParseUint(netInode.FindStringSubmatch(id)[1], 10, 64)
			return st.labelOf(ino)
		})
		fmt.Fprintf(st, "mount %s %s %s%s\n", f[4], f[dash+1], root, st.propagation(f[6:dash]))
	}
}

// propagation gives peer groups names in the order in which they appear.
func (st *stateWriter) propagation(fields []string) (text string) {
	for _, field := range fields {
		kind, group, _ := strings.Cut(field, ":")
		if st.groups[group] == "" {
			st.groups[group] = "group" + strconv.Itoa(len(st.groups)+1)
		}
		text += " " + kind + " " + st.groups[group]
	}
	return text
}

func (st *stateWriter) processes() {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	var lines []string
	for _, path := range stats {
		text, err := os.ReadFile(path)
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if err != nil || pid == 1 {
			continue
		}
		comm, rest, _ := strings.Cut(string(text), ")")
		_, comm, _ = strings.Cut(comm, "(")
		if strings.HasPrefix(rest, " Z") || strings.HasPrefix(rest, " X") {
			continue
		}
		ino, _ := netnsOf(filepath.Dir(path) + "/ns/net")
		lines = append(lines, fmt.Sprintf("process %s in %s\n", cmp.Or(st.pids[pid], comm), st.labelOf(ino)))
	}
	slices.Sort(lines)
	st.WriteString(strings.Join(lines, ""))
}
