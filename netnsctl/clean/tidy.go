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
			_ = r.in.Enter(func() error { return unlinkEmpty(r.mount) })
		}
	}
}

// unlinkEmpty removes the file that a mount was on, and no other: none where the path
// leads to another mount by now, or the kernel does not say so (before Linux 5.8).
func unlinkEmpty(m discover.Mount) error {
	dir, err := sys.OpenDir(path.Dir(m.Path))
	if err != nil {
		return err
	}
	defer sys.Close(dir)
	var st sys.FileStat
	if err := sys.StatFD(dir, &st); err != nil || st.MountID != m.ParentID {
		return err
	}
	if name := path.Base(m.Path); emptyFile(dir, name) {
		return sys.Unlink(dir, name)
	}
	return nil
}
