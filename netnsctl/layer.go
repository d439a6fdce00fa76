package netnsctl

import "github.com/netnsctl/netnsctl/netnsctl/internal/sys"

// Layer is the mount of a namespace, of whatever type, that lies on top of a name.
type Layer struct {
	ID ID
	// Mount is the mount's number, 0 where the kernel does not say (Linux 5.8).
	Mount uint64
}

// TopLayer looks at what is mounted on a name, without opening it; found is false
// where that is no namespace.
func (h Host) TopLayer(name string) (top Layer, found bool) {
	if !ValidName(name) {
		return top, false
	}
	fd, err := sys.OpenPath(h.NamePath(name))
	if err != nil {
		return top, false
	}
	defer sys.Close(fd)
	var st sys.FileStat
	if !sys.IsNamespace(fd) || sys.StatFD(fd, &st) != nil {
		return top, false
	}
	return Layer{ID{st.Dev, st.Ino}, st.MountID}, true
}
