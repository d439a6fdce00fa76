package discover

import (
	"strconv"
	"syscall"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/helper"
	"github.com/netnsctl/netnsctl/netnsctl/internal/mountns"
	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// open opens a namespace by the first of its pins that leads to it, or else by one of its
// names or by its number, and makes sure that it is the one. Our own may have no pin but
// ourselves.
func (v *vantage) open(ns *Namespace) (int, error) {
	err := error(syscall.ENOENT)
	for _, p := range ns.Pins {
		var fd int
		if fd, err = v.openPin(p, ns.ID.Ino); err == nil && isNamespace(fd, ns) {
			return fd, nil
		}
	}
	// The only pin of a name that is being made may be a process that has left since. A link is
	// not followed, as that changes its time of access.
	for _, n := range v.names {
		if n.ID != ns.ID || !n.Mounted {
			continue
		}
		var fd int
		if fd, err = mountns.OpenHere(v.helper, n.Path(v.host)); err == nil && isNamespace(fd, ns) {
			return fd, nil
		}
	}
	if ns.ID == v.own {
		return sys.OpenNamespace(v.fs.Root() + "/thread-self/ns/net")
	}
	if ns.Cookie != 0 {
		if fd, failed := sys.OpenHandle(ns.Cookie, ns.ID.Ino); failed == nil && isNamespace(fd, ns) {
			return fd, nil
		}
	}
	if err == nil {
		err = syscall.ENOENT
	}
	return -1, err
}

// processIn is a process or thread in a namespace, by which the kernel can be asked for that
// without opening it. It is 0 for our own, or if procfs shows the processes of another pid
// namespace than ours.
func (v *vantage) processIn(ns *Namespace) int {
	if !v.ownProc || ns.ID == v.own {
		return 0
	}
	for _, p := range ns.Pins {
		switch {
		case p.Kind != Process && p.Kind != Thread:
		case p.TID != 0:
			return p.TID
		default:
			return p.PID
		}
	}
	return 0
}

// isNamespace reports whether an open file is a namespace that was found, and closes it if not.
func isNamespace(fd int, ns *Namespace) bool {
	_, ino, err := sys.Fstat(fd)
	if err == nil && ino == ns.ID.Ino {
		return true
	}
	sys.Close(fd)
	return false
}

func (v *vantage) openPin(p Pin, ino uint64) (int, error) {
	switch p.Kind {
	case Process, Thread:
		return procfs.OpenNamespace(v.helper, v.fs.Root(), v.fs.Root()+"/"+taskPath(p)+"/ns/net")
	case Descriptor:
		return procfs.OpenNamespace(v.helper, v.fs.Root(), v.fs.Root()+"/"+fdPath(p))
	case SocketPin, TunTap:
		a := v.helper.Ask(helper.OpenNet(helper.Descriptor{PID: p.PID, TID: p.TID, FD: p.FD}))[0]
		return a.FD, a.Err
	case MountPin:
		return v.openMount(p.Mount, ino)
	}
	return -1, syscall.EOPNOTSUPP
}

// maxUncovering bounds the time of a scan for opening covered mounts: each takes a copy of
// its mount namespace, and anyone may cover thousands. A namespace that could not be opened
// is left alone.
const maxUncovering = 200 * time.Millisecond

func (v *vantage) openMount(m *Mount, ino uint64) (fd int, err error) {
	// Where pid 1's namespaces cannot be read, ours might be another mount namespace.
	if known := v.host1 != (netnsctl.ID{}); known && !m.Covered && m.Host && v.hostMounts == v.ownMounts {
		return mountns.OpenHere(v.helper, m.Path)
	}
	in := v.mounts[m.Namespace]
	if in == nil || m.Far {
		return -1, syscall.ENOENT
	}
	if m.Covered {
		if v.uncovering > maxUncovering {
			return -1, syscall.EBUSY
		}
		start := time.Now()
		defer func() { v.uncovering += time.Since(start) }()
		return in.OpenCovered(m.Path, ino)
	}
	return in.OpenMounted(m.Path)
}

// fdPath is the path of a descriptor below the root of procfs: opening it opens the same
// file.
func fdPath(p Pin) string { return taskPath(p) + "/fd/" + strconv.Itoa(p.FD) }

// taskPath is the path, below the root of procfs, of the process or thread that has a pin.
func taskPath(p Pin) string {
	path := strconv.Itoa(p.PID)
	if p.TID != 0 {
		path += "/task/" + strconv.Itoa(p.TID)
	}
	return path
}
