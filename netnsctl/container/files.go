package container

import (
	"encoding/json"
	"path"
	"slices"
	"strings"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl/internal/budget"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// maxFile is far more than the size of a state file.
const maxFile = 4 << 20

// files are those below a root.
type files struct {
	root string
	// unread gets the paths of those that are there and could not be read; it may be nil.
	unread *[]string
}

// tree is a directory of a runtime. Its owner may be an ordinary user.
type tree struct {
	sys.Tree
	files files
	path  string // below the root
	// account bounds what is read of an ordinary user; else it is nil.
	account *budget.Account
}

func (f files) open(path string) tree {
	return tree{Tree: sys.OpenTree(f.root + path), files: f, path: path}
}

// missed notes that a file, or what is in a directory, could not be read.
func (t tree) missed(file string) {
	file = path.Join(t.path, file)
	if all := t.files.unread; all != nil && !slices.Contains(*all, file) {
		*all = append(*all, file)
	}
}

// isNone reports whether an error says that there is no file, or something else.
func isNone(err error) bool {
	return slices.Contains([]error{syscall.ENOENT, syscall.ENOTDIR, syscall.ELOOP, syscall.EINVAL}, err)
}

// Read is [sys.Tree.Read] within the account.
func (t tree) Read(file string, limit int) ([]byte, error) {
	if err := t.account.Spend(budget.Amount{Items: 1}); err != nil {
		return nil, err
	}
	text, err := t.Tree.Read(file, limit)
	if err != nil && !isNone(err) {
		t.missed(file)
	}
	_ = t.account.Spend(budget.Amount{Bytes: len(text)})
	return text, err
}

// json decodes a file into v.
func (t tree) json(file string, v any) bool {
	text, err := t.Read(file, maxFile)
	if err != nil {
		return false
	}
	if err = json.Unmarshal(text, v); err != nil {
		t.missed(file)
	}
	return err == nil
}

// entries gives the file names in a directory, in alphabetical order.
func (t tree) entries(dir string) []string {
	if t.account.Over() {
		return nil
	}
	names, err := t.Names(dir)
	if err != nil && err != syscall.ENOENT && err != syscall.ENOTDIR {
		t.missed(dir)
	}
	slices.Sort(names)
	return names
}

// record is a file that a pattern stands for, below a tree that is open during the call.
type record struct {
	tree
	file string
	// match are the parts of the path for which an asterisk stands.
	match   []string
	runtime string
}

// each calls f with the files that a pattern stands for, where an asterisk stands for a part of
// one name. A link leads to the directory before the first asterisk only.
func (all files) each(pattern string, f func(record)) {
	parts := strings.Split(pattern, "/")
	first := slices.IndexFunc(parts, func(part string) bool { return strings.Contains(part, "*") })
	if first < 0 {
		first = len(parts) - 1
	}
	t := all.open(strings.Join(parts[:first], "/"))
	defer t.Close()
	t.walk(record{tree: t}, parts[first:], f)
}

func (t tree) walk(at record, parts []string, f func(record)) {
	if len(parts) == 0 {
		f(at)
		return
	}
	before, after, wild := strings.Cut(parts[0], "*")
	if !wild {
		at.file = path.Join(at.file, parts[0])
		t.walk(at, parts[1:], f)
		return
	}
	for _, name := range t.entries(at.file) {
		rest, ok := strings.CutPrefix(name, before)
		if match, fits := strings.CutSuffix(rest, after); ok && fits {
			next := at
			next.file = path.Join(at.file, name)
			next.match = append(slices.Clone(at.match), match)
			t.walk(next, parts[1:], f)
		}
	}
}
