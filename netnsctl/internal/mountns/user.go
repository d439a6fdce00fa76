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
		switch {
		case m.Open() == nil:
		case m.in != nil:
			return &owner{uid: m.in.Owner()} // who answers for the path that leads to it
		default:
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

// OnlyUsers gives, for those of the mount namespaces that belong to one ordinary user together
// with every process and thread in them, that user: what ends there harms nobody else. The
// others are missing.
func OnlyUsers(fs *procfs.FS, of ...*Namespace) (users map[uint64]int64) {
	users = map[uint64]int64{}
	for _, m := range of {
		if owner := m.Owner(); owner > 0 {
			users[m.Ino] = owner
		}
	}
	if len(users) == 0 {
		return users
	}
	members, err := fs.Members("mnt")
	if err != nil {
		return nil
	}
	for _, one := range members {
		if one.Err != nil {
			clear(users) // it may be in any of them
		}
		if owner, asked := users[one.Ino]; one.Err == nil && asked {
			if user, sole := procfs.UserOf(fs.Helper(), fs.Root(), one.TID); user >= 0 && (user != owner || !sole) {
				delete(users, one.Ino)
			}
		}
	}
	return users
}
