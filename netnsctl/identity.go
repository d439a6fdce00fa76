package netnsctl

import (
	"errors"
	"strconv"
	"strings"
	"syscall"

	"github.com/vishvananda/netns"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// ID is the device and the inode number of a namespace's nsfs file. IDs are compared with ==;
// the zero ID is no namespace. The kernel reuses an inode number soon after the namespace is
// gone, so an ID identifies a namespace only while something pins it (namespaces(7)); see
// [Identity].
type ID struct{ Dev, Ino uint64 }

// String is the kernel's text for a network namespace, "net:[4026531840]". It
// leaves out the device.
func (id ID) String() string { return "net:[" + strconv.FormatUint(id.Ino, 10) + "]" }

// MarshalText is [ID.String].
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads what [ParseIno] reads. The device stays as it is.
func (id *ID) UnmarshalText(text []byte) error {
	ino, ok := ParseIno(string(text))
	if !ok {
		return errors.New("invalid ID " + strconv.Quote(string(text)))
	}
	id.Ino = ino
	return nil
}

// ParseIno reads "net:[4026531840]" or a bare inode number.
func ParseIno(s string) (ino uint64, ok bool) {
	if rest, found := strings.CutPrefix(s, "net:["); found {
		if s, found = strings.CutSuffix(rest, "]"); !found {
			return 0, false
		}
	}
	ino, err := strconv.ParseUint(s, 10, 64)
	return ino, err == nil && ino != 0
}

// Identity tells one network namespace from every other one of the same boot.
type Identity struct {
	ID ID
	// Cookie is a number that the kernel never uses again (Linux 5.14); 0 where it is not
	// known.
	Cookie uint64
}

// Same reports whether two identities are of the same namespace, and whether that is sure. It
// is not sure in two cases: a cookie is missing and the IDs are equal, since the kernel reuses
// inode numbers; or an identity has neither a cookie nor an ID.
func (a Identity) Same(b Identity) (same, sure bool) {
	switch {
	case a.Cookie != 0 && b.Cookie != 0:
		return a.Cookie == b.Cookie, true
	case a.ID == ID{} || b.ID == ID{}:
		return false, false
	case a.ID != b.ID:
		return false, true
	}
	return true, false
}

// IdentityOf returns the identity of an open network namespace. The cookie is 0 where the
// kernel does not report it (before Linux 5.14). The error is EBADF for a closed handle, and
// EINVAL for a file that is not a network namespace.
func IdentityOf(ns netns.NsHandle) (Identity, error) {
	dev, ino, err := sys.Fstat(int(ns))
	if err == nil {
		if kind, typeErr := sys.NamespaceType(int(ns)); typeErr != nil || kind != sys.TypeNet {
			err = syscall.EINVAL
		}
	}
	if err != nil {
		return Identity{}, newOpError(OpStatNetns, "", "", err)
	}
	cookie, _ := sys.Cookie(int(ns))
	return Identity{ID{dev, ino}, cookie}, nil
}

// Identity returns the identity of the network namespace of a name, or of a word that
// [Host.Resolve] understands. The error is ENOENT if there is no such name, and EINVAL if the
// name does not lead to a network namespace.
func (h Host) Identity(name string) (Identity, error) {
	ns, _, err := h.open(name)
	if err != nil {
		return Identity{}, forOp(OpStatNetns, h.NamePath(name), err)
	}
	defer ns.Close()
	if kind, err := sys.NamespaceType(int(ns)); err != nil || kind != sys.TypeNet {
		return Identity{}, newOpError(OpStatNetns, name, h.NamePath(name), syscall.EINVAL)
	}
	return IdentityOf(ns)
}
