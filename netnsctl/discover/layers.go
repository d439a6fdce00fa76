package discover

import (
	"path"
	"slices"

	"github.com/netnsctl/netnsctl/netnsctl/internal/mountinfo"
	"github.com/netnsctl/netnsctl/netnsctl/internal/mountns"
)

// Layer is a mount on the file of a name, in the mount namespace of the scan. The kernel does
// not unlink the file there as long as it has one (EBUSY, is_local_mountpoint in
// fs/namespace.c).
type Layer struct {
	FileMount
	// Cover is where the mount is that covers it, and CoverBears says that other mounts lie on
	// that, as in [Mount]. Cover is empty where a path leads to the layer.
	Cover      string
	CoverBears bool
	// Follows says of a layer beside the path of the name that it ends when those on the path
	// are unmounted: it is on a peer, or on a slave, of what one of them is on
	// (propagate_umount in fs/pnode.c).
	Follows bool
}

// String describes the layer for people, without quoting.
func (l Layer) String() string {
	text := l.What() + " at " + l.Path
	if l.Cover != "" {
		text += ", but " + CoveredBy + l.Cover
	}
	return text
}

// Busy finds the layer that keeps the kernel from unlinking the file of the name when the
// layers to which its path leads are unmounted.
func (n *Name) Busy() (l Layer, busy bool) {
	for _, l := range n.Beside {
		if !l.Follows {
			return l, true
		}
	}
	return l, false
}

// placeLayers fills in [Name.Layers] and [Name.Beside]. t is the table of our own mount
// namespace.
func (v *vantage) placeLayers(names []*Name, on mountns.FileMounts, t *mountinfo.Table) {
	for _, n := range names {
		file, above := n.in.path+"/"+path.Base(n.Name), map[int]Layer{}
		var here []Layer
		for _, m := range on.On[n.On] {
			if m.Namespace != v.ownMounts {
				continue
			}
			row, _ := t.ByID(int(m.ID))
			l := Layer{FileMount: m}
			if cover, covered := t.Cover(row); covered {
				l.Cover, l.CoverBears = cover.Point, t.Bears(cover)
			}
			here = append(here, l)
			if row.Point == file {
				above[row.Parent] = l
			}
		}
		onPath, groups := map[uint64]bool{}, map[int]bool{}
		for l, ok := above[int(n.in.mount)]; ok && !onPath[l.ID]; l, ok = above[int(l.ID)] {
			n.Layers = append(n.Layers, l)
			onPath[l.ID] = true
			groups[parentOf(t, l).Group] = true
		}
		slices.Reverse(n.Layers)
		delete(groups, 0)
		for _, l := range here {
			if !onPath[l.ID] {
				parent := parentOf(t, l)
				l.Follows = groups[parent.Group] || groups[parent.Master]
				n.Beside = append(n.Beside, l)
			}
		}
	}
}

// parentOf is the mount that a layer is on.
func parentOf(t *mountinfo.Table, l Layer) mountinfo.Row {
	row, _ := t.ByID(int(l.ID))
	return t.Parent(row)
}
