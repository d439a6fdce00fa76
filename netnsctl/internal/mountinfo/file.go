package mountinfo

import (
	"path"
	"strings"
)

// File says which file a mount is on, as device and path in the file system, whatever
// path leads there: all mounts on one file end when that is unlinked. It is empty where
// the parent mount is not known, or a path is too long.
func (t *Table) File(row Row) string { return t.texts.get(t.fileOf(row)) }

// fileOf is [Table.File] in a buffer that the next call uses again.
func (t *Table) fileOf(row Row) []byte {
	t.file = t.file[:0]
	parent := t.Parent(row)
	if parent.Root == "" || row.Far {
		return nil
	}
	t.file = append(append(append(t.file, parent.Dev...), ':'), parent.Root...)
	if below := t.Below(row); below != "" {
		if parent.Root != "/" {
			t.file = append(t.file, '/')
		}
		t.file = append(t.file, below...)
	}
	return t.file
}

// OnItself reports whether a mount shows the very directory that it is mounted on, as that of a
// run directory does: `ip netns` makes it a mount that propagates.
func (t *Table) OnItself(row Row) bool {
	return row.Root != "" && string(t.fileOf(row)) == row.Dev+":"+row.Root
}

// files is a list of files, without the first one that of the mount below.
type files struct {
	file string
	more *files
}

// EachOn calls f with each mount and with each of the asked files that it ends with: the
// file that the mount is on, and those that the mounts below it are on. It ends when f returns
// false: each of thousands of mounts may end with each of thousands of files.
func (t *Table) EachOn(asked func(file []byte) bool, f func(file string, row Row) bool) {
	t.index.build(t)
	ends, done, goOn := make([]*files, len(t.mounts)), make([]bool, len(t.mounts)), true
	known := func(i int32) bool {
		before := done[i]
		done[i] = true
		return before
	}
	for i := 0; i < len(t.mounts) && goOn; i++ {
		t.eachBelow(int32(i), known, func(i, parent int32) {
			fields, ok := t.fields(int(i))
			if !ok || !goOn {
				return
			}
			row := fields.row(&t.texts)
			if parent >= 0 {
				ends[i] = ends[parent]
			}
			if file := t.fileOf(row); asked(file) && !ends[i].has(file) {
				ends[i] = &files{string(file), ends[i]}
			}
			for on := ends[i]; on != nil && goOn; on = on.more {
				goOn = f(on.file, row)
			}
		})
	}
}

func (l *files) has(file []byte) bool {
	for ; l != nil; l = l.more {
		if l.file == string(file) {
			return true
		}
	}
	return false
}

// FileSystems gives the mounts of whole file systems but those of namespaces, of which
// there may be thousands, and the device of the mount id.
func (t *Table) FileSystems(id uint64) (rows []Row, device string) {
	t.Each(func(row Row) {
		if row.FSType == "nsfs" {
			return
		}
		if row.Root == "/" {
			rows = append(rows, row)
		}
		if uint64(row.ID) == id {
			device = row.Dev
		}
	})
	return rows, device
}

// Shows gives the paths at which mounts show a file, by its device and the path in the file system.
// Another mount may cover one.
func (t *Table) Shows(dev, file string) (paths []string) {
	for i := range t.mounts {
		f, ok := t.fields(i)
		if !ok || string(f.dev) != dev {
			continue
		}
		row := f.row(&t.texts)
		if below, inside := strings.CutPrefix(file+"/", strings.TrimSuffix(row.Root, "/")+"/"); inside && !row.Far {
			paths = append(paths, path.Join(row.Point, below))
		}
	}
	return paths
}
