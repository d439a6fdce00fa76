package clean

import (
	"errors"
	"maps"
	"slices"
	"syscall"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/internal/mountns"
	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// stack is the planned mounts at one path of a mount namespace.
type stack struct {
	*discover.Stack
	left map[uint64]bool // the numbers of those that are not unmounted yet
}

// stacks puts mounts in the order in which they are unmounted. It begins with those that may
// not be possible to unmount, so that nothing has been done when that turns out.
func stacks(mounts []discover.Mount) (all []*stack) {
	pointers := make([]*discover.Mount, len(mounts))
	for i := range mounts {
		pointers[i] = &mounts[i]
	}
	for _, s := range discover.Stacks(pointers) {
		left := map[uint64]bool{}
		for _, m := range s.Mounts {
			left[m.ID] = true
		}
		all = append(all, &stack{s, left})
	}
	return all
}

// remove takes a mount off the stack. Before Linux 5.8 its number is not known.
func (s *stack) remove(id uint64) {
	if id == 0 {
		id = slices.Collect(maps.Keys(s.left))[0]
	}
	delete(s.left, id)
}

// unmountStack unmounts the mounts of a stack, from the top.
func (a *applier) unmountStack(step Step, s *stack) (ended int, err error) {
	in := a.snap.MountNamespaces[s.Top.Namespace]
	if in == nil {
		return 0, changed("its mount namespace cannot be entered")
	}
	for len(s.left) > 0 {
		err := a.unmountTop(step, in, s)
		switch {
		case err == errGone:
			return ended, nil
		case err != nil && !errors.As(err, new(changed)):
			return ended, netnsctl.NewOpError(OpUnmountNetns, "", s.Top.Path, err)
		case err != nil:
			return ended, err
		}
		ended++
	}
	return ended, nil
}

// unmountTop unmounts the topmost mount of a stack, and no other one: it is held open while it
// is compared with the plan.
func (a *applier) unmountTop(step Step, in *mountns.Namespace, s *stack) error {
	if s.Top.ByFile {
		return a.unlinkUnder(step, in, s)
	}
	top, err := hold(in, s)
	if err != nil {
		return a.notThere(step, in, s, err)
	}
	defer top.Close()
	if err := a.heldIdentity(top.FD, step.Namespace); err != nil {
		return a.notThere(step, in, s, err)
	}
	err = a.locked(
		func() error {
			err := a.unused(*s.Top, step)
			a.slow = s.Top.Spreads && a.endsMany(s.Top.File)
			return err
		},
		func() error { return sys.DetachFD(top.FD) },
		in.Enter,
	)
	if err == syscall.EINVAL {
		return a.notThere(step, in, s, changed("locked: ends with "+keeper(a.snap.Host, in)))
	}
	if err != nil {
		return err
	}
	if s.remove(top.ID); len(s.left) == 0 {
		a.unmounted(in, step, *s.Bottom, top.Dir)
	}
	return nil
}

// hold holds the topmost mount of a stack if it is one that was planned.
func hold(in *mountns.Namespace, s *stack) (top mountns.Held, err error) {
	planned := func(hold func(mountns.Place) (mountns.Held, error)) error {
		if top, err = hold(s.Bottom.Place()); err == nil && top.ID != 0 && !s.left[top.ID] {
			top.Close()
			return syscall.EBUSY
		}
		return err
	}
	err = planned(in.HoldAt)
	if err != nil && s.Top.Covered && s.Bottom.Local() && in.OfRoot() {
		err = planned(in.HoldCovered)
	}
	return top, err
}

// heldIdentity is [rechecker.identity] of an O_PATH descriptor.
func (a *applier) heldIdentity(held int, planned *discover.Namespace) error {
	fd, err := sys.OpenHeld(held)
	if err != nil {
		return err
	}
	defer sys.Close(fd)
	return a.identity(fd, planned)
}

// notThere says why a stack cannot be unmounted: errGone where none of its mounts is there any
// more, else err if nothing else explains it.
func (a *applier) notThere(step Step, in *mountns.Namespace, s *stack, err error) error {
	if start := time.Now(); a.mountedIn != in || !start.Before(a.mountedUntil) {
		all, err := in.NetworkMounts()
		if err != nil {
			return err
		}
		a.mountedIn, a.mounted, a.mountedUntil = in, all, until(start)
	}
	for _, now := range a.mounted {
		switch {
		case now.Ino != step.Namespace.ID.Ino || now.Path != s.Top.Path || !s.left[now.ID]:
			continue
		case now.Carries:
			return changed("something else is mounted on it now")
		case now.Covered && !s.Top.Covered:
			return changed("another mount covers it now")
		}
		return err
	}
	return errGone
}

// keeper names a process that keeps a mount namespace alive.
func keeper(host netnsctl.Host, in *mountns.Namespace) string {
	if pid := in.Member(); pid != 0 {
		return procfs.Who(host.Helper, host.Proc(), pid)
	}
	return in.Name()
}
