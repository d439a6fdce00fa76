// Package container reads the records of container runtimes about their containers,
// and those of CNI about its addresses. It reads their state files in the default
// places and asks no runtime: none has to run, and none can block the caller. Read
// skips files that do not exist or that it cannot parse.
package container

import (
	"encoding/json"
	"path"
	"slices"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Record is one container or pod sandbox.
type Record struct {
	Runtime string // docker, podman, cri-o, containerd
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
}

// Read reads the state files below root, or below "/" if root is empty.
func Read(root string) State {
	s := State{Leases: cni(root)}
	for _, source := range []func(string) []Record{docker, storage, containerd} {
		s.Records = append(s.Records, source(root)...)
	}
	return s
}

// ByID returns the record with a whole ID, and whether there is one.
func (s State) ByID(id string) (Record, bool) {
	for _, r := range s.Records {
		if id != "" && r.ID == id {
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

// maxFile is far more than the size of a state file.
const maxFile = 4 << 20

// tree is a directory of a runtime. Its owner may be an ordinary user.
type tree struct{ sys.Tree }

func openTree(path string) tree { return tree{sys.OpenTree(path)} }

// json decodes a file into v.
func (t tree) json(file string, v any) bool {
	text, err := t.Read(file, maxFile)
	return err == nil && json.Unmarshal(text, v) == nil
}

// entries gives the file names in a directory, in alphabetical order.
func (t tree) entries(dir string) []string {
	names, _ := t.Names(dir)
	slices.Sort(names)
	return names
}
