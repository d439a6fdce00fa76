// Package mountinfo reads /proc/PID/mountinfo (proc(5)): which mounts there are, on
// which file each is, and which mount covers it. It makes no system call.
package mountinfo

import (
	"bytes"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Row is one mount.
type Row struct {
	ID, Parent int
	Dev        string // "0:4"
	Root       string
	Point      string
	FSType     string
	// Shared says that the mount is in a peer group, Slave that it receives what
	// happens in one (mount_namespaces(7)).
	Shared, Slave bool
}

// parseRow reads the line
//
//	36 35 0:4 net:[4026532177] /run/netns/x rw shared:9 - nsfs nsfs rw
func parseRow(line []byte) (row Row, ok bool) {
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
	return Row{
		ID: id, Parent: parent, Dev: string(field[2]),
		Root: sys.UnescapeMount(field[3]), Point: sys.UnescapeMount(field[4]), FSType: string(fstype),
		Shared: bytes.Contains(before, []byte("shared:")), Slave: bytes.Contains(before, []byte("master:")),
	}, ok1 && ok2
}

// Ino is the inode number of the namespace that is mounted, where that is of this kind,
// such as "net".
func (r Row) Ino(kind string) (uint64, bool) { return procfs.ParseLink([]byte(r.Root), kind) }

// AnyIno is the inode number of the namespace that is mounted, of whatever kind; 0 for
// anything else.
func (r Row) AnyIno() uint64 {
	kind, _, _ := strings.Cut(r.Root, ":")
	ino, ok := r.Ino(kind)
	if r.FSType != "nsfs" || !ok {
		return 0
	}
	return ino
}

// isNsfs is a fast test of a line, which a mount with an odd path may pass, too.
func isNsfs(line []byte) bool { return bytes.Contains(line, []byte(" - nsfs ")) }

// HasRoot reports whether there is a mount on the root directory. A process that is
// chrooted into a tree which is not mounted any more sees none.
func HasRoot(text []byte) bool {
	for line := range bytes.Lines(text) {
		if row, ok := parseRow(line); ok && row.Point == "/" {
			return true
		}
	}
	return false
}

// FileSystems gives the mounts of whole file systems but those of namespaces, of which
// there may be thousands, and the device of the mount id.
func FileSystems(text []byte, id uint64) (rows []Row, device string) {
	for line := range bytes.Lines(text) {
		if isNsfs(line) {
			continue
		}
		row, ok := parseRow(line)
		if ok && row.Root == "/" {
			rows = append(rows, row)
		}
		if ok && uint64(row.ID) == id {
			device = row.Dev
		}
	}
	return rows, device
}

// Place is where a file can be found: below a mount.
type Place struct {
	MountID uint64
	Point   string
	Below   string
}

// Places finds the mounts below which a file is ([Table.File]).
func Places(text []byte, file string) (places []Place) {
	for line := range bytes.Lines(text) {
		row, ok := parseRow(line)
		if !ok {
			continue
		}
		inside, ok := strings.CutPrefix(file, row.Dev+":")
		if !ok {
			continue
		}
		if below, ok := strings.CutPrefix(inside, strings.TrimSuffix(row.Root, "/")+"/"); ok {
			places = append(places, Place{uint64(row.ID), row.Point, below})
		}
	}
	return places
}

func leadingInt(s []byte) (n int, ok bool) {
	i := 0
	for ; i < len(s) && s[i] >= '0' && s[i] <= '9'; i++ {
		n = n*10 + int(s[i]-'0')
	}
	return n, i > 0
}
