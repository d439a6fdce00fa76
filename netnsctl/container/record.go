package container

import (
	"encoding/json"
	"io"
	"os"
	"path"
	"strings"
	"syscall"
)

// Record is one container or pod sandbox.
type Record struct {
	Runtime string // docker, podman, cri-o, containerd
	ID      string
	// Name is the container's, Pod that of its pod, as namespace/name; empty where
	// there is none.
	Name, Pod string
	// Netns is the path of its network namespace, empty if the runtime notes none.
	Netns string
}

// State is all that was found.
type State struct {
	Records []Record
	Leases  []Lease
}

// Read reads what is below root, "/" if empty.
func Read(root string) State {
	s := State{Leases: cni(root)}
	for _, source := range []func(string) []Record{docker, storage, containerd} {
		s.Records = append(s.Records, source(root)...)
	}
	return s
}

// ByID finds the record of a container.
func (s State) ByID(id string) (Record, bool) {
	for _, r := range s.Records {
		if id != "" && r.ID == id {
			return r, true
		}
	}
	return Record{}, false
}

// Copied tells whether a path is another one below some directory, or the same: as
// the host's /run/netns/x is /host/run/netns/x in a container that has the host's
// root there. /var/run is /run.
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

// maxFile is far more than a state file has.
const maxFile = 4 << 20

// readJSON fills in v from a plain file.
func readJSON(name string, v any) bool {
	data, ok := readFile(name)
	return ok && json.Unmarshal(data, v) == nil
}

func readFile(name string) ([]byte, bool) {
	file, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return nil, false
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxFile {
		return nil, false
	}
	data, err := io.ReadAll(io.LimitReader(file, maxFile))
	return data, err == nil
}

// entries are the names in a directory.
func entries(dir string) (names []string) {
	all, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	for _, e := range all {
		names = append(names, e.Name())
	}
	return names
}
