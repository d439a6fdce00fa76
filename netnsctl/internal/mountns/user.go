package mountns

import (
	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Owner is the user who has every capability over the namespace ([sys.OwnerOf]): 0 if it
// belongs to our own user namespace, -1 if that cannot be told.
func (m *Namespace) Owner() int64 {
	if m.owner == nil {
		m.owner = m.lookUpOwner()
	}
	return m.owner.uid
}

// OfRoot reports whether the namespace belongs to our own user namespace: only its root can
// have made it.
func (m *Namespace) OfRoot() bool {
	m.Owner()
	return m.owner.own
}

// owner says to whom a mount namespace belongs.
type owner struct {
	uid int64
	own bool
}

// lookUpOwner closes what it opens: there may be more mount namespaces than descriptors.
func (m *Namespace) lookUpOwner() *owner {
	if m.fd < 0 {
		if m.Open() != nil {
			return &owner{uid: -1}
		}
		defer m.Close()
	}
	uid, foreign, err := sys.OwnerOf(m.fd)
	if err != nil {
		return &owner{uid: -1}
	}
	return &owner{int64(uid), !foreign}
}

// OnlyUser is the user to whom the mount namespace belongs, and every process and thread in it;
// -1 if there is none but root, or others have processes in it. What ends there harms nobody
// else.
func (m *Namespace) OnlyUser(fs *procfs.FS) int64 {
	owner := m.Owner()
	pids, err := fs.PIDs()
	if owner <= 0 || err != nil {
		return -1
	}
	r, others := fs.NewReader(), false
	for _, pid := range pids {
		err := r.EachTask(pid, func(tid int) {
			ino, err := r.Namespace(tid, "mnt")
			switch {
			case procfs.Gone(err):
			case err != nil:
				others = true
			case ino == m.Ino:
				user, sole := procfs.UserOf(fs.Root(), tid)
				others = others || user >= 0 && (user != owner || !sole)
			}
		})
		if err != nil && !procfs.Gone(err) || others {
			return -1
		}
	}
	return owner
}
