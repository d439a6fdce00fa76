package discover

import (
	"bytes"
	"path"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// mountRow is a line of mountinfo (proc(5)).
type mountRow struct {
	id, parent int
	dev        string // "0:4"
	root       string
	point      string
	fstype     string
	// shared says that it is in a peer group, slave that it gets what happens in one
	// (mount_namespaces(7)).
	shared, slave bool
}

// mountTable is one mount namespace.
type mountTable struct {
	rows []mountRow // of nsfs
	// children are all mounts by the mount that they are on and their path,
	// filled in only where rows is not empty.
	children map[child]int
	byID     map[int]mountRow
}

type child struct {
	parent int
	point  string
}

// parseMounts reads the mounts of nsfs, in the order in which they were made,
// and notes every mount's number. Covered mounts are among them.
func parseMounts(mountinfo []byte, seen *mountSet) *mountTable {
	t := &mountTable{}
	for line := range bytes.Lines(mountinfo) {
		id, _ := leadingInt(line)
		seen.add(id)
		if bytes.Contains(line, []byte(" - nsfs ")) {
			if row, ok := parseMount(line); ok && row.fstype == "nsfs" {
				t.rows = append(t.rows, row)
			}
		}
	}
	if len(t.rows) > 0 {
		t.index(mountinfo)
	}
	return t
}

func (t *mountTable) index(mountinfo []byte) {
	t.children, t.byID = map[child]int{}, map[int]mountRow{}
	for line := range bytes.Lines(mountinfo) {
		if row, ok := parseMount(line); ok {
			t.children[child{row.parent, row.point}] = row.id
			t.byID[row.id] = row
		}
	}
}

// cover finds what keeps every path from leading to a mount: another one on it,
// or on a directory on the way.
func (t *mountTable) cover(row mountRow) (point string, covered bool) {
	if _, above := t.children[child{row.id, row.point}]; above {
		return row.point, true
	}
	for range len(t.byID) { // at most: the table was not read in one instant
		for dir := parentDir(row.point); dir != ""; dir = parentDir(dir) {
			if id, ok := t.children[child{row.parent, dir}]; ok && id != row.parent {
				return dir, true
			}
		}
		up, ok := t.byID[row.parent]
		if !ok || up.id == row.id {
			return "", false
		}
		row = up
	}
	return "", false
}

func (t *mountTable) covered(row mountRow) bool {
	_, covered := t.cover(row)
	return covered
}

// carries tells whether a mount of something else lies directly on a mount.
func (t *mountTable) carries(row mountRow) bool {
	id, above := t.children[child{row.id, row.point}]
	return above && t.byID[id].root != row.root
}

// onFile says which file a mount is on, whatever path leads there: all mounts on
// one file go when it is unlinked. It is empty where the parent is not known.
func (t *mountTable) onFile(row mountRow) string {
	parent, ok := t.byID[row.parent]
	if !ok {
		return ""
	}
	return parent.dev + ":" + path.Join(parent.root, t.inParent(row))
}

// under calls f with the files that a mount goes with: those that it is on, and that
// the mounts below it are on.
func (t *mountTable) under(row mountRow, f func(file string)) {
	for range len(t.byID) { // at most: the table was not read in one instant
		f(t.onFile(row))
		up, ok := t.byID[row.parent]
		if !ok || up.id == row.id {
			return
		}
		row = up
	}
}

// inParent is a mount's path below the mount that it is on.
func (t *mountTable) inParent(row mountRow) string {
	return strings.TrimPrefix(strings.TrimPrefix(row.point, t.byID[row.parent].point), "/")
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

// parseMount reads the line
//
//	36 35 0:4 net:[4026532177] /run/netns/x rw shared:9 - nsfs nsfs rw
func parseMount(line []byte) (row mountRow, ok bool) {
	before, after, found := bytes.Cut(line, []byte(" - "))
	if !found {
		return row, false
	}
	var field [5][]byte
	for i := range field {
		if field[i], before, found = bytes.Cut(before, []byte(" ")); !found && i < len(field)-1 {
			return row, false
		}
	}
	fstype, _, _ := bytes.Cut(after, []byte(" "))
	id, ok1 := leadingInt(field[0])
	parent, ok2 := leadingInt(field[1])
	return mountRow{
		id: id, parent: parent, dev: string(field[2]),
		root: sys.UnescapeMount(field[3]), point: sys.UnescapeMount(field[4]), fstype: string(fstype),
		shared: bytes.Contains(before, []byte("shared:")), slave: bytes.Contains(before, []byte("master:")),
	}, ok1 && ok2
}

// ino is the inode number of the namespace that is mounted, if it has the type
// that prefix ("net:[") says.
func (r mountRow) ino(prefix string) (uint64, bool) { return linkIno([]byte(r.root), prefix) }

func leadingInt(s []byte) (n int, ok bool) {
	i := 0
	for ; i < len(s) && s[i] >= '0' && s[i] <= '9'; i++ {
		n = n*10 + int(s[i]-'0')
	}
	return n, i > 0
}

// mountSet is a set of mount numbers, which the kernel keeps small: it hands out
// the lowest that is free.
type mountSet struct{ bits []uint64 }

const maxMountID = 1 << 26

func (m *mountSet) add(id int) {
	if id < 0 || id > maxMountID {
		return
	}
	for id/64 >= len(m.bits) {
		m.bits = append(m.bits, 0)
	}
	m.bits[id/64] |= 1 << (id % 64)
}

func (m *mountSet) has(id uint64) bool {
	return id/64 < uint64(len(m.bits)) && m.bits[id/64]&(1<<(id%64)) != 0
}
