package netnsctl

import (
	"errors"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Delete takes a name away: what is mounted on it is unmounted lazily, the file
// unlinked. The namespace lives on while anything else pins it. A symbolic link
// is removed, and what it points to left alone; a mount that is not a
// namespace is never undone. Where the file cannot be unlinked the namespace is
// mounted again, unless more mounts cover the file (EBUSY): then each call
// takes one layer away.
func (h Host) Delete(name string) error {
	path := h.NamePath(name)
	restore := func() error { return nil }
	if fd, err := sys.OpenPath(path); err == nil {
		defer sys.Close(fd)
		if sys.IsNamespace(fd) && sys.Detach(path) == nil {
			restore = func() error { return sys.BindMount(sys.FDPath(fd), path) }
		}
	}
	err := sys.UnlinkPath(path)
	if err == nil || err == syscall.EBUSY {
		return newOpError(OpRemoveName, name, path, err)
	}
	failed := newOpError(OpRemoveName, name, path, err)
	if err := restore(); err != nil {
		return errors.Join(failed, newOpError(OpBindName, name, path, err))
	}
	return failed
}
