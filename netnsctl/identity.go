package netnsctl

import (
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Identity gives the ID of the network namespace of a name, or of what
// [Host.Resolve] takes for one, and its cookie: a number that the kernel never
// uses again (Linux 5.14; 0 before). It is EINVAL where the name does not lead to a
// network namespace.
func (h Host) Identity(name string) (id ID, cookie uint64, err error) {
	ns, _, err := h.open(name)
	if err != nil {
		return ID{}, 0, err
	}
	defer ns.Close()
	fd := int(ns)
	path := h.NamePath(name)
	if kind, err := sys.NamespaceType(fd); err != nil || kind != sys.TypeNet {
		return ID{}, 0, newOpError(OpStatNetns, name, path, syscall.EINVAL)
	}
	dev, ino, err := sys.Fstat(fd)
	if err != nil {
		return ID{}, 0, newOpError(OpStatNetns, name, path, err)
	}
	cookie, _ = sys.Cookie(fd)
	return ID{dev, ino}, cookie, nil
}
