package netnsctl

import "github.com/netnsctl/netnsctl/netnsctl/internal/sys"

// UserNamespace is a user namespace: whoever has capabilities in it has them over
// the network namespaces that it owns.
type UserNamespace struct {
	Ino uint64
	// UID is the user who made it, as seen from our own user namespace.
	UID uint32
}

// OwningUser gives the user namespace that owns the network namespace fd (Linux
// 4.9). It is EPERM for one outside ours.
func OwningUser(fd int) (UserNamespace, error) {
	ino, uid, err := sys.OwningUser(fd)
	return UserNamespace{ino, uid}, newOpError(OpStatNetns, "", "", err)
}
