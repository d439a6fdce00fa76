package mountns

import (
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// EnterAsOwner is [Namespace.Enter] with no more rights to files than the owner of the mount
// namespace: where that belongs to another user namespace than ours, f runs as the user who
// made that, without his groups and without a capability. It is EPERM where root made it: who
// is root inside, and what he may do, is not known.
func (m *Namespace) EnterAsOwner(f func() error) error {
	if err := m.Open(); err != nil {
		return err
	}
	uid, foreign, err := sys.OwnerOf(m.fd)
	switch {
	case err != nil:
		return err
	case !foreign:
		return m.Enter(f)
	case uid == 0:
		return syscall.EPERM
	}
	return m.Enter(func() error {
		if err := sys.UseFilesAs(uid); err != nil {
			return err
		}
		return f()
	})
}
