package discover

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/netnsctl/netnsctl/netnsctl/internal/mountns"
	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
)

// Kind is a kind of pin.
type Kind string

// The kinds of pins.
const (
	Process    Kind = "process"
	Thread     Kind = "thread"
	Descriptor Kind = "descriptor"
	SocketPin  Kind = "socket"
	TunTap     Kind = "tuntap"
	MountPin   Kind = "mount"
	InFlight   Kind = "in-flight"
	Inotify    Kind = "inotify"
	Fanotify   Kind = "fanotify"
	IOUring    Kind = "io_uring"
	// DetachedTree is a mount in a tree that belongs to no mount namespace and
	// that a descriptor holds.
	DetachedTree Kind = "detached-tree"
	// Unaccepted is a connection that waits in the queue of a listening unix socket, which the
	// process has.
	Unaccepted Kind = "unaccepted"
	// PacketRing is a packet socket whose ring a process has mapped and whose descriptor is
	// closed.
	PacketRing Kind = "packet-ring"
	// ProcFile is an open file of /proc/net.
	ProcFile Kind = "proc-file"
	// FileSystem is a mounted file system that was made in the namespace, such as NFS.
	FileSystem Kind = "file-system"
	// Invisible is a pin of which only the kernel knows, such as a socket without a process: a
	// list of the kernel has the namespace (listns, Linux 6.19, its nsids, or its tracker of
	// references, which tells what Detail says).
	Invisible Kind = "unknown"
)

// Kinds returns all kinds of pins.
func Kinds() []Kind {
	return []Kind{
		Process, Thread, Descriptor, SocketPin, TunTap, MountPin, InFlight, Inotify, Fanotify, IOUring, DetachedTree, Unaccepted, PacketRing, ProcFile, FileSystem, Invisible,
	}
}

// Pin is something that keeps a namespace alive, or that only uses it.
type Pin struct {
	Kind Kind `json:"kind"`
	// PID is the process that has it, 0 if none.
	PID int `json:"pid,omitempty"`
	// TID is the thread where that is not the process' leading one: for a
	// descriptor a thread with a table of its own, for a process one that still runs after
	// its leader has ended.
	TID int `json:"tid,omitempty"`
	// FD is the descriptor, -1 if none.
	FD int `json:"fd" textjson:"omitnegative"`
	// Command is the name of PID or TID (comm in proc(5)).
	Command string `json:"command,omitempty"`
	// UID is the user who answers for PID, or for the process through which Mount is seen, and
	// User his name. They are 0 and empty if that is root or cannot be told. The scan fills them
	// in for the pins of orphans, for names in other mount namespaces and, with [Options.Files], for
	// the first pin of others.
	UID  int64  `json:"uid,omitempty"`
	User string `json:"user,omitempty"`
	// Detail is the type of a socket, the name of a device, the path of a file.
	Detail string `json:"detail,omitempty"`
	// Uses says that the process only uses the namespace: what it has there ends with the
	// namespace, and does not keep it alive.
	Uses bool `json:"only_uses,omitempty"`
	// Mount is set for mounts and detached trees.
	Mount *Mount `json:"mount,omitempty"`

	// key is what tells the pin from others of its kind, where the pin does not tell the
	// namespace: see [vantage.remembered].
	key uint64
}

// Mount is a mount of a namespace's file, or of a file system.
type Mount struct {
	// Namespace is the inode number of the mount namespace, 0 in a detached
	// tree.
	Namespace uint64 `json:"mount_namespace,omitempty"`
	// ID is the mount's number in mountinfo, which the kernel uses again; 0 in a
	// detached tree.
	ID uint64
	// Path is the path of the mount from the root of Namespace, ParentID the number of the
	// mount that it is on.
	Path     string `json:"path"`
	ParentID uint64
	// ParentPath is where that other mount is mounted, FSType the type of its file system.
	ParentPath, FSType string
	// ParentOnItself says that the other mount is a directory mounted on itself, as a run
	// directory is.
	ParentOnItself bool
	// Through is a process that sees the mount, other than the one that scans; 0 if there is
	// none.
	Through int `json:"through_pid,omitempty"`
	// Host says that the mount is in the mount namespace of pid 1, Own that it is in that of
	// the process that scans.
	Host bool `json:"host"`
	Own  bool
	// Covered says that another mount hides it: no path leads there. Cover is where that is
	// mounted, and CoverBears says that other mounts lie on it, so that umount(8) refuses to
	// unmount it (EBUSY).
	Covered    bool `json:"covered"`
	Cover      string
	CoverBears bool
	// Far says that Path is longer than a path may be, and only its beginning: it leads
	// nowhere.
	Far bool
	// Carries says that a mount of something else lies on it, and would go with
	// it.
	Carries bool
	// Name is the name that the mount gives in the run directory, as seen from
	// its mount namespace. Usable says that a path leads there for a process.
	Name   string
	Usable bool
	// File identifies the file that the mount is on: two mounts on one file have the same
	// text. Unlinking the file ends all mounts on it.
	File string
	// Spreads says that an unmount propagates: it also ends the mounts on the same file in
	// the peers and slaves of the mount below, whatever is mounted there
	// (mount_namespaces(7)).
	Spreads bool
	// Stays is the reason why nobody can unmount it, for people: it is locked
	// (mount_namespaces(7)), or another mount covers it in such a way that nothing leads there.
	// It is empty where the mount can be unmounted, where that was not found out, and without
	// [Options.Files].
	Stays string
	// ByFile says that the mount is one of a name that another mount covers, and that only the
	// removal of its file, which is empty, ends it. It is set where Stays is.
	ByFile bool
}

// IsName reports whether the mount is that of a name in our mount namespace: it lies in the run
// directory, or in one that is covered.
func (m *Mount) IsName() bool { return m.Own && m.Name != "" }

// Where is the path of the mount, with its mount namespace if that is not our own: the text is a
// target for package clean.
func (m *Mount) Where() string {
	if m.Own {
		return m.Path
	}
	return m.Path + " in mnt:[" + strconv.FormatUint(m.Namespace, 10) + "]"
}

// Local reports whether no server, and no other process, can make calls wait that look for the
// directory that the mount is in.
func (m *Mount) Local() bool {
	return slices.Contains([]string{"tmpfs", "ext4", "xfs", "btrfs", "f2fs"}, m.FSType)
}

// Place is where the mount is.
func (m *Mount) Place() mountns.Place {
	return mountns.Place{Path: m.Path, ParentPath: m.ParentPath, ParentID: m.ParentID}
}

// String describes the pin for people. Bytes of names are not escaped.
func (p Pin) String() string {
	switch p.Kind {
	case Process:
		return p.Who()
	case MountPin:
		return p.Mount.text(p)
	case Invisible:
		return cmp.Or(p.Detail, "something not visible")
	}
	if p.Kind == FileSystem && p.Mount != nil {
		return p.How() + ", " + p.Mount.text(p)
	}
	if p.PID == 0 {
		return p.How() + ", of no process that can be seen"
	}
	return p.How() + " of " + p.Who()
}

// Verb says for people what the pin does: the namespace is "held by" it, or "in use by" it.
func (p Pin) Verb() string {
	if p.Uses {
		return "in use by"
	}
	return "held by"
}

// SeenInside reports whether the pin can be seen only from inside the namespace: a scan finds it
// as long as another pin leads there.
func (p Pin) SeenInside() bool {
	return p.Kind == Unaccepted || p.Kind == PacketRing || p.Kind == SocketPin && p.PID == 0
}

// How says for people with what the process of the pin holds the namespace.
func (p Pin) How() string {
	what := string(p.Kind)
	switch p.Kind {
	case Process, MountPin, Invisible:
		return what
	case Thread:
		return "thread " + strconv.Itoa(p.TID)
	case Descriptor:
		return p.descriptor()
	case TunTap:
		what = "tun/tap device"
	case InFlight:
		what = "descriptor in flight"
	case Inotify, Fanotify:
		what += " mark"
	case IOUring:
		what += " file"
	case DetachedTree:
		what = "detached mount tree"
	case Unaccepted:
		what = "connection not accepted by"
	case PacketRing:
		what = "mapped packet ring"
	case ProcFile:
		what = "open file"
	case FileSystem:
		what = "file system"
	}
	if p.Detail != "" {
		what += " " + p.Detail
	}
	if p.Uses {
		what += " that was moved in"
	}
	if p.FD < 0 {
		return what
	}
	return what + ", " + p.descriptor()
}

func (p Pin) descriptor() string {
	s := "descriptor " + strconv.Itoa(p.FD)
	if p.TID != 0 {
		s += " of thread " + strconv.Itoa(p.TID)
	}
	return s
}

// Who says for people which process has the pin.
func (p Pin) Who() string { return procfs.Label(p.PID, p.Command, p.User) }

// text describes the mount of a pin.
func (m *Mount) text(p Pin) string {
	s := "mount " + m.Path
	if m.Covered {
		s = "covered " + s
	}
	switch {
	case m.Host:
		return s
	case m.Through == 0 && m.Own:
		return s + " in our own mount namespace"
	case m.Through == 0:
		return s + " in mnt:[" + strconv.FormatUint(m.Namespace, 10) + "], which has no process"
	}
	return s + " in mnt:[" + strconv.FormatUint(m.Namespace, 10) + "] of " + procfs.Label(m.Through, p.Command, p.User)
}
