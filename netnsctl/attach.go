package netnsctl

import (
	"errors"
	"syscall"

	"github.com/vishvananda/netns"

	"github.com/netnsctl/netnsctl/netnsctl/internal/helper"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Attach gives a name to the namespace whose nsfs file is at the path source, such as
// [Host.PIDPath]. The error is EEXIST if the run directory has an entry of that name,
// whatever it is, and EINVAL if source is no namespace. Attach does not check the type of the
// namespace; [Host.AttachAny] does.
func (h Host) Attach(name, source string) error {
	if err := h.prepareName(name, false); err != nil {
		return err
	}
	fd, err := helper.Or(h.Helper).Lookup(source)
	if err != nil {
		return h.fileFirst(name, newOpError(OpBindName, name, source, err))
	}
	defer sys.Close(fd)
	// Delete would not unmount any other file.
	if !sys.IsNamespace(fd) {
		return h.fileFirst(name, newOpError(OpBindName, name, source, syscall.EINVAL))
	}
	return h.bindName(name, source, fd)
}

// AttachAny is [Host.Attach] of the namespace that a word stands for: another name,
// or what [Host.Resolve] takes for one. Where the word stands for no network
// namespace, the error's Op is [OpOpenNetns], and nothing has been done.
func (h Host) AttachAny(name, word string) error {
	ns, err := h.Open(word)
	if err != nil {
		return err
	}
	defer ns.Close()
	return h.attachOpen(name, word, ns)
}

// attachOpen gives a name to the open namespace that word stands for.
func (h Host) attachOpen(name, word string, ns netns.NsHandle) error {
	if err := h.prepareName(name, false); err != nil {
		return err
	}
	return h.bindName(name, word, int(ns))
}

// Replace is [Host.AttachAny] for a name that may be there already, as long as it
// leads to no network namespace: what has the name is deleted as by [Host.Delete]. A
// name that leads to a network namespace is left alone (EEXIST). The namespace that
// word stands for is opened first, so that a wrong word does not cost the name.
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

// leadsToNet reports whether a name leads to a network namespace. It opens nothing
// but namespaces' files.
func (h Host) leadsToNet(name string) bool {
	fd, err := h.lookup(name)
	if err != nil {
		return errors.Is(err, ErrNoAnswer) // it may be a network namespace
	}
	defer sys.Close(fd)
	if !sys.IsNamespace(fd) {
		return false
	}
	file, err := sys.OpenHeld(fd)
	if err != nil {
		return true // The caller may not look: it may be a network namespace.
	}
	defer sys.Close(file)
	kind, err := sys.NamespaceType(file)
	return err != nil || kind == sys.TypeNet
}
