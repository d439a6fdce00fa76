package discover

import (
	"slices"
	"strconv"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/helper"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Thing is the file that a path leads to.
type Thing struct {
	// Kind is empty for a namespace's file.
	Kind FileKind
	// Type is the type of a namespace, such as "net" or "ipc"; ID is that namespace.
	Type string
	ID   netnsctl.ID
	// Link is what the path's own symbolic link points to; empty if it is none.
	// Dangling says that nothing is there.
	Link     string
	Dangling bool
}

// At returns what is at path. It opens the file only if that is a namespace, since opening a
// fifo may wait and opening a device may have an effect. The error is a bare syscall.Errno, or
// [netnsctl.ErrNoAnswer].
func At(host netnsctl.Host, path string) (thing Thing, err error) {
	h := helper.Or(host.Helper)
	link, isLink, err := h.Readlink(path)
	if err != nil {
		return thing, err
	}
	fd, err := h.Lookup(path)
	switch {
	case err == nil:
	case isLink && slices.Contains([]error{syscall.ENOENT, syscall.ENOTDIR, syscall.ELOOP, syscall.ESRCH}, err):
		return Thing{Kind: Link, Link: link, Dangling: true}, nil
	default:
		return thing, err
	}
	defer sys.Close(fd)
	var st sys.FileStat
	if err := sys.StatFD(fd, &st); err != nil {
		return thing, err
	}
	thing, err = atFile(fd, st)
	thing.Link = link
	return thing, err
}

// Resolve returns the absolute path without symbolic links of the file that a path leads to, as far
// as that is there. The error is EACCES where a symbolic link belongs to another user than root and
// the caller: he could make the path lead anywhere.
func Resolve(host netnsctl.Host, path string) (string, error) {
	return helper.Or(host.Helper).Resolve(path)
}

func atFile(fd int, st sys.FileStat) (thing Thing, err error) {
	if !sys.IsNamespace(fd) {
		return Thing{Kind: kindOf(st.Kind())}, nil
	}
	file, err := sys.OpenHeld(fd)
	if err != nil {
		return thing, err
	}
	defer sys.Close(file)
	kind, err := sys.NamespaceType(file)
	if err != nil {
		return thing, err
	}
	return Thing{Type: sys.TypeName(kind), ID: netnsctl.ID{Dev: st.Dev, Ino: st.Ino}}, nil
}

// String says what it is, for people.
func (t Thing) String() string {
	switch {
	case t.Dangling:
		return "a symbolic link to " + strconv.Quote(t.Link) + ", where nothing is"
	case t.Type != "":
		return "a namespace of type " + t.Type
	case t.Kind == Regular:
		return "a regular file"
	}
	return "a " + string(t.Kind)
}
