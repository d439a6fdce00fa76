package netnsctl

import (
	"os"

	"github.com/vishvananda/netns"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Add creates a network namespace and gives it a name, which must not be there
// yet (EEXIST, whatever kind of file has it). If it fails, nothing is left
// behind but the run directory. The caller must have locked its thread; the
// thread is back in its own namespace afterwards.
func (h Host) Add(name string) error {
	return h.create(name, false, func(path string) error { return bindNew(name, path) })
}

// bindNew makes a namespace and mounts it on path.
func bindNew(name, path string) error {
	self, err := sys.Open(sys.ThreadNetPath)
	if err != nil {
		return newOpError(OpOpenSelf, name, "", err)
	}
	defer sys.Close(self)
	if err := sys.NewNet(); err != nil {
		return newOpError(OpUnshareNet, name, "", err)
	}
	bindErr := newOpError(OpBindName, name, sys.ThreadNetPath, sys.BindMount(sys.ThreadNetPath, path))
	if err := sys.SetNet(self); err != nil {
		if bindErr == nil {
			_ = sys.Detach(path)
		}
		return newOpError(OpRestoreNet, name, "", err)
	}
	return bindErr
}

// Attach gives the namespace whose nsfs file is at source (such as
// [Host.PIDPath]) a name, which must not be there yet.
func (h Host) Attach(name, source string) error {
	return h.create(name, false, func(path string) error {
		return newOpError(OpBindName, name, source, sys.BindMount(source, path))
	})
}

// AttachAny is [Host.Attach] of the namespace that a word stands for: another name,
// or what [Host.Resolve] takes for one. Where there is none, the error is that of
// [OpOpenNetns], and nothing has been done.
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
	return h.create(name, false, func(path string) error {
		return newOpError(OpBindName, name, word, sys.BindMount(sys.FDPath(int(ns)), path))
	})
}

// create makes the file that a namespace is mounted on, has bind mount it, and
// removes the file if that fails. prepared says that this process has prepared
// the run directory before.
func (h Host) create(name string, prepared bool, bind func(path string) error) error {
	if !ValidName(name) {
		return newOpError(OpCreateName, name, h.NamePath(name), ErrInvalidName)
	}
	if err := h.prepareRunDir(prepared); err != nil {
		return err
	}
	path := h.NamePath(name)
	created, err := sys.CreateEmpty(path)
	if err != nil {
		return newOpError(OpCreateName, name, path, err)
	}
	err = bind(path)
	// The bind fails, too, when another process has deleted the file: by now it
	// may be that of a third, which is still to mount its namespace.
	if err != nil && sys.IsFile(path, created) {
		os.Remove(path)
	}
	return err
}
