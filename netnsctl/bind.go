package netnsctl

import (
	"errors"
	"os"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// A name is made in this order: the run directory (prepareName), the namespace, the file of
// the name and the mount on it (bindName). So whoever is told of the file (inotify(7)) finds
// a name that leads nowhere for microseconds only, and a namespace that cannot be had costs
// no file. ip makes the file before the namespace.

// prepareName makes the run directory ready for a new name. With prepared, this process has
// done so before.
func (h Host) prepareName(name string, prepared bool) error {
	path := h.NamePath(name)
	if !ValidName(name) {
		return newOpError(OpCreateName, name, path, ErrInvalidName)
	}
	if err := h.prepareRunDir(prepared); err != nil {
		return err
	}
	if sys.StatNoFollow(path, &sys.FileStat{}) == nil {
		return newOpError(OpCreateName, name, path, syscall.EEXIST)
	}
	return nil
}

// bindName makes the file of a name and mounts the open namespace fd on it. The error says
// that the namespace is source.
func (h Host) bindName(name, source string, fd int) error {
	path := h.NamePath(name)
	file, err := sys.CreateEmpty(path)
	if err != nil {
		return newOpError(OpCreateName, name, path, err)
	}
	defer sys.Close(file)
	err = sys.BindMount(sys.FDPath(fd), path)
	// The mount also fails after another process has deleted the file. The path may
	// lead to the file of a third process by now, which has yet to mount its namespace.
	if err != nil && sys.IsFile(path, file) {
		os.Remove(path)
	}
	return newOpError(OpBindName, name, source, err)
}

// fileFirst is the error where there is no namespace for a name: err, or that of the file
// if that could not have been made either, as with ip. That the thread is elsewhere
// ([OpRestoreNet]) matters more.
func (h Host) fileFirst(name string, err error) error {
	e, _ := errors.AsType[*OpError](err)
	if refused := sys.MayCreateIn(h.Dir()); refused != nil && e != nil && e.Op != OpRestoreNet {
		return newOpError(OpCreateName, name, h.NamePath(name), refused)
	}
	return err
}
