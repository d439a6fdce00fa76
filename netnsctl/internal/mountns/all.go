package mountns

import (
	"errors"
	"os"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// All is mount namespaces by inode number.
type All map[uint64]*Namespace

// Get gives the namespace with a number, which is added if it is not there.
func (all All) Get(root string, ino uint64) *Namespace {
	m := all[ino]
	if m == nil {
		m = New(root, ino)
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

// AddUnused adds the mount namespaces that nobody is in (NS_MNT_GET_NEXT, Linux 6.12).
// It may be called in the initial pid namespace only: elsewhere the mount namespaces of
// the whole host would look as if nobody were in them. Kernels with a later fix (6.12.107
// and 6.18.44 have it, 6.17.13 has not) refuse that themselves.
func (all All) AddUnused(root string) error {
	own, err := sys.OpenNamespace(root + "/thread-self/ns/mnt")
	if err != nil {
		return nil
	}
	defer sys.Close(own)
	for _, backward := range []bool{false, true} {
		fd := own
		for {
			next, err := sys.NextMountNamespace(fd, backward)
			if fd != own {
				all.keepIfNew(root, fd)
			}
			if errors.Is(err, syscall.ENOENT) {
				break
			}
			if err != nil {
				return err
			}
			fd = next
		}
	}
	return nil
}

// keepIfNew takes over the descriptor of a mount namespace if no process was seen in
// that, else closes it.
func (all All) keepIfNew(root string, fd int) {
	if _, ino, err := sys.Fstat(fd); err == nil && all[ino] == nil {
		all.Get(root, ino).fd = fd
		return
	}
	sys.Close(fd)
}

// Read gives all mount namespaces of processes, ours included, and, where unused is set,
// those that nobody is in ([All.AddUnused]).
func Read(fs *procfs.FS, unused bool) (All, error) {
	pids, err := fs.PIDs()
	if err != nil {
		return nil, err
	}
	all, r := All{}, fs.NewReader()
	for _, pid := range append(pids, os.Getpid()) {
		last := uint64(0)
		_ = r.EachTask(pid, func(tid int) {
			if ino, err := r.Namespace(tid, "mnt"); err == nil && ino != last {
				last = ino
				all.Get(fs.Root(), ino).AddMembers(tid)
			}
		})
	}
	if unused {
		_ = all.AddUnused(fs.Root()) // the kernel may have no such list
	}
	return all, nil
}
