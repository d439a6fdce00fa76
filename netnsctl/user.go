package netnsctl

import (
	"github.com/vishvananda/netns"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// UserNamespace is a user namespace: whoever has capabilities in it has them over
// the network namespaces that it owns.
type UserNamespace struct {
	Ino uint64 `json:"ino"`
	// UID is the user who made it, as seen from our own user namespace.
	UID uint32 `json:"uid"`
}

// OwningUser gives the user namespace that owns the network namespace ns (Linux
// 4.9). The error is EPERM where that user namespace is not ours or one below it.
func OwningUser(ns netns.NsHandle) (UserNamespace, error) {
	ino, uid, err := sys.OwningUser(int(ns))
	return UserNamespace{ino, uid}, newOpError(OpStatNetns, "", "", err)
}
