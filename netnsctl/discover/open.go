package discover

import (
	"strconv"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// spare is how many descriptors a scan that holds namespaces leaves for those who
// read them.
const spare = 64

// identify fills in what only an open namespace tells: its cookie and its age.
func (s *scan) identify(ns *Namespace) {
	fd, err := s.open(ns)
	if err != nil {
		return
	}
	if ns.Cookie == 0 {
		ns.Cookie, _ = sys.Cookie(fd)
	}
	if s.opts.IdentityOnly {
		sys.Close(fd)
		return
	}
	if ns.filed() {
		var st sys.FileStat
		if sys.StatFD(fd, &st) == nil {
			ns.Born = st.Changed
		}
	}
	if ns.Verdict == Orphan || ns.Verdict == Idle && s.opts.Everything {
		ns.Hardware = s.hardware(fd)
	}
	if ns.Verdict == Orphan || s.opts.Hold && sys.SpareFDs(fd, spare) {
		ns.fd, ns.held = fd, true
		return
	}
	sys.Close(fd)
}

// filed tells whether something keeps the namespace's nsfs inode, so that its
// time is not that of our own look.
func (ns *Namespace) filed() bool {
	for _, p := range ns.Pins {
		switch p.Kind {
		case Descriptor, MountPin, InFlight, Inotify, Fanotify, IOUring, DetachedTree:
			return true
		}
	}
	return false
}

// open opens a namespace by the first of its pins that leads to it, and makes
// sure that it is the one. Our own may have no pin but ourselves.
func (s *scan) open(ns *Namespace) (int, error) {
	err := error(syscall.ENOENT)
	for _, p := range ns.Pins {
		var fd int
		if fd, err = s.openPin(p, ns.ID.Ino); err != nil {
			continue
		}
		if _, ino, statErr := sys.Fstat(fd); statErr == nil && ino == ns.ID.Ino {
			return fd, nil
		}
		sys.Close(fd)
		err = syscall.ENOENT
	}
	if ns.ID.Ino == s.self.own {
		return sys.Open(s.host.Proc() + "/thread-self/ns/net")
	}
	return -1, err
}

func (s *scan) openPin(p Pin, ino uint64) (int, error) {
	base := s.host.Proc() + "/" + strconv.Itoa(p.PID)
	switch p.Kind {
	case Process:
		return sys.Open(base + "/ns/net")
	case Thread:
		return sys.Open(base + "/task/" + strconv.Itoa(p.TID) + "/ns/net")
	case Descriptor:
		return sys.Open(s.fdPath(p))
	case SocketPin, TunTap:
		return s.openSocket(p)
	case MountPin:
		return s.openMount(p.Mount, ino)
	}
	return -1, syscall.EOPNOTSUPP
}

func (s *scan) openSocket(p Pin) (int, error) {
	pidfd, err := sys.OpenProcess(p.task())
	if err != nil {
		return -1, err
	}
	defer sys.Close(pidfd)
	fd, err := sys.CopyFD(pidfd, p.FD)
	if err != nil {
		return -1, err
	}
	defer sys.Close(fd)
	return sys.SocketNet(fd)
}

func (s *scan) openMount(m *Mount, ino uint64) (fd int, err error) {
	if !m.Covered && m.Host && s.self.atHome {
		return sys.Open(m.Path)
	}
	in := s.mounts[m.Namespace]
	if in == nil {
		return -1, syscall.ENOENT
	}
	if m.Covered {
		return in.openCovered(m.Path, ino)
	}
	err = in.Enter(func() (err error) {
		fd, err = sys.Open(m.Path)
		return err
	})
	return fd, err
}
