package netnsctl

import (
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// open opens what a word stands for: a name before all else. named says that it is
// one.
func (h Host) open(word string) (fd int, named bool, err error) {
	path := h.NamePath(word)
	// With Resolve a word with a slash is a path, and not one from the run directory.
	if h.Resolve == nil || ValidName(word) {
		if fd, err = sys.Open(path); err == nil {
			return fd, true, nil
		}
	} else {
		err = syscall.ENOENT
	}
	if h.Resolve != nil && !h.IsName(word) {
		if fd, resolveErr := h.Resolve(h, word); resolveErr == nil {
			return fd, false, nil
		} else if resolveErr != syscall.ENOENT {
			path, err = word, resolveErr
		}
	}
	return -1, false, newOpError(OpOpenNetns, word, path, err)
}

// IsName tells whether a word is an entry of the run directory, whatever it leads
// to.
func (h Host) IsName(word string) bool {
	if !ValidName(word) {
		return false
	}
	fd, err := sys.OpenPath(h.NamePath(word))
	if err == nil {
		sys.Close(fd)
	}
	return err != syscall.ENOENT && err != syscall.ENOTDIR
}

// Resolves tells whether a word that is no name stands for a network namespace, or
// may do so where the caller may not look.
func (h Host) Resolves(word string) bool {
	if h.Resolve == nil || h.IsName(word) {
		return false
	}
	fd, err := h.Resolve(h, word)
	if err == nil {
		sys.Close(fd)
	}
	return err != syscall.ENOENT
}

// HasNamespace reports whether a name leads to a network namespace that the
// caller can open.
func (h Host) HasNamespace(name string) bool {
	if !ValidName(name) {
		return false
	}
	fd, err := sys.Open(h.NamePath(name))
	if err != nil {
		return false
	}
	defer sys.Close(fd)
	kind, err := sys.NamespaceType(fd)
	return err == nil && kind == sys.TypeNet
}
