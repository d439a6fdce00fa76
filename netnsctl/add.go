package netnsctl

import "github.com/netnsctl/netnsctl/netnsctl/internal/sys"

// Add creates a network namespace and gives it a name. The error is EEXIST where the
// run directory has an entry of that name, whatever it is. After a failure nothing is
// left behind but the run directory.
//
// The new namespace inherits from that of the calling thread: see
// net.core.devconf_inherit_init_net in the kernel's documentation. Its device lo is down
// unless [Host.LoopbackUp] is set. The calling thread stays where it is.
func (h Host) Add(name string) error { return h.add(name, false, h.newNamespace) }

// add is [Host.Add] of the namespace that create gives, which add closes. prepared says that
// this process has prepared the run directory before.
func (h Host) add(name string, prepared bool, create func(name string) (fd int, err error)) error {
	if err := h.prepareName(name, prepared); err != nil {
		return err
	}
	fd, err := create(name)
	if err != nil {
		return h.fileFirst(name, err)
	}
	defer sys.Close(fd)
	return h.bindName(name, sys.ThreadNetPath, fd)
}

// newNamespace creates a namespace from within that of the calling thread, and opens it.
func (h Host) newNamespace(name string) (fd int, err error) {
	self, err := sys.OpenNamespace(sys.ThreadNetPath)
	if err != nil {
		return -1, newOpError(OpOpenSelf, name, "", err)
	}
	defer sys.Close(self)
	// A thread that may enter its own namespace can also return to it. Root of a user
	// namespace that does not own the network namespace may not: only a thread that ends
	// can create one for him.
	if h.LockedThread && sys.SetNet(self) == nil {
		fd, err = h.newNamespaceHere(name)
		if back := sys.SetNet(self); back != nil {
			sys.Close(fd)
			return -1, newOpError(OpRestoreNet, name, "", back)
		}
		return fd, err
	}
	sys.OnThrowAwayThread(func() { fd, err = h.newNamespaceFrom(self, name) })
	return fd, err
}

// newNamespaceFrom creates a namespace from within the namespace self, and opens it. The
// thread must be one to throw away.
func (h Host) newNamespaceFrom(self int, name string) (fd int, err error) {
	if err := sys.EnterNet(self); err != nil {
		return -1, newOpError(OpRestoreNet, name, "", err)
	}
	fd, err = h.newNamespaceHere(name)
	_ = sys.SetNet(self) // The thread may still be there when Add has returned.
	return fd, err
}

// newNamespaceHere moves the calling thread into a new namespace, and opens it.
func (h Host) newNamespaceHere(name string) (fd int, err error) {
	if err := newNet(name, h.LoopbackUp); err != nil {
		return -1, err
	}
	fd, err = sys.OpenNamespace(sys.ThreadNetPath)
	return fd, newOpError(OpBindName, name, sys.ThreadNetPath, err)
}

// newNet moves the calling thread into a new namespace. With up it brings up lo.
func newNet(name string, up bool) error {
	if err := sys.NewNet(); err != nil {
		return newOpError(OpUnshareNet, name, "", err)
	}
	if up {
		return newOpError(OpLoopbackUp, "", "", sys.LoopbackUp())
	}
	return nil
}
