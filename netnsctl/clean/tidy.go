package clean

import (
	"path"

	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// released is a mount that has been ended, and whose path was named: its file may go.
type released struct {
	in    *discover.MountNamespace
	mount discover.Mount
	ino   uint64 // of the namespace
}

// ended remembers a mount for [present.tidy].
func (p *present) ended(in *discover.MountNamespace, step Step, m discover.Mount) {
	if step.tidy[m.Path] {
		p.released = append(p.released, released{in, m, step.Namespace.ID.Ino})
	}
}

// tidy removes the empty files of mounts that have been ended, all in the end: one
// look serves. Where anything else is mounted on a file by now that stays; that one
// stays is no failure.
func (p *present) tidy() {
	for _, r := range p.released {
		if p.noneOn(r.mount.File, r.ino, anywhere) == nil {
			_ = r.in.Enter(func() error { return unlinkEmpty(r.mount.Path) })
		}
	}
}

func unlinkEmpty(file string) error {
	dir, err := sys.OpenDir(path.Dir(file))
	if err != nil {
		return err
	}
	defer sys.Close(dir)
	if emptyFile(dir, path.Base(file)) {
		return sys.Unlink(dir, path.Base(file))
	}
	return nil
}
