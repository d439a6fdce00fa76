package netnsctl

import (
	"errors"
	"strings"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// maxName is NAME_MAX, the bytes that a file name may have.
const maxName = 255

// ValidName reports whether name can be a file in the run directory: 1 to 255 bytes, none of
// them "/" or zero, and not "." or "..". All other bytes are allowed, such as newlines.
func ValidName(name string) bool {
	return name != "" && name != "." && name != ".." &&
		len(name) <= maxName && !strings.ContainsAny(name, "/\x00")
}

// ErrInvalidName is the error of a function that adds or deletes a name which is not a
// [ValidName]. Nothing has been done then. Functions that open a name return ENOENT.
var ErrInvalidName = errors.New("invalid name")

// Names returns every entry of the run directory, stale or not, in the directory's own order
// (newest first on tmpfs). The error is ENOENT if there is no run directory: nobody has added
// a name since the boot.
func (h Host) Names() ([]string, error) {
	names, err := sys.Names(h.Dir())
	return names, newOpError(OpReadRunDir, "", h.Dir(), err)
}

// NamesOf returns the names that lead to the namespace id, in the order of [Host.Names]. Both
// the device and the inode number of id must be set.
func (h Host) NamesOf(id ID) ([]string, error) {
	found, err := inNamespace(id, h.Dir(), func(string) bool { return true }, "")
	return found, newOpError(OpReadRunDir, "", h.Dir(), err)
}

// inNamespace gives those entries of dir that are of a kind, in the directory's order,
// where the path ENTRY + suffix leads to the namespace id.
func inNamespace(id ID, dir string, kind func(entry string) bool, suffix string) ([]string, error) {
	fd, err := sys.OpenDir(dir)
	if err != nil {
		return nil, err
	}
	defer sys.Close(fd)
	entries, err := sys.ReadNames(fd)
	found := entries[:0]
	for _, entry := range entries {
		if !kind(entry) {
			continue
		}
		if dev, ino, err := sys.StatAt(fd, entry+suffix); err == nil && id == (ID{dev, ino}) {
			found = append(found, entry)
		}
	}
	return found, err
}

// IDOfPID returns the ID of the network namespace of a process' leading thread. pid is the
// name of the process' directory in procfs, which may be "self", and is not checked. The error
// is ENOENT if there is no such process, and EACCES or EPERM if the caller may not look at it
// (ptrace(2), PTRACE_MODE_READ).
func (h Host) IDOfPID(pid string) (ID, error) {
	id, err := statID(h.PIDPath(pid))
	return id, newOpError(OpOpenNetns, "", h.PIDPath(pid), err)
}

func (h Host) fdID(name string, fd int) (ID, error) {
	dev, ino, err := sys.Fstat(fd)
	return ID{dev, ino}, newOpError(OpStatNetns, name, "", err)
}

func statID(path string) (ID, error) {
	dev, ino, err := sys.Stat(path)
	return ID{dev, ino}, err
}

// IsName reports whether a word is an entry of the run directory, stale or not.
func (h Host) IsName(word string) bool {
	if !ValidName(word) {
		return false
	}
	err := sys.StatNoFollow(h.NamePath(word), &sys.FileStat{})
	return err != syscall.ENOENT && err != syscall.ENOTDIR
}

// HasNamespace reports whether a name leads to a network namespace that the
// caller can open.
func (h Host) HasNamespace(name string) bool {
	if !ValidName(name) {
		return false
	}
	h.Resolve = nil
	ns, err := h.Open(name)
	if err == nil {
		ns.Close()
	}
	return err == nil
}

// Layer is the mount of a namespace, of whatever type, that lies on top of a name.
type Layer struct {
	ID ID
	// Mount is the mount's number in mountinfo, 0 before Linux 5.8.
	Mount uint64
}

// TopLayer returns the topmost mount on a name, without opening it. found is false if that is
// not a namespace.
func (h Host) TopLayer(name string) (top Layer, found bool) {
	if !ValidName(name) {
		return top, false
	}
	fd, err := sys.OpenPath(h.NamePath(name))
	if err != nil {
		return top, false
	}
	defer sys.Close(fd)
	var st sys.FileStat
	if !sys.IsNamespace(fd) || sys.StatFD(fd, &st) != nil {
		return top, false
	}
	return Layer{ID{st.Dev, st.Ino}, st.MountID}, true
}
