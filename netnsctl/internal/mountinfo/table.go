package mountinfo

import (
	"bytes"
	"path"
	"slices"
	"strings"
)

// Table is the mounts of one mount namespace.
type Table struct {
	// Namespaces are the mounts of namespaces, in the order in which they were made,
	// covered ones among them.
	Namespaces []Row
	// children are all mounts by the mount that they are on and their path. It and byID
	// are empty where no namespace is mounted.
	children map[child]int
	byID     map[int]Row
	covers   map[int]string // what [Table.onWay] has worked out
}

type child struct {
	parent int
	point  string
}

// Parse reads a mountinfo file and adds the number of every mount to seen, if that is
// not nil.
func Parse(text []byte, seen *Set) *Table {
	t := &Table{}
	for line := range bytes.Lines(text) {
		if id, ok := leadingInt(line); ok && seen != nil {
			seen.add(id)
		}
		if isNsfs(line) {
			if row, ok := parseRow(line); ok && row.FSType == "nsfs" {
				t.Namespaces = append(t.Namespaces, row)
			}
		}
	}
	if len(t.Namespaces) > 0 {
		t.index(text)
	}
	return t
}

// ParseAll is [Parse] for those who ask for other mounts than those of namespaces.
func ParseAll(text []byte) *Table {
	t := &Table{}
	t.index(text)
	return t
}

func (t *Table) index(text []byte) {
	t.children, t.byID = map[child]int{}, map[int]Row{}
	for line := range bytes.Lines(text) {
		if row, ok := parseRow(line); ok {
			t.children[child{row.Parent, row.Point}] = row.ID
			t.byID[row.ID] = row
		}
	}
}

// ByID is the mount with a number.
func (t *Table) ByID(id int) (Row, bool) {
	row, ok := t.byID[id]
	return row, ok
}

// Parent is the mount that another one is on; the zero Row where it is not known.
func (t *Table) Parent(row Row) Row { return t.byID[row.Parent] }

// Cover finds what keeps every path from leading to a mount: another mount on it, or on
// a directory on the way. Where there are several, point is that of the outermost one, to
// which a path leads.
func (t *Table) Cover(row Row) (point string, covered bool) {
	if point := t.onWay(row); point != "" {
		return point, true
	}
	_, above := t.children[child{row.ID, row.Point}]
	return row.Point, above
}

// onWay gives the mount point of the outermost mount that covers a directory on the way to
// a mount; empty if there is none. It is worked out once for each mount: thousands may lie
// on one another.
func (t *Table) onWay(row Row) string {
	if t.covers == nil {
		t.covers = map[int]string{}
	}
	for _, row := range pathTo(t, row, t.covers) {
		point := ""
		for dir := parentDir(row.Point); dir != ""; dir = parentDir(dir) {
			if id, ok := t.children[child{row.Parent, dir}]; ok && id != row.Parent {
				point = dir
			}
		}
		if outer := t.covers[row.Parent]; outer != "" && row.Parent != row.ID {
			point = outer
		}
		t.covers[row.ID] = point
	}
	return t.covers[row.ID]
}

// pathTo gives a mount and the mounts that it is on, the lowest first, down to one that is
// known. All of them are known afterwards, so none is in it twice: the table was not read in
// one instant.
func pathTo[V any](t *Table, row Row, known map[int]V) (rows []Row) {
	for {
		if _, ok := known[row.ID]; ok {
			break
		}
		var none V
		known[row.ID] = none
		rows = append(rows, row)
		if up, ok := t.byID[row.Parent]; ok {
			row = up
		}
	}
	slices.Reverse(rows)
	return rows
}

// Covered reports whether no path leads to a mount.
func (t *Table) Covered(row Row) bool {
	_, covered := t.Cover(row)
	return covered
}

// Carries reports whether a mount of something else lies directly on a mount.
func (t *Table) Carries(row Row) bool {
	id, above := t.children[child{row.ID, row.Point}]
	return above && t.byID[id].Root != row.Root
}

// File says which file a mount is on, as device and path in the file system, whatever
// path leads there: all mounts on one file end when that is unlinked. It is empty where
// the parent mount is not known.
func (t *Table) File(row Row) string {
	parent, ok := t.byID[row.Parent]
	if !ok {
		return ""
	}
	return parent.Dev + ":" + path.Join(parent.Root, t.Below(row))
}

// EachOn calls f with each mount and with each of the asked files that it ends with: the
// file that the mount is on, and those that the mounts below it are on.
func (t *Table) EachOn(asked func(file string) bool, f func(file string, row Row)) {
	ends := map[int][]string{} // the files by mount
	for _, row := range t.byID {
		for _, row := range pathTo(t, row, ends) {
			files := ends[row.Parent]
			if file := t.File(row); asked(file) && !slices.Contains(files, file) {
				files = append(slices.Clip(files), file)
			}
			ends[row.ID] = files
		}
		for _, file := range ends[row.ID] {
			f(file, row)
		}
	}
}

// Below is the path of a mount below the mount that it is on.
func (t *Table) Below(row Row) string {
	return strings.TrimPrefix(strings.TrimPrefix(row.Point, t.byID[row.Parent].Point), "/")
}

// parentDir is "" above the root.
func parentDir(dir string) string {
	if dir == "/" {
		return ""
	}
	i := strings.LastIndexByte(dir, '/')
	if i <= 0 {
		return dir[:i+1]
	}
	return dir[:i]
}

// Set is a set of mount numbers. The kernel keeps these small: it gives out the lowest
// that is free.
type Set struct{ bits []uint64 }

const maxMountID = 1 << 26

func (s *Set) add(id int) {
	if id < 0 || id > maxMountID {
		return
	}
	for id/64 >= len(s.bits) {
		s.bits = append(s.bits, 0)
	}
	s.bits[id/64] |= 1 << (id % 64)
}

// Has reports whether a number is in the set.
func (s *Set) Has(id uint64) bool {
	return id/64 < uint64(len(s.bits)) && s.bits[id/64]&(1<<(id%64)) != 0
}
