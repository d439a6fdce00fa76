package main

import (
	"errors"
	"fmt"
	"slices"
	"syscall"

	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// deleteAndLook deletes a name, or the only one of what else the word stands for,
// as iproute2 does. Then it says what still pins the namespace, or waits until
// nothing does.
func (u *ui) deleteAndLook(call compat.Call, word string, wait *waitFlag) error {
	ghost, known := identity(call.Host, word)
	name := word
	if known && !call.Host.IsName(word) {
		names, err := namesOf(call.Host, ghost)
		switch {
		case err != nil:
			return err
		case len(names) == 0:
			if err := u.holders(call.Host, "not deleted, as it has no name: ", ghost); err != nil {
				return err
			}
			return status(statusFound)
		case len(names) > 1:
			return wrongWords{fmt.Errorf("%s has several names, one is needed: %s", ghost.ID, quoteAll(names, ","))}
		}
		name = names[0]
	}
	if s := call.Plain([]string{name}); s != 0 {
		u.explain(call.Host, ghost)
		return status(s)
	}
	if !known {
		u.print("deleted " + quote(name) + ", which led to no network namespace\n")
		return nil
	}
	if wait.set {
		left, err := u.wait(call.Host, []discover.Ghost{ghost}, wait.limit)
		if err != nil {
			return err
		}
		if len(left) == 0 {
			u.print("deleted " + quote(name) + ", the kernel has let go of " + ghost.ID.String() + "\n")
			return nil
		}
	}
	return u.holders(call.Host, "deleted "+quote(name)+", ", ghost)
}

// namesOf are the names of a namespace, and of none that has its number now.
func namesOf(host netnsctl.Host, ghost discover.Ghost) ([]string, error) {
	names, err := host.NamesOf(ghost.ID)
	if errors.Is(err, syscall.ENOENT) {
		err = nil
	}
	return slices.DeleteFunc(names, func(name string) bool {
		is, known := identity(host, name)
		return !known || is != ghost
	}), err
}

// identity is the namespace of a name.
func identity(host netnsctl.Host, name string) (ghost discover.Ghost, known bool) {
	id, cookie, err := host.Identity(name)
	if err != nil {
		return ghost, false
	}
	return discover.NewGhost(id, cookie), true
}

// holders says what keeps a namespace, after what has been done.
func (u *ui) holders(host netnsctl.Host, done string, ghost discover.Ghost) error {
	snap, err := discover.Scan(host, discover.Options{Everything: true})
	if err != nil {
		return err
	}
	defer snap.Close()
	for _, ns := range snap.Namespaces {
		if !ghost.Is(ns) {
			continue
		}
		u.print(done + ns.ID.String() + " lives on:\n")
		for _, other := range ns.Names {
			u.print("  name " + quote(other) + "\n")
		}
		for _, h := range holdings(ns.Pins) {
			u.print("  " + escape(h.line("")) + "\n")
		}
		u.blind(snap, true)
		return status(statusFound)
	}
	u.print(done + "nothing seen pins " + ghost.ID.String() + "\n")
	u.blind(snap, true)
	return nil
}

// explain says why a name could not be deleted, as far as that shows.
func (u *ui) explain(host netnsctl.Host, ghost discover.Ghost) {
	if obstacle := host.Obstacle(); obstacle != netnsctl.NoObstacle {
		u.note("%s", obstacle)
		return
	}
	snap, err := discover.Scan(host, discover.Options{})
	if err != nil {
		return
	}
	defer snap.Close()
	for _, ns := range snap.Namespaces {
		for _, pin := range ns.Pins {
			if ns.ID == ghost.ID && pin.Kind == discover.MountPin {
				u.note("its file may be busy by another mount: %s", pin)
			}
		}
	}
}
