// Package mountns enters mount namespaces and reads their mounts. Errors are bare
// errnos.
package mountns

import (
	"os"
	"strconv"

	"github.com/netnsctl/netnsctl/netnsctl/internal/helper"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Namespace is one mount namespace.
type Namespace struct {
	Ino uint64 // 0 if the mount namespace of any of its processes will do
	// Kept says that who found it keeps it open.
	Kept bool
	// Helper looks up paths on file systems, and reads processes, that may not answer.
	Helper *helper.Helper

	pids []int // processes or threads in it, at most maxMembers
	// through sees the mounts from the root of the namespace, 0 if no process does.
	through int
	fd      int        // -1 if not open
	top     int        // its root directory (O_PATH), -1 if not open
	file    string     // another path to its file
	root    string     // of procfs
	in      *Namespace // where it is mounted, if it could not be opened there
	failed  error      // why not
	owner   *owner     // nil until it is needed
}

// maxMembers is how many processes are remembered: some may be chrooted, or end before
// they are needed.
const maxMembers = 4

// New makes a mount namespace of which nothing but its number is known.
func New(root string, ino uint64) *Namespace {
	return &Namespace{Ino: ino, fd: -1, top: -1, root: root}
}

// Of is the mount namespace of a process, whatever its number.
func Of(root string, pid int) *Namespace {
	return &Namespace{pids: []int{pid}, fd: -1, top: -1, root: root}
}

// AddMembers remembers processes or threads that are in the namespace.
func (m *Namespace) AddMembers(tids ...int) {
	m.pids = append(m.pids, tids[:min(len(tids), maxMembers-min(len(m.pids), maxMembers))]...)
}

// Empty reports whether no process is known to be in the namespace.
func (m *Namespace) Empty() bool { return len(m.pids) == 0 }

// AddFile remembers a path to the file of the namespace, such as a descriptor in procfs.
func (m *Namespace) AddFile(path string) {
	if m.file == "" {
		m.file = path
	}
}

// HasRootView reports whether a process sees the mounts from the root of the namespace,
// after [Reader.Each].
func (m *Namespace) HasRootView() bool { return m.through != 0 }

// Name is the name of the namespace in procfs.
func (m *Namespace) Name() string { return "mnt:[" + strconv.FormatUint(m.Ino, 10) + "]" }

// Member is a process in the namespace: one that sees its mounts if there is any, else
// one that is chrooted. It is 0 if nobody but the caller is in it: when a person reads
// about the process, the caller has ended.
func (m *Namespace) Member() int {
	self := os.Getpid()
	for _, pid := range append([]int{m.through}, m.pids...) {
		if pid != 0 && pid != self {
			return pid
		}
	}
	return 0
}

// Enter runs f on a thread in the mount namespace, at its root, with procfs as its
// working directory: "thread-self/fd/7" is a path there.
func (m *Namespace) Enter(f func() error) error {
	if err := m.Open(); err != nil {
		return err
	}
	proc, err := sys.OpenDir(m.root)
	if err != nil {
		return err
	}
	defer sys.Close(proc)
	sys.OnThrowAwayThread(func() {
		if err = sys.EnterMountNamespace(m.fd); err != nil {
			return
		}
		if err = sys.ChangeDir(proc); err == nil {
			err = f()
		}
		// f may have moved the thread into a copy of the mount namespace. The Go runtime ends
		// the thread a little later, and a scan that began before would find the copy.
		_ = sys.EnterMountNamespace(m.fd)
	})
	return err
}

// Mounted is a mount of a network namespace as it is now.
type Mounted struct {
	ID   uint64
	Path string
	// Covered and Carries are those of [mountinfo.Table].
	Covered, Carries bool
	// Ino is the inode number of the network namespace.
	Ino uint64
}

// NetworkMounts reads the mounts of network namespaces anew.
func (m *Namespace) NetworkMounts() (found []Mounted, err error) {
	t, err := m.inside()
	if err != nil {
		return nil, err
	}
	for _, row := range t.Namespaces {
		if ino, ok := row.Ino("net"); ok {
			found = append(found, Mounted{
				ID: uint64(row.ID), Path: row.Point, Covered: t.Covered(row), Carries: t.Carries(row), Ino: ino,
			})
		}
	}
	return found, nil
}
