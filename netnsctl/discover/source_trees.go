package discover

import (
	"slices"
	"strings"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl/internal/helper"
	"github.com/netnsctl/netnsctl/netnsctl/internal/mountinfo"
	"github.com/netnsctl/netnsctl/netnsctl/internal/mountns"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// maxTrees bounds the time for detached trees: each takes a copy of a mount namespace, and
// anyone may make thousands.
const maxTrees = 500 * time.Millisecond

// detachedTrees sees what is mounted in trees that belong to no mount namespace: each
// directory which a process has open on an unknown mount may be the root of a detached
// tree (open_tree(2)). A mount that several descriptors are of is looked at once.
func detachedTrees(v *vantage) (seen []sighting, gaps []Gap) {
	holders := map[uint64][]openFile{}
	var order []uint64
	for _, f := range v.classFiles(directory) {
		if f.id == 0 || v.mountIDs.Has(f.id) {
			continue
		}
		if holders[f.id] == nil {
			order = append(order, f.id)
		}
		holders[f.id] = append(holders[f.id], f)
	}
	begin := time.Now()
	for _, id := range order {
		first := holders[id][0].pin(DetachedTree)
		over := time.Since(begin) > maxTrees
		var rows []mountinfo.Row
		var err error
		if !over {
			rows, err = v.treeMounts(first)
		}
		if over || err != nil && !closedMeanwhile(err) {
			// Before Linux 6.15 every detached tree is a gap, which must not stop a clean-up.
			gaps = append(gaps, Gap{What: GapDetachedTrees, Count: 1, Critical: over || helper.GivenUp(err), PID: first.PID})
		}
		for _, row := range rows {
			ino, ok := row.Ino("net")
			if row.FSType != "nsfs" {
				v.addDetached(row, holders[id][0])
			}
			if !ok {
				continue
			}
			for _, f := range holders[id] {
				p := f.pin(DetachedTree)
				p.Mount = &Mount{Path: row.Point}
				seen = append(seen, v.sighting(ino, p))
			}
		}
	}
	return seen, gaps
}

// treeMounts lists the namespaces that are mounted in a detached tree, and the file systems that
// hold a network namespace. Procfs shows a mount only where it is attached, so a copy of the tree
// is attached, in a mount namespace that ends with its thread. The kernel copies a detached tree
// (Linux 6.15) for a caller in the mount namespace in which it was made: probably that of the
// holder.
func (v *vantage) treeMounts(p Pin) (rows []mountinfo.Row, err error) {
	fd, err := v.helper.OpenPath(-1, v.fs.Root()+"/"+fdPath(p), sys.Follow)
	if err != nil {
		return nil, err
	}
	defer sys.Close(fd)
	holder := mountns.Of(v.fs.Root(), p.PID)
	holder.Helper = v.helper
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
		for _, row := range slices.Concat(t.Namespaces, t.Networked) {
			if path, ok := strings.CutPrefix(row.Point+"/", at+"/"); ok {
				row.Point = "/" + strings.TrimSuffix(path, "/")
				rows = append(rows, row)
			}
		}
		return nil
	})
	return rows, err
}
