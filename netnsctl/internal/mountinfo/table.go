package mountinfo

import (
	"bytes"
	"io"
	"math"
	"strings"
)

// Table is the mounts of one mount namespace. One Table may read one mountinfo file after
// the other: it uses its memory again, and the rows that it gave stay valid. What it tells
// costs a time that is linear in the bytes of the file, however the mounts lie on one
// another.
type Table struct {
	// Namespaces are the mounts of namespaces, in the order in which they were made,
	// covered ones among them.
	Namespaces []Row
	// Networked are the mounts of file systems that hold a network namespace, mostly one that the
	// kernel does not tell, in the same order: their superblock has get_net() of the namespace in
	// which it was made (fs/nfs, fs/nfsd, net/sunrpc/rpc_pipe.c, fs/smb/client, net/ceph and fs/afs in
	// the kernel). That of sysfs has not (net_grab_current_ns in net/core/net-sysfs.c).
	Networked []Row
	// HasRoot says that there is a mount on the root directory. A process that is chrooted
	// into a tree which is not mounted any more sees none.
	HasRoot bool

	lines   lines
	texts   texts
	text    []byte  // the lines, as far as rows are made of them
	mounts  []mount // in the order of the file
	index   index
	parents [16]Row // that [Table.Parent] gave last
	file    []byte  // buffer of [Table.fileOf]
	path    []int32 // buffer of [Table.eachBelow]
}

// mount is a line of the text. [index.build] fills in what is asked for often.
type mount struct {
	begin, end  int32
	id, parent  int32
	ok          bool // it is the line of a mount
	root, point []byte
	hash        uint64 // of the mount point
}

// Read reads a mountinfo file and adds the number of every mount to seen, if that is not
// nil. spend is called after each read(2) with the mounts and bytes that it gave; its error
// ends the reading, and the Table has what was read before.
func (t *Table) Read(src io.Reader, seen *Set, spend func(mounts, bytes int) error) error {
	t.HasRoot, t.text, t.mounts, t.index.built = false, t.text[:0], t.mounts[:0], false
	var namespaces, networked []int
	err := t.lines.each(src, spend, func(line []byte) {
		id, isMount := leadingInt(line)
		line, fsType := untilType(line)
		if isMount && seen != nil {
			seen.all.add(id)
			if fsType == "proc" {
				seen.procs.add(id)
			}
		}
		if !t.HasRoot {
			f, _ := parseFields(line)
			t.HasRoot = string(f.point) == "/"
		}
		switch fsType {
		case "nsfs":
			namespaces = append(namespaces, len(t.mounts))
		case ofNetwork:
			networked = append(networked, len(t.mounts))
		}
		t.keep(line)
	})
	t.Namespaces, t.Networked = t.rows(namespaces), t.rows(networked)
	return err
}

func (t *Table) rows(indices []int) []Row {
	rows := make([]Row, 0, len(indices))
	for _, i := range indices {
		if f, ok := t.fields(i); ok {
			rows = append(rows, f.row(&t.texts))
		}
	}
	return rows
}

// ofNetwork stands for the types of [Table.Networked].
const ofNetwork = "network"

// untilType leaves out of a line what stands after the type of the file system: the options
// of some are long. It is empty for what is no line of a mount. The type is told where it is
// nsfs, proc or [ofNetwork].
func untilType(line []byte) (short []byte, fsType string) {
	before := bytes.Index(line, []byte(" - "))
	if before < 0 {
		return nil, ""
	}
	begin := before + len(" - ")
	end := begin + max(bytes.IndexByte(line[begin:], ' '), 0)
	if end == begin {
		end = len(line)
	}
	switch string(line[begin:end]) {
	case "nsfs":
		fsType = "nsfs"
	case "proc":
		fsType = "proc"
	case "nfs", "nfs4", "nfsd", "rpc_pipefs", "cifs", "smb3", "ceph", "afs":
		fsType = ofNetwork
	}
	return line[:end], fsType
}

// keep keeps a line for [Table.fields], without the paths that are too long for any use.
func (t *Table) keep(line []byte) {
	begin := len(t.text)
	if f, ok := parseFields(line); len(line) > maxPath && ok {
		t.text = f.append(t.text)
	} else {
		t.text = append(t.text, line...)
	}
	if len(t.text) > math.MaxInt32 {
		t.text = t.text[:begin]
	}
	t.mounts = append(t.mounts, mount{begin: int32(begin), end: int32(len(t.text))})
}

// fields are those of a mount.
func (t *Table) fields(i int) (fields, bool) {
	return parseFields(t.text[t.mounts[i].begin:t.mounts[i].end])
}

// Parse is the Table of a text.
func Parse(text []byte, seen *Set) *Table {
	t := &Table{}
	_ = t.Read(bytes.NewReader(text), seen, func(int, int) error { return nil })
	return t
}

// Each calls f with every mount.
func (t *Table) Each(f func(Row)) {
	for i := range t.mounts {
		if fields, ok := t.fields(i); ok {
			f(fields.row(&t.texts))
		}
	}
}

// ByID is the mount with a number.
func (t *Table) ByID(id int) (row Row, ok bool) {
	i, ok := t.find(Row{ID: id})
	if !ok {
		return row, false
	}
	f, _ := t.fields(int(i))
	return f.row(&t.texts), true
}

// Parent is the mount that another one is on; the zero Row where it is not known. Many are on
// the same few.
func (t *Table) Parent(row Row) Row {
	t.index.build(t)
	known := &t.parents[uint(row.Parent)%uint(len(t.parents))]
	if known.ID != row.Parent {
		*known, _ = t.ByID(row.Parent)
	}
	return *known
}

// Below is the path of a mount below the mount that it is on.
func (t *Table) Below(row Row) string {
	return Below(row.Point, t.Parent(row).Point)
}

// Below is [Table.Below] by the mount points.
func Below(point, parent string) string {
	return strings.TrimPrefix(strings.TrimPrefix(point, parent), "/")
}
