// Package container reads the records of container runtimes about their containers,
// and those of CNI about its addresses. It reads their state files in the default
// places and asks no runtime: none has to run, and none can block the caller. Read
// skips files that do not exist, and notes those that it cannot read or parse.
package container

import (
	"path"
	"slices"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl/internal/budget"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Record is one container or pod sandbox.
type Record struct {
	Runtime string // its name in the table
	ID      string
	// Name is the name of the container; Pod is that of its pod, as namespace/name.
	// Both may be empty.
	Name, Pod string
	// Netns is the path of the network namespace. It is empty if there is none in the
	// runtime's record.
	Netns string
}

// State has the records of all runtimes and of CNI.
type State struct {
	Records []Record
	Leases  []Lease
	// Configured are the names for which "ip netns exec" has files in /etc/netns, in alphabetical order.
	Configured []string
	// Asked are the runtimes that have state files or databases on this host, Unread the paths of
	// those that are there and could not be read.
	Asked, Unread []string

	files files
	roots roots
}

// Read reads the state files below root, or below "/" if root is empty. commandLine gives the
// arguments of a process, such as a daemon that says there where its data is; it may be nil.
func Read(root string, commandLine func(pid int) []string) State {
	var s State
	all := files{root, &s.Unread}
	s.files, s.Leases, s.roots = files{root: root}, all.cni(), all.roots(commandLine)
	etc := all.open("/etc/netns")
	defer etc.Close()
	s.Configured = etc.entries("")
	for _, runtime := range runtimes() {
		there := false
		for _, files := range runtime.Records {
			for _, pattern := range s.places(files.Files) {
				all.each(pattern, func(f record) {
					f.runtime, there = runtime.Name, true
					s.Records = append(s.Records, files.read(f)...)
				})
			}
		}
		for _, mentions := range runtime.Mentions {
			for _, pattern := range s.places(mentions) {
				all.each(pattern, func(f record) { there = there || f.Exists(f.file) })
			}
		}
		if there {
			s.Asked = append(s.Asked, runtime.Name)
		}
	}
	for _, r := range s.Records { // CRI-O has its own among those of podman
		if !slices.Contains(s.Asked, r.Runtime) {
			s.Asked = append(s.Asked, r.Runtime)
		}
	}
	return s
}

// maxHome bounds what is read of one user.
var maxHome = budget.Amount{Items: 2000, Bytes: 16 << 20}

// ReadHome reads the state files of an ordinary user in a home directory, which may have anything in
// it. Use the records for namespaces of that user only.
func ReadHome(home sys.Tree) (records []Record) {
	t := tree{Tree: home, account: budget.New(maxHome, nil)}
	for _, runtime := range runtimes() {
		for _, files := range runtime.Home {
			t.walk(record{tree: t, runtime: runtime.Name}, strings.Split(files.Files, "/"), func(f record) {
				records = append(records, files.read(f)...)
			})
		}
	}
	return records
}

// places are the patterns that a pattern of the table stands for.
func (s State) places(pattern string) (patterns []string) {
	for root, dirs := range map[string][]string{"{data-root}": s.roots.data, "{exec-root}": s.roots.exec} {
		rest, below := strings.CutPrefix(pattern, root)
		for _, dir := range dirs {
			if place := path.Clean(dir) + rest; below && path.IsAbs(dir) && !slices.Contains(patterns, place) {
				patterns = append(patterns, place)
			}
		}
	}
	if !strings.HasPrefix(pattern, "{") {
		patterns = []string{pattern}
	}
	return patterns
}

// Files are the patterns of the empty files on which runtimes mount namespaces ([Runtime.Files]).
func (s State) Files() (patterns []string) {
	for _, r := range runtimes() {
		for _, pattern := range r.Files {
			patterns = append(patterns, s.places(pattern)...)
		}
	}
	return patterns
}

// Paths are records by the path of their namespace.
type Paths map[string]Record

// Paths gives the records that have a path.
func (s State) Paths() Paths {
	paths := Paths{}
	for _, r := range s.Records {
		if path.IsAbs(r.Netns) {
			paths[clean(r.Netns)] = r
		}
	}
	return paths
}

// Find returns a record of which a file is the path or [Copied] from it, and whether there is one.
func (p Paths) Find(file string) (Record, bool) {
	file = clean(file)
	for i := range len(file) {
		if r, ok := p[file[i:]]; ok {
			return r, true
		}
	}
	return Record{}, false
}

// Copied reports whether a path ends in the absolute path original: in a container
// with the host's root at /host, the host's /run/netns/x is /host/run/netns/x.
// /var/run counts as /run.
func Copied(path, original string) bool {
	return original != "" && original[0] == '/' && strings.HasSuffix(clean(path), clean(original))
}

func clean(name string) string {
	name = path.Clean(name)
	if rest, ok := strings.CutPrefix(name, "/var/run/"); ok {
		return "/run/" + rest
	}
	return name
}
