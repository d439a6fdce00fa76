package netnsctl

import "github.com/netnsctl/netnsctl/netnsctl/internal/sys"

// Obstacle is why no name can be removed from the run directory.
type Obstacle string

// The obstacles.
const (
	NoObstacle Obstacle = ""
	ReadOnly   Obstacle = "the run directory is on a read-only mount"
	Immutable  Obstacle = "the run directory is immutable (chattr +i)"
	AppendOnly Obstacle = "the run directory is append-only (chattr +a)"
)

// Obstacle looks for the usual reasons why a name cannot be removed, although the
// caller has the permission.
func (h Host) Obstacle() Obstacle {
	if sys.ReadOnly(h.Dir()) {
		return ReadOnly
	}
	switch immutable, appendOnly := sys.FileFlags(h.Dir()); {
	case immutable:
		return Immutable
	case appendOnly:
		return AppendOnly
	}
	return NoObstacle
}
