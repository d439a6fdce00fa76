package discover

import (
	"slices"
	"strings"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl/internal/budget"
	"github.com/netnsctl/netnsctl/netnsctl/internal/helper"
	"github.com/netnsctl/netnsctl/netnsctl/internal/mountinfo"
	"github.com/netnsctl/netnsctl/netnsctl/internal/mountns"
	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
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
	if v.opts.Files {
		v.inTrees = v.filesOfMounts()
	}
	account := budget.New(budget.Amount{Kept: maxTreeFiles}, nil)
	begin := time.Now()
	for _, id := range order {
		first := holders[id][0].pin(DetachedTree)
		over := time.Since(begin) > maxTrees
		var rows []treeRow
		var err error
		if !over {
			rows, err = v.treeMounts(first, func(t *mountinfo.Table) error {
				return v.inTrees.AddTree(v.treeHolder(holders[id]), t, treeAt, account)
			})
		}
		if over || err != nil && !closedMeanwhile(err) {
			// Before Linux 6.15 every detached tree is a gap, which must not stop a clean-up.
			gaps = append(gaps, Gap{What: GapDetachedTrees, Count: 1, Critical: over || helper.GivenUp(err) || err == budget.ErrOver, PID: first.PID})
		}
		for _, row := range rows {
			ino, ok := row.Ino("net")
			if row.FSType != "nsfs" {
				v.addDetached(row.Row, holders[id][0])
			}
			if !ok {
				continue
			}
			for _, f := range holders[id] {
				p := f.pin(DetachedTree)
				p.Mount = &Mount{Path: row.Point, File: row.file}
				seen = append(seen, v.sighting(ino, p))
			}
		}
	}
	return seen, gaps
}

// maxTreeFiles bounds the bytes that are kept of the mounts on files.
const maxTreeFiles = 5 << 20

// filesOfMounts asks for the files of the names and of the mounts that were seen.
func (v *vantage) filesOfMounts() mountns.FileMounts {
	var files []string
	for _, n := range slices.Concat(v.names, v.deadFiles) {
		files = append(files, n.On)
	}
	for _, s := range v.seen {
		if s.Pin.Kind == MountPin {
			files = append(files, s.Pin.Mount.File)
		}
	}
	return mountns.NewFileMounts(files...)
}

// treeHolder tells who holds a tree: where one of its holders is not a process of an ordinary
// user, that one.
func (v *vantage) treeHolder(holders []openFile) (m mountns.FileMount) {
	for _, f := range holders {
		if uid, _ := procfs.UserOf(v.helper, v.fs.Root(), f.pid); m.Through == 0 || uid <= 0 {
			p := f.pin(DetachedTree)
			m = mountns.FileMount{Through: p.PID, Tree: p.How()}
			if uid <= 0 {
				break
			}
		}
	}
	m.Describe(v.helper, v.fs.Root())
	return m
}

// treeRow is a mount in a detached tree. Its path is that from the root of the tree, and its file
// as [Mount.File] has it.
type treeRow struct {
	mountinfo.Row
	file string
}

// treeAt is where the copy of a tree is attached: it exists everywhere, and the working directory
// remains the procfs below the mount.
const treeAt = "/proc"

// treeMounts lists the namespaces that are mounted in a detached tree, and the file systems that
// hold a network namespace. Procfs shows a mount only where it is attached, so a copy of the tree
// is attached, in a mount namespace that ends with its thread. The kernel copies a detached tree
// (Linux 6.15) for a caller in the mount namespace in which it was made: probably that of the
// holder. look is called with the table of that mount namespace.
func (v *vantage) treeMounts(p Pin, look func(*mountinfo.Table) error) (rows []treeRow, err error) {
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
		if err := sys.AttachTree(tree, treeAt); err != nil {
			return err
		}
		t, err := mountns.Here()
		if err != nil {
			return err
		}
		for _, row := range slices.Concat(t.Namespaces, t.Networked) {
			if path, ok := strings.CutPrefix(row.Point+"/", treeAt+"/"); ok {
				file := t.File(row)
				row.Point = "/" + strings.TrimSuffix(path, "/")
				rows = append(rows, treeRow{row, file})
			}
		}
		return look(t)
	})
	return rows, err
}
