package netnsctl

import (
	"syscall"

	"github.com/vishvananda/netns"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Open opens the network namespace of a name, or of what [Host.Resolve] takes for
// one. The caller closes the handle, which can be passed to netlink.NewHandleAt as
// it is. The error is EINVAL for a namespace of another type, and for a file that is
// not a namespace.
func (h Host) Open(name string) (netns.NsHandle, error) {
	ns, _, err := h.open(name)
	if err != nil {
		return netns.None(), err
	}
	if kind, err := sys.NamespaceType(int(ns)); err != nil || kind != sys.TypeNet {
		ns.Close()
		return netns.None(), newOpError(OpOpenNetns, name, "", syscall.EINVAL)
	}
	return ns, nil
}

// open opens the file that a word stands for, whatever its type. A name comes before
// what [Host.Resolve] knows; named tells that the word is a name.
func (h Host) open(word string) (ns netns.NsHandle, named bool, err error) {
	path := h.NamePath(word)
	// With Resolve a word with a slash is a path, and not one from the run directory.
	if h.Resolve == nil || ValidName(word) {
		var fd int
		if fd, err = sys.Open(path); err == nil {
			return netns.NsHandle(fd), true, nil
		}
	} else {
		err = syscall.ENOENT
	}
	if h.Resolve != nil && !h.IsName(word) {
		if ns, resolveErr := h.Resolve(h, word); resolveErr == nil {
			return ns, false, nil
		} else if resolveErr != syscall.ENOENT {
			path, err = word, resolveErr
		}
	}
	return netns.None(), false, newOpError(OpOpenNetns, word, path, err)
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
	ns, err := h.Resolve(h, word)
	if err == nil {
		ns.Close()
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
