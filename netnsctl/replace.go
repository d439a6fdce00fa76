package netnsctl

import (
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Replace is [Host.AttachAny] for a name that is there and leads to no network
// namespace: what has the name is deleted as by [Host.Delete]. A name that leads
// to a network namespace is left alone (EEXIST). The namespace that word stands
// for is opened first, so that the name is not lost where there is none.
func (h Host) Replace(name, word string) error {
	ns, err := h.Open(word)
	if err != nil {
		return err
	}
	defer ns.Close()
	if h.leadsToNet(name) {
		return newOpError(OpCreateName, name, h.NamePath(name), syscall.EEXIST)
	}
	if h.IsName(name) {
		if err := h.Delete(name); err != nil {
			return err
		}
	}
	return h.attachOpen(name, word, ns)
}

// leadsToNet tells whether a name leads to a network namespace. It opens nothing
// but namespaces' files.
func (h Host) leadsToNet(name string) bool {
	fd, err := sys.OpenPathFollow(h.NamePath(name))
	if err != nil {
		return false
	}
	defer sys.Close(fd)
	if !sys.IsNamespace(fd) {
		return false
	}
	file, err := sys.Open(sys.FDPath(fd))
	if err != nil {
		return true // it cannot be told, so it may be one
	}
	defer sys.Close(file)
	kind, err := sys.NamespaceType(file)
	return err != nil || kind == sys.TypeNet
}
