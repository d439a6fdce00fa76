package netnsctl

import (
	"errors"
	"slices"
	"syscall"

	"github.com/vishvananda/netns"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Delete removes a name: it unmounts the namespace from the file lazily (MNT_DETACH), and
// unlinks the file. The namespace lives on as long as anything else pins it. If the name is a
// symbolic link, Delete removes the link only. Delete unmounts nothing but namespaces.
//
// The error is ENOENT if there is no such name, and EBUSY if another mount covers the file:
// each call then unmounts one of the mounts. If the file cannot be unlinked, Delete mounts the
// namespace again; if that fails, too, the error joins two [OpError]s.
func (h Host) Delete(name string) error {
	return h.delete(name, nil, func(fd int) { sys.Close(fd) })
}

// ErrChanged is the error of [Deleter.DeleteIf] for a name that does not lead to the expected
// namespace, and ErrMadeAnew that of [Deleter.DeleteStale] for one that is not the expected file, or
// leads to a network namespace.
var (
	ErrChanged  = errors.New("the name leads to another namespace now")
	ErrMadeAnew = errors.New("the name led to no network namespace, and has been made anew")
)

// Deleter deletes many names faster than [Host.Delete]. Each unmount waits for all processors,
// and that takes several times as long once the kernel has begun to take a namespace apart
// (cleanup_net in its net/core/net_namespace.c). A Deleter therefore keeps the namespaces
// alive until Release. It is not safe for concurrent use.
type Deleter struct {
	host Host
	held sys.InFlight
}

// NewDeleter returns a [Deleter]. The caller must call [Deleter.Release] after the last name.
func (h Host) NewDeleter() *Deleter { return &Deleter{host: h} }

// Delete deletes a name as [Host.Delete] does.
func (d *Deleter) Delete(name string) error {
	return d.host.delete(name, nil, d.held.Hold)
}

// DeleteIf deletes a name if it leads to the namespace planned, or is a symbolic link that leads
// nowhere by now. The error is [ErrChanged], and nothing has been done, if the name leads to another
// namespace, or if the kernel cannot tell ([Identity.Same] is not sure, and one cookie is missing).
func (d *Deleter) DeleteIf(name string, planned Identity) error {
	return d.host.delete(name, func(fd int) error {
		if !d.host.leadsTo(name, fd, planned) {
			return newOpError(OpRemoveName, name, d.host.NamePath(name), ErrChanged)
		}
		return nil
	}, d.held.Hold)
}

// DeleteStale deletes a name that leads to no network namespace, and is still the file of which
// [Host.FileOf] has given the ID. Else the error is [ErrMadeAnew], and nothing has been done.
func (d *Deleter) DeleteStale(name string, planned ID) error {
	return d.host.delete(name, func(fd int) error {
		var st sys.FileStat
		err := sys.StatFD(fd, &st)
		if err == nil && (ID{st.Dev, st.Ino} != planned || d.host.leadsToAny(name)) {
			err = ErrMadeAnew
		}
		return newOpError(OpRemoveName, name, d.host.NamePath(name), err)
	}, d.held.Hold)
}

// FileOf returns the device and the inode number of the file of a name, which may be a symbolic link:
// those of what is mounted there, if anything is.
func (h Host) FileOf(name string) (ID, error) {
	var st sys.FileStat
	err := sys.StatNoFollow(h.NamePath(name), &st)
	return ID{st.Dev, st.Ino}, newOpError(OpStatNetns, name, h.NamePath(name), err)
}

// leadsToAny reports whether a name leads to a network namespace.
func (h Host) leadsToAny(name string) bool {
	h.Resolve = nil
	_, err := h.Identity(name)
	return err == nil
}

// leadsTo reports whether the file fd of a name, which is held only, is the namespace planned, or a
// link to it or to nothing.
func (h Host) leadsTo(name string, fd int, planned Identity) bool {
	var st sys.FileStat
	if sys.StatFD(fd, &st) == nil && st.Kind() == sys.KindLink {
		target, err := h.lookup(name)
		if err != nil {
			return slices.Contains([]error{syscall.ENOENT, syscall.ENOTDIR, syscall.ESRCH}, err)
		}
		defer sys.Close(target)
		fd = target
	}
	// The kernel tells the cookie of an open file only.
	file, err := sys.OpenHeld(fd)
	if err != nil {
		return false
	}
	defer sys.Close(file)
	now, err := IdentityOf(netns.NsHandle(file))
	same, sure := planned.Same(now)
	return err == nil && same && (sure || planned.Cookie == now.Cookie)
}

// Release releases the namespaces whose names were deleted. The Deleter may be used
// again.
func (d *Deleter) Release() { d.held.Release() }

// delete unmounts and unlinks a name if check, unless it is nil, returns no error for the open file. In
// the end it hands the descriptor, which has kept the namespace alive, to release.
func (h Host) delete(name string, check func(fd int) error, release func(fd int)) error {
	path := h.NamePath(name)
	if !ValidName(name) {
		return newOpError(OpRemoveName, name, path, ErrInvalidName)
	}
	restore := func() error { return nil }
	switch fd, err := sys.OpenPath(path); {
	case err != nil && check != nil:
		return newOpError(OpRemoveName, name, path, err)
	case err == nil:
		defer release(fd)
		if check != nil {
			if err := check(fd); err != nil {
				return err
			}
		}
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
