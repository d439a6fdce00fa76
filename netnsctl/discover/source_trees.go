package discover

import (
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl/internal/mountinfo"
	"github.com/netnsctl/netnsctl/netnsctl/internal/mountns"
	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// detachedTrees sees what is mounted in trees that belong to no mount namespace: each
// directory which a process has open on an unknown mount may be the root of a detached
// tree (open_tree(2)).
func detachedTrees(v *vantage) (seen []sighting, gaps []Gap) {
	unread := 0
	for _, f := range v.classFiles(directory) {
		if f.id == 0 || v.mountIDs.Has(f.id) {
			continue
		}
		rows, err := v.treeMounts(f.pin(DetachedTree))
		if err != nil && !procfs.Gone(err) {
			unread++
		}
		for _, row := range rows {
			if ino, ok := row.Ino("net"); ok {
				p := f.pin(DetachedTree)
				p.Mount = &Mount{Path: row.Point}
				seen = append(seen, v.sighting(ino, p))
			}
		}
	}
	return seen, counted(Gap{What: GapDetachedTrees, Count: unread})
}

// treeMounts lists the namespaces that are mounted in a detached tree. Procfs shows a mount
// only where it is attached, so a copy of the tree is attached, in a mount namespace that
// ends with its thread. The kernel copies a detached tree (Linux 6.15) for a caller in the
// mount namespace in which it was made: probably that of the holder.
func (v *vantage) treeMounts(p Pin) (rows []mountinfo.Row, err error) {
	fd, err := copyFD(p)
	if err != nil {
		return nil, err
	}
	defer sys.Close(fd)
	holder := mountns.Of(v.fs.Root(), p.PID)
	defer holder.Close()
	err = holder.Enter(func() error {
		tree, err := sys.CloneTree(fd, "")
		if err != nil {
			return err
		}
		defer sys.Close(tree)
		if err := sys.NewMountNamespace(); err != nil {
			return err
		}
		if err := sys.PrivateMount("/"); err != nil {
			return err
		}
		const at = "/proc" // exists everywhere, and the working directory remains the procfs below the mount
		if err := sys.AttachTree(tree, at); err != nil {
			return err
		}
		t, err := mountns.Here()
		if err != nil {
			return err
		}
		for _, row := range t.Namespaces {
			if path, ok := strings.CutPrefix(row.Point, at+"/"); ok {
				row.Point = "/" + path
				rows = append(rows, row)
			}
		}
		return nil
	})
	return rows, err
}
