package netnsctl

import (
	"os"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// prepareRunDir makes the run directory, and makes it a shared mount of its own
// so that a name mounted in one mount namespace reaches the others. The lock
// keeps processes that start together from stacking mounts on it (Debian bug
// 949235). With prepared, this process has prepared the directory before: then only
// the mount itself is made shared, not all the mounts of names below it, which takes
// longer with every name.
func (h Host) prepareRunDir(prepared bool) error {
	dir := h.Dir()
	if err := os.Mkdir(dir, 0o755); err != nil && !os.IsExist(err) {
		return newOpError(OpMakeRunDir, "", dir, err)
	}
	fd, err := sys.OpenDir(dir)
	if err != nil {
		return newOpError(OpOpenRunDir, "", dir, err)
	}
	defer sys.Close(fd) // releases the lock
	if err := sys.LockDir(fd); err != nil {
		h.warn(newOpError(OpLockRunDir, "", dir, err))
	}
	if prepared && sys.ShareOneMount(dir) == nil {
		return nil
	}
	return shareRunDir(dir)
}

func shareRunDir(dir string) error {
	err := sys.ShareMount(dir)
	if err == nil {
		return nil
	}
	// EINVAL says that the directory is not a mount point yet. One more mount on a
	// mount point would hide all names from other mount namespaces.
	if err != syscall.EINVAL || sys.IsMountPoint(dir) {
		return newOpError(OpShareRunDir, "", dir, err)
	}
	if sys.BindShared(dir) == nil {
		return nil
	}
	return shareInSteps(dir)
}

// shareInSteps is for kernels, and filters of system calls, without the calls of
// [sys.BindShared]. Its steps are those of ip, and so are its errors.
func shareInSteps(dir string) error {
	if err := sys.BindTree(dir, dir); err != nil {
		return newOpError(OpBindRunDir, "", dir, err)
	}
	// The bind joined the peer group of the mount below it. A group of its own
	// keeps every name from being mounted twice (iproute2 does so since 7.0).
	if err := sys.PrivateMount(dir); err != nil {
		return newOpError(OpUnshareRunDir, "", dir, err)
	}
	return newOpError(OpShareRunDir, "", dir, sys.ShareMount(dir))
}

// Obstacle is a reason why no name can be removed from the run directory, or one name cannot.
type Obstacle string

// The obstacles.
const (
	NoObstacle Obstacle = ""
	ReadOnly   Obstacle = "the run directory is on a read-only mount"
	Immutable  Obstacle = "the run directory is immutable (chattr +i)"
	AppendOnly Obstacle = "the run directory is append-only (chattr +a)"
	Forbidden  Obstacle = "the permissions of the run directory do not allow it"

	Unprivileged   Obstacle = "the caller may not unmount it (CAP_SYS_ADMIN)"
	ImmutableFile  Obstacle = "its file is immutable (chattr +i)"
	AppendOnlyFile Obstacle = "its file is append-only (chattr +a)"
	LockedMount    Obstacle = "its mount is locked: this user namespace has inherited it"
	OthersFile     Obstacle = "its file belongs to another user, and the run directory has the sticky bit"
)

// Obstacle returns the usual reason why even root cannot remove a name, or [NoObstacle].
func (h Host) Obstacle() Obstacle {
	switch sys.FixedDir(h.Dir()) {
	case sys.ReadOnlyMount:
		return ReadOnly
	case sys.Immutable:
		return Immutable
	case sys.AppendOnly:
		return AppendOnly
	case sys.NotWritable:
		if os.Geteuid() == 0 { // in a user namespace
			return Forbidden
		}
	}
	return NoObstacle
}

// ObstacleTo is [Host.Obstacle], or the reason why the caller may not remove a name. It does not look
// at what is special about the file of the name, as package discover does.
func (h Host) ObstacleTo(name string) Obstacle {
	_, mounted := h.TopLayer(name)
	switch obstacle := h.Obstacle(); {
	case obstacle != NoObstacle:
		return obstacle
	case sys.MayCreateIn(h.Dir()) != nil:
		return Forbidden
	case mounted && !sys.MayUnmount(h.NamePath(name)):
		return Unprivileged
	}
	return NoObstacle
}
