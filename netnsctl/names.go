package netnsctl

import (
	"errors"
	"slices"
	"strings"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl/internal/helper"
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
	names, err := h.Names()
	if err != nil {
		return nil, err
	}
	found := names[:0]
	for _, name := range names {
		target, err := h.target(name)
		if noneLeft(err) {
			return nil, newOpError(OpOpenNetns, name, h.NamePath(name), err)
		}
		if err == nil && target == id {
			found = append(found, name)
		}
	}
	return found, nil
}

// NameOf is a name of the namespace that a word stands for: the word itself if that is a name,
// else the first in alphabetical order, or the word where there is none.
func (h Host) NameOf(word string) string {
	if h.IsName(word) {
		return word
	}
	id, err := h.Identity(word)
	if err != nil {
		return word
	}
	names, err := h.NamesOf(id.ID)
	if err != nil || len(names) == 0 {
		return word
	}
	return slices.Min(names)
}

// NamesByID returns all names by the namespace to which each leads, those of other files by
// their device and inode number. Names that lead nowhere are left out.
func (h Host) NamesByID() (map[ID][]string, error) {
	names, err := h.Names()
	found := map[ID][]string{}
	for _, name := range names {
		target, targetErr := h.target(name)
		if targetErr == nil {
			found[target] = append(found[target], name)
		} else if err == nil && noneLeft(targetErr) {
			err = newOpError(OpOpenNetns, name, h.NamePath(name), targetErr)
		}
	}
	return found, err
}

// target is the file that a name leads to. A link costs more than a file.
func (h Host) target(name string) (ID, error) {
	var st sys.FileStat
	if err := sys.StatNoFollow(h.NamePath(name), &st); err != nil {
		return ID{}, err
	}
	if st.Kind() == sys.KindLink {
		held, err := h.lookup(name)
		if err != nil {
			return ID{}, err
		}
		defer sys.Close(held)
		if err := sys.StatFD(held, &st); err != nil {
			return ID{}, err
		}
	}
	return ID{st.Dev, st.Ino}, nil
}

// IDOfPID returns the ID of the network namespace of a process' leading thread. pid is the
// name of the process' directory in procfs, which may be "self", and is not checked. The error
// is ENOENT if there is no such process, and EACCES or EPERM if the caller may not look at it
// (ptrace(2), PTRACE_MODE_READ).
func (h Host) IDOfPID(pid string) (ID, error) {
	id, err := h.processID(pid)
	return id, newOpError(OpOpenNetns, "", h.PIDPath(pid), err)
}

func (h Host) fdID(name string, fd int) (ID, error) {
	dev, ino, err := sys.Fstat(fd)
	return ID{dev, ino}, newOpError(OpStatNetns, name, "", err)
}

// processID waits for a process that hangs in execve(2) for a short time only ([ErrNoAnswer]).
func (h Host) processID(pid string) (ID, error) {
	held, err := helper.Or(h.Helper).FollowProcess(h.PIDPath(pid))
	if err != nil {
		return ID{}, err
	}
	defer sys.Close(held)
	var st sys.FileStat
	err = sys.StatFD(held, &st)
	return ID{st.Dev, st.Ino}, err
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
