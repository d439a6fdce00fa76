package mountinfo

import (
	"bytes"
	"hash/maphash"
	"math/bits"
)

// index finds mounts by their number and by where they are.
type index struct {
	built    bool
	size     int             // of the largest table since the maps were made
	byID     map[int32]int32 // places in [Table.mounts]
	children map[child]int32 // all mounts by the mount that they are on and their path
	// cover is, for each mount, the outermost mount that covers a directory on the way to
	// it, or one of the two values below.
	cover []int32
	// parents are the mounts that others are on; nil before it is needed.
	parents map[int32]bool
}

const (
	notKnown = -1
	noCover  = -2
)

type child struct {
	parent int32
	point  uint64 // a hash of the path
}

// build fills the index once for each file.
func (x *index) build(t *Table) {
	if x.built {
		return
	}
	// To clear a map costs as much as the largest table that was in it.
	if n := len(t.mounts); x.byID == nil || x.size > 4*n+1000 {
		x.byID, x.children, x.size = make(map[int32]int32, n), make(map[child]int32, n), n
	} else {
		clear(x.byID)
		clear(x.children)
		x.size = max(x.size, n)
	}
	x.built, x.cover, x.parents, t.parents = true, x.cover[:0], nil, [len(t.parents)]Row{}
	for i := range t.mounts {
		x.cover = append(x.cover, notKnown)
		m := &t.mounts[i]
		f, ok := t.fields(i)
		if m.ok = ok; !ok {
			continue
		}
		m.id, m.parent, m.root, m.point, m.hash = int32(f.id), int32(f.parent), f.root, f.point, hashOf(f.point)
		x.byID[m.id] = int32(i)
		x.children[child{m.parent, m.hash}] = int32(i)
	}
}

// bears says which mounts others are on.
func (x *index) bears(t *Table) map[int32]bool {
	if x.parents == nil {
		x.parents = make(map[int32]bool, len(t.mounts))
		for i := range t.mounts {
			if m := &t.mounts[i]; m.ok && m.parent != m.id {
				x.parents[m.parent] = true
			}
		}
	}
	return x.parents
}

// find is the place of a mount.
func (t *Table) find(row Row) (i int32, ok bool) {
	t.index.build(t)
	i, ok = t.index.byID[int32(row.ID)]
	return i, ok && !row.Far
}

// Cover finds what keeps every path from leading to a mount: another mount on it, or on
// a directory on the way. Where there are several, by is the outermost one, to which a path
// leads. It is the zero Row if the path of the mount is too long.
func (t *Table) Cover(row Row) (by Row, covered bool) {
	i, ok := t.find(row)
	if !ok {
		return by, row.Far
	}
	place := t.onWay(i)
	if place < 0 {
		if place, covered = t.above(i); !covered {
			return by, false
		}
	}
	f, _ := t.fields(int(place))
	return f.row(&t.texts), true
}

// Bears reports whether a mount lies on another one, or on what is mounted over the whole of
// that: umount(8) refuses to unmount it at its path (EBUSY).
func (t *Table) Bears(row Row) bool {
	i, ok := t.find(row)
	for steps := 0; ok && steps < len(t.mounts); steps++ {
		above, more := t.above(i)
		if !more {
			return t.index.bears(t)[t.mounts[i].id]
		}
		i = above
	}
	return false
}

// Covered reports whether no path leads to a mount.
func (t *Table) Covered(row Row) bool {
	i, ok := t.find(row)
	if !ok {
		return row.Far
	}
	_, above := t.above(i)
	return above || t.onWay(i) >= 0
}

// Carries reports whether a mount of something else lies directly on a mount.
func (t *Table) Carries(row Row) bool {
	i, ok := t.find(row)
	if !ok {
		return false
	}
	by, above := t.above(i)
	return above && !bytes.Equal(t.mounts[by].root, t.mounts[i].root)
}

// above is the mount directly on a mount.
func (t *Table) above(i int32) (by int32, ok bool) {
	m := &t.mounts[i]
	by, ok = t.index.children[child{m.id, m.hash}]
	return by, ok
}

// onWay is the outermost mount that covers a directory on the way to a mount. It is worked out
// once for each mount: thousands may lie on one another.
func (t *Table) onWay(i int32) (by int32) {
	x := &t.index
	t.eachBelow(i, func(i int32) (known bool) {
		known = x.cover[i] != notKnown
		if !known {
			x.cover[i] = noCover
		}
		return known
	}, func(i, parent int32) {
		if parent >= 0 && x.cover[parent] >= 0 {
			x.cover[i] = x.cover[parent]
		} else {
			x.cover[i] = t.onWayFrom(parent, i)
		}
	})
	return x.cover[i]
}

// eachBelow calls f with a mount and with those that it is on, the lowest first, down to one
// that is known; parent is -1 where the table does not have it. A mount that was asked for
// once must be known: a table that was not read in one instant may have a circle.
func (t *Table) eachBelow(i int32, known func(i int32) bool, f func(i, parent int32)) {
	path := t.path[:0]
	for !known(i) {
		path = append(path, i)
		if parent, ok := t.index.byID[t.mounts[i].parent]; ok {
			i = parent
		}
	}
	t.path = path
	for len(path) > 0 {
		i, path = path[len(path)-1], path[:len(path)-1]
		parent, ok := t.index.byID[t.mounts[i].parent]
		if !ok || parent == i {
			parent = -1
		}
		f(i, parent)
	}
}

// onWayFrom is [Table.onWay] for the directories between a mount and the one that it is on.
func (t *Table) onWayFrom(parent, i int32) (by int32) {
	m, shortest := &t.mounts[i], 0
	if parent >= 0 {
		shortest = len(t.mounts[parent].point)
	}
	by = noCover
	eachDir(m.point, func(hash uint64, length int) bool {
		if length < shortest {
			return true
		}
		if other, ok := t.index.children[child{m.parent, hash}]; ok && other != parent {
			by = other
		}
		return by < 0
	})
	return by
}

// seed keeps people from making paths with the same hash.
var seed = maphash.MakeSeed()

// eachDir calls f with the hash of each directory on the way to a path, the root first, and
// with the length of the directory's path, until f returns false. It gives the hash of the
// path. That is linear in the bytes of the path, which may have thousands of directories.
func eachDir(path []byte, f func(hash uint64, length int) bool) uint64 {
	const odd = 0x9e3779b97f4a7c15
	hash, length := uint64(1), len("/")
	rest := bytes.TrimPrefix(path, []byte("/"))
	for len(rest) > 0 && f(hash, length) {
		name, after, _ := bytes.Cut(rest, []byte("/"))
		hash = bits.RotateLeft64(hash, 29)*odd ^ maphash.Bytes(seed, name)
		length, rest = len(path)-len(after)-1, after
	}
	return hash
}

func hashOf(path []byte) uint64 {
	return eachDir(path, func(uint64, int) bool { return true })
}
