package netnsctl

import (
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// maxName is NAME_MAX: what a file name may have in bytes.
const maxName = 255

// ValidName tells whether a name can stand in the run directory without leading
// out of it.
func ValidName(name string) bool {
	return name != "" && name != "." && name != ".." &&
		len(name) <= maxName && !strings.ContainsAny(name, "/\x00")
}

// Names gives every entry of the run directory, whatever it is, in the
// directory's own order (newest first on tmpfs).
func (h Host) Names() ([]string, error) {
	names, err := sys.Names(h.Dir())
	return names, newOpError(OpReadRunDir, "", h.Dir(), err)
}

// NamesOf gives the names that lead to the namespace id, in directory order.
func (h Host) NamesOf(id ID) ([]string, error) {
	names, err := h.Names()
	if err != nil {
		return nil, err
	}
	found, err := inNamespace(id, h.Dir(), names, "")
	return found, newOpError(OpReadRunDir, "", h.Dir(), err)
}

// inNamespace gives those entries of dir, in their order, where the path ENTRY +
// suffix leads to the namespace id.
func inNamespace(id ID, dir string, entries []string, suffix string) ([]string, error) {
	fd, err := sys.OpenDir(dir)
	if err != nil {
		return nil, err
	}
	defer sys.Close(fd)
	in := make([]bool, len(entries))
	onTwoThreads(len(entries), func(_, from, to int) {
		var path []byte
		for i := from; i < to; i++ {
			path = append(append(append(path[:0], entries[i]...), suffix...), 0)
			dev, ino, err := sys.StatAt(fd, path)
			in[i] = err == nil && ID{dev, ino} == id
		}
	})
	var found []string
	for i, entry := range entries {
		if in[i] {
			found = append(found, entry)
		}
	}
	return found, nil
}

// IDOfPID gives the namespace of a process, named by the text that stands for it
// in procfs ("self" too).
func (h Host) IDOfPID(pid string) (ID, error) {
	fd, err := sys.Open(h.PIDPath(pid))
	if err != nil {
		return ID{}, newOpError(OpOpenNetns, "", h.PIDPath(pid), err)
	}
	defer sys.Close(fd)
	return h.fdID("", fd)
}

func (h Host) fdID(name string, fd int) (ID, error) {
	dev, ino, err := sys.Fstat(fd)
	return ID{dev, ino}, newOpError(OpStatNetns, name, "", err)
}

func statID(path string) (ID, error) {
	dev, ino, err := sys.Stat(path)
	return ID{dev, ino}, err
}
