// Package mountinfo reads /proc/PID/mountinfo (proc(5)): which mounts there are, on
// which file each is, and which mount covers it. It makes no system call.
package mountinfo

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Row is one mount.
type Row struct {
	ID, Parent int
	Dev        string // "0:4"
	Root       string // empty if it is longer than a path may be
	Point      string
	FSType     string
	// Far says that the mount point is longer than a path may be, so that none leads there
	// (PATH_MAX, path_resolution(7)). Point then is its beginning and "…".
	Far bool
	// Group is the number of the peer group that the mount is in, Master that of the peer group
	// from which it receives what happens there; 0 if there is none (mount_namespaces(7)).
	Group, Master int
}

const (
	maxPath    = 4096                  // with the NUL byte
	maxEscaped = maxPath * len(`\040`) // as the kernel writes it
	maxShown   = 64                    // of a path that is longer
)

// fields are those of a line up to the type of the file system, as the kernel writes them:
//
//	36 35 0:4 net:[4026532177] /run/netns/x rw shared:9 - nsfs nsfs rw
type fields struct {
	id, parent                int
	dev, root, point, options []byte
	fsType                    []byte
}

func parseFields(line []byte) (f fields, ok bool) {
	before, after, found := bytes.Cut(line, []byte(" - "))
	if !found {
		return f, false
	}
	f.fsType, _, _ = bytes.Cut(after, []byte(" "))
	var number [2][]byte
	for i, field := range []*[]byte{&number[0], &number[1], &f.dev, &f.root} {
		if *field, before, found = bytes.Cut(before, []byte(" ")); !found && i < 4 {
			return f, false
		}
	}
	f.point, f.options, _ = bytes.Cut(before, []byte(" "))
	id, ok1 := leadingInt(number[0])
	parent, ok2 := leadingInt(number[1])
	f.id, f.parent = id, parent
	return f, ok1 && ok2
}

// row gives the fields as text, in which the strings of many rows are the same ones.
func (f fields) row(known *texts) Row {
	row := Row{
		ID: f.id, Parent: f.parent, Dev: known.get(f.dev), FSType: known.get(f.fsType),
		Group: f.option("shared:"), Master: f.option("master:"),
	}
	row.Root, _ = known.path(f.root)
	point, ok := known.path(f.point)
	// Where the root was cut, the point may be cut off with it.
	if row.Far = !ok || isCut(f.root); row.Far {
		point = strings.ToValidUTF8(string(f.point[:min(len(f.point), maxShown)]), "") + "…"
	}
	row.Point = point
	return row
}

// option is the number after the name of an optional field, 0 if that is not there.
func (f fields) option(name string) int {
	_, after, _ := bytes.Cut(f.options, []byte(name))
	n, _ := leadingInt(after)
	return n
}

func isCut(field []byte) bool { return bytes.IndexByte(field, cutMark) >= 0 }

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

func leadingInt(s []byte) (n int, ok bool) {
	i := 0
	for ; i < len(s) && s[i] >= '0' && s[i] <= '9'; i++ {
		n = n*10 + int(s[i]-'0')
	}
	return n, i > 0
}

// texts keeps one copy of strings that many rows have: a name is mounted at the same path in
// each of a thousand mount namespaces.
type texts struct {
	known map[string]string
	bytes int
}

// maxTexts bounds the bytes that are kept for rows to come.
const maxTexts = 2 << 20

func (t *texts) get(s []byte) string {
	if text, ok := t.known[string(s)]; ok {
		return text
	}
	if t.known == nil || t.bytes > maxTexts {
		t.known, t.bytes = map[string]string{}, 0
	}
	text := string(s)
	t.known[text] = text
	t.bytes += len(text)
	return text
}

// path is a path without the escapes of the kernel. It is not ok if it is longer than a path
// may be.
func (t *texts) path(s []byte) (text string, ok bool) {
	if len(s) >= maxEscaped || isCut(s) {
		return "", false
	}
	if bytes.IndexByte(s, '\\') < 0 {
		if len(s) >= maxPath {
			return "", false
		}
		return t.get(s), true
	}
	text = sys.UnescapeMount(s)
	return text, len(text) < maxPath
}

// append writes the fields as a line in which paths that are too long are cut.
func (f fields) append(text []byte) []byte {
	text = fmt.Appendf(text, "%d %d %s ", f.id, f.parent, f.dev)
	text = append(appendCut(text, f.root), ' ')
	text = append(appendCut(text, f.point), ' ')
	return fmt.Appendf(text, "%s - %s", f.options, f.fsType)
}

func appendCut(text, path []byte) []byte {
	if len(path) < maxEscaped {
		return append(text, path...)
	}
	return append(append(text, path[:maxShown]...), cutMark)
}
