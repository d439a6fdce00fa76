package mountns

import (
	"errors"
	"os"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl/internal/budget"
	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// All is mount namespaces by inode number.
type All map[uint64]*Namespace

// Get gives the namespace with a number, which is added if it is not there.
func (all All) Get(fs *procfs.FS, ino uint64) *Namespace {
	m := all[ino]
	if m == nil {
		m = New(fs.Root(), ino)
		m.Helper = fs.Helper()
		all[ino] = m
	}
	return m
}

// Close closes all of them.
func (all All) Close() {
	for _, m := range all {
		m.Close()
	}
}

// maxUnused bounds the mount namespaces without a process that are kept open: a user may make
// 100,000, and the descriptors are needed for other things.
const (
	maxUnused = 4096
	spareFDs  = 256
)

// AddUnused adds the mount namespaces that nobody is in (NS_MNT_GET_NEXT, Linux 6.12). Where
// there are too many, unread has the first one that was left out.
// It may be called in the initial pid namespace only: elsewhere the mount namespaces of
// the whole host would look as if nobody were in them. Kernels with a later fix (6.12.107
// and 6.18.44 have it, 6.17.13 has not) refuse that themselves.
func (all All) AddUnused(fs *procfs.FS) (unread []Unread, err error) {
	own, err := sys.OpenNamespace(fs.Root() + "/thread-self/ns/mnt")
	if err != nil {
		return nil, nil
	}
	defer sys.Close(own)
	room := maxUnused
	for _, backward := range []bool{false, true} {
		fd := own
		for {
			next, err := sys.NextMountNamespace(fd, backward)
			if fd != own {
				if all.keepIfNew(fs, fd) {
					room--
				}
			}
			if errors.Is(err, syscall.ENOENT) {
				break
			}
			if err != nil {
				return nil, err
			}
			if fd = next; room == 0 || !sys.SpareFDs(fd, spareFDs) {
				return all.tooMany(fs, fd), nil
			}
		}
	}
	return nil, nil
}

// keepIfNew takes over the descriptor of a mount namespace if no process was seen in
// that, else closes it.
func (all All) keepIfNew(fs *procfs.FS, fd int) (kept bool) {
	if _, ino, err := sys.Fstat(fd); err == nil && all[ino] == nil {
		all.Get(fs, ino).fd = fd
		return true
	}
	sys.Close(fd)
	return false
}

// AddOpen takes over the descriptor of a mount namespace, and reports whether it could: where few
// descriptors are left, it closes this one.
func (all All) AddOpen(fs *procfs.FS, fd int) bool {
	if !sys.SpareFDs(fd, spareFDs) {
		sys.Close(fd)
		return false
	}
	return all.keepIfNew(fs, fd)
}

// tooMany tells of the mount namespace fd, and to whom it belongs, and closes it.
func (all All) tooMany(fs *procfs.FS, fd int) []Unread {
	defer sys.Close(fd)
	_, ino, err := sys.Fstat(fd)
	if err != nil {
		return nil
	}
	m := all.Get(fs, ino)
	if m.fd < 0 {
		m.fd = fd
		m.Owner()
		m.fd = -1
	}
	return []Unread{{m, budget.ErrOver}}
}

// Read gives all mount namespaces of processes, ours included, and, where unused is set,
// those that nobody is in ([All.AddUnused]).
func Read(fs *procfs.FS, unused bool) (All, error) {
	members, err := fs.Members("mnt")
	if err != nil {
		return nil, err
	}
	all := All{}
	own, err := fs.NewReader().Namespace(os.Getpid(), "mnt")
	for _, m := range append(members, procfs.Member{TID: os.Getpid(), Ino: own, Err: err}) {
		if m.Err == nil {
			all.Get(fs, m.Ino).AddMembers(m.TID)
		}
	}
	if unused {
		_, _ = all.AddUnused(fs) // the kernel may have no such list
	}
	return all, nil
}
