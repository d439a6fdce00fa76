package discover

import (
	"strconv"
	"syscall"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/mountns"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// open opens a namespace by the first of its pins that leads to it, and makes sure that it
// is the one. Our own may have no pin but ourselves.
func (v *vantage) open(ns *Namespace) (int, error) {
	err := error(syscall.ENOENT)
	for _, p := range ns.Pins {
		var fd int
		if fd, err = v.openPin(p, ns.ID.Ino); err != nil {
			continue
		}
		if _, ino, statErr := sys.Fstat(fd); statErr == nil && ino == ns.ID.Ino {
			return fd, nil
		}
		sys.Close(fd)
		err = syscall.ENOENT
	}
	if ns.ID == v.own {
		return sys.OpenNamespace(v.fs.Root() + "/thread-self/ns/net")
	}
	return -1, err
}

func (v *vantage) openPin(p Pin, ino uint64) (int, error) {
	switch p.Kind {
	case Process:
		return sys.OpenNamespace(v.fs.Path(p.PID, "/ns/net"))
	case Thread:
		return sys.OpenNamespace(v.fs.Path(p.PID, "/task/"+strconv.Itoa(p.TID)+"/ns/net"))
	case Descriptor:
		return sys.OpenNamespace(v.fs.Root() + "/" + fdPath(p))
	case SocketPin, TunTap:
		fd, err := copyFD(p)
		if err != nil {
			return -1, err
		}
		defer sys.Close(fd)
		return sys.SocketNet(fd)
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
		return mountns.OpenHere(m.Path)
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
func fdPath(p Pin) string {
	path := strconv.Itoa(p.PID)
	if p.TID != 0 {
		path += "/task/" + strconv.Itoa(p.TID)
	}
	return path + "/fd/" + strconv.Itoa(p.FD)
}

// copier copies descriptors. It keeps the process open whose descriptor it copied last.
type copier struct {
	tid, pidfd int
}

// copyFD copies the descriptor of a pin.
func (c *copier) copyFD(p Pin) (int, error) {
	tid, thread := p.task()
	if tid != c.tid {
		c.close()
		pidfd, err := sys.OpenProcess(tid, thread)
		if err != nil {
			return -1, err
		}
		c.tid, c.pidfd = tid, pidfd
	}
	return sys.CopyFD(c.pidfd, p.FD)
}

func (c *copier) close() {
	if c.tid != 0 {
		sys.Close(c.pidfd)
		c.tid = 0
	}
}

// copyFD copies the descriptor of a pin.
func copyFD(p Pin) (int, error) {
	var c copier
	defer c.close()
	return c.copyFD(p)
}

// task is the thread that has the descriptor of the pin. It is the leader of its process
// where thread is false.
func (p Pin) task() (tid int, thread bool) {
	if p.TID != 0 {
		return p.TID, true
	}
	return p.PID, false
}

// netOf gives the network namespace that an open file is of, or is a socket or tun
// device in.
func (v *vantage) netOf(fd int) (net uint64, ok bool) {
	var st sys.FileStat
	if sys.StatFD(fd, &st) != nil {
		return 0, false
	}
	switch {
	case st.Dev == v.own.Dev:
		kind, err := sys.NamespaceType(fd)
		return st.Ino, err == nil && kind == sys.TypeNet
	case st.Kind() == sys.KindSocket, st.Rdev == sys.TunDevice && st.Kind() == sys.KindCharDevice:
		net, err := inoOf(sys.SocketNet(fd))
		return net, err == nil
	}
	return 0, false
}

// inoOf gives the inode number of a namespace, and closes it.
func inoOf(fd int, err error) (uint64, error) {
	if err != nil {
		return 0, err
	}
	defer sys.Close(fd)
	_, ino, err := sys.Fstat(fd)
	return ino, err
}
