package netnsctl

import (
	"errors"
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

// ErrInvalidName is the error for a name that is not a [ValidName]: nothing has been
// done then.
var ErrInvalidName = errors.New("invalid name")

// Names gives every entry of the run directory, whatever it is, in the
// directory's own order (newest first on tmpfs).
func (h Host) Names() ([]string, error) {
	names, err := sys.Names(h.Dir())
	return names, newOpError(OpReadRunDir, "", h.Dir(), err)
}

// NamesOf gives the names that lead to the namespace id, in directory order.
func (h Host) NamesOf(id ID) ([]string, error) {
	found, err := inNamespace(id, h.Dir(), func(string) bool { return true }, "")
	return found, newOpError(OpReadRunDir, "", h.Dir(), err)
}

// inNamespace gives those entries of dir that are of a kind, in their order, where
// the path ENTRY + suffix leads to the namespace id.
func inNamespace(id ID, dir string, kind func(entry string) bool, suffix string) ([]string, error) {
	fd, err := sys.OpenDir(dir)
	if err != nil {
		return nil, err
	}
	defer sys.Close(fd)
	return mapNames(readNames(fd), func(_ int, entries []string) []string {
		found := entries[:0]
		var path []byte
		for _, entry := range entries {
			if !kind(entry) {
				continue
			}
			path = append(append(append(path[:0], entry...), suffix...), 0)
			if dev, ino, err := sys.StatAt(fd, path); err == nil && id == (ID{dev, ino}) {
				found = append(found, entry)
			}
		}
		return found
	})
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
