package discover

import (
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Ghost is a namespace that may have gone since.
type Ghost struct {
	ID     netnsctl.ID
	Cookie uint64
	// handle says that its file handle led to it.
	handle bool
}

// NewGhost remembers a namespace, which must still be there.
func NewGhost(id netnsctl.ID, cookie uint64) Ghost {
	g := Ghost{ID: id, Cookie: cookie}
	gone, known := g.lookUp()
	g.handle = known && !gone
	return g
}

// GhostOf is [NewGhost] of what a scan found.
func GhostOf(ns *Namespace) Ghost { return NewGhost(ns.ID, ns.Cookie) }

// Is tells whether ns is the namespace.
func (g Ghost) Is(ns *Namespace) bool { return g.ID == ns.ID && g.Cookie == ns.Cookie }

// Gone tells whether the namespace has gone. Known is false where the kernel does
// not say so: before Linux 6.18, and, by 7.3, outside the initial pid namespace,
// where what is not ours gives the same error.
func (g Ghost) Gone() (gone, known bool) {
	if !g.handle {
		return false, false
	}
	return g.lookUp()
}

func (g Ghost) lookUp() (gone, known bool) {
	fd, err := sys.OpenHandle(g.Cookie, g.ID.Ino)
	if err == nil {
		sys.Close(fd)
	}
	return err == syscall.ESTALE, err == nil || err == syscall.ESTALE
}
