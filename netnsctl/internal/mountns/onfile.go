package mountns

import (
	"maps"
	"strconv"
	"strings"
	"unsafe"

	"github.com/netnsctl/netnsctl/netnsctl/internal/budget"
	"github.com/netnsctl/netnsctl/netnsctl/internal/helper"
	"github.com/netnsctl/netnsctl/netnsctl/internal/mountinfo"
	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
)

// FileMount is a mount of anything on a file, or on another mount there. It ends with
// the file: to unlink that unmounts it in every mount namespace (since Linux 3.18,
// detach_mounts in fs/namespace.c).
type FileMount struct {
	// Namespace is the inode number of the mount namespace, and Through a process in it, 0 if
	// there is none but ours; Empty says that nobody is in it. ID is the number of the mount in
	// mountinfo, which the kernel uses again. Namespace and ID are 0 in a detached tree.
	Namespace uint64
	Empty     bool
	ID        uint64
	Through   int
	Path      string
	// Tree says for people with what the process Through holds the detached tree (open_tree(2))
	// that the mount is in; it is empty in a mount namespace.
	Tree string
	// Command is the name of the process Through, and User the user who answers for it, if that
	// is not root. They are empty before [FileMount.Describe].
	Command, User string
	UID           int64
	// Ino is the inode number of the namespace that is mounted, of whatever type; 0 for
	// anything else. Net says that it is a network namespace.
	Ino uint64
	Net bool
	// Private says that the mount is in no peer group, so that it stays when a mount on
	// the same file is unmounted elsewhere. What `ip netns add` makes is shared.
	Private bool
}

// String describes the mount for people, without quoting.
func (m FileMount) String() string {
	what := m.What() + " at " + m.Path + " in "
	if m.Tree != "" {
		what += "a " + m.Tree
	} else {
		what += "mnt:[" + strconv.FormatUint(m.Namespace, 10) + "]"
	}
	switch {
	case m.Empty:
		return what + ", which has no process"
	case m.Through == 0:
		return what
	}
	return what + " of " + procfs.Label(m.Through, m.Command, m.User)
}

// What describes the mount for people, without its place.
func (m FileMount) What() string {
	switch {
	case m.Net:
		return "net:[" + strconv.FormatUint(m.Ino, 10) + "] is mounted on its file"
	case m.Ino != 0:
		return "a namespace of another type is mounted on its file"
	}
	return "something is mounted on its file"
}

// Describe fills in the command and the user of the process.
func (m *FileMount) Describe(h *helper.Helper, root string) {
	if m.Through == 0 {
		return
	}
	m.Command = procfs.Command(h, root, m.Through)
	if uid, _ := procfs.UserOf(h, root, m.Through); uid > 0 {
		m.UID, m.User = uid, procfs.UserName(uid)
	}
}

// FileMounts are mounts by the file that they are on ([mountinfo.Table.File]).
type FileMounts struct {
	// Asked are the files that were looked for.
	Asked map[string]bool
	On    map[string][]FileMount
}

// NewFileMounts asks for what is mounted on files. The empty file is none.
func NewFileMounts(files ...string) FileMounts {
	all := FileMounts{map[string]bool{}, map[string][]FileMount{}}
	for _, file := range files {
		if file != "" {
			all.Asked[file] = true
		}
	}
	return all
}

// Other finds a mount on a file that is not of the namespace ino and for which counts is
// true.
func (all FileMounts) Other(file string, ino uint64, counts func(FileMount) bool) (m FileMount, found bool) {
	for _, m := range all.On[file] {
		if (m.Ino == 0 || m.Ino != ino) && counts(m) {
			return m, true
		}
	}
	return m, false
}

// Same reports whether two looks saw the same mount.
func (m FileMount) Same(now FileMount) bool {
	return m.Namespace == now.Namespace && m.ID == now.ID && m.Path == now.Path && m.Ino == now.Ino
}

// Add adds the mounts of a mount namespace that are on one of the files.
func (all FileMounts) Add(m *Namespace, t *mountinfo.Table, account *budget.Account) (err error) {
	asked := func(file []byte) bool { return all.Asked[string(file)] }
	t.EachOn(asked, func(file string, row mountinfo.Row) bool {
		_, net := row.Ino("net")
		on := t.Parent(row)
		all.On[file] = append(all.On[file], FileMount{
			Namespace: m.Ino, Empty: m.Empty(), ID: uint64(row.ID), Through: m.Member(), Path: row.Point, Ino: row.AnyIno(), Net: net,
			Private: row.Group+row.Master+on.Group+on.Master == 0,
		})
		err = account.Spend(budget.Amount{Kept: fileMountSize + len(row.Point)})
		return err == nil
	})
	return err
}

// AddTree adds the mounts of a detached tree that are on one of the files. t is the table of a
// mount namespace in which a copy of the tree is attached to the directory at, and holder tells who
// holds the tree.
func (all FileMounts) AddTree(holder FileMount, t *mountinfo.Table, at string, account *budget.Account) (err error) {
	asked := func(file []byte) bool { return all.Asked[string(file)] }
	t.EachOn(asked, func(file string, row mountinfo.Row) bool {
		path, below := strings.CutPrefix(row.Point, at+"/")
		if !below {
			return true
		}
		m := holder
		m.Path, m.Ino = "/"+path, row.AnyIno()
		_, m.Net = row.Ino("net")
		all.On[file] = append(all.On[file], m)
		err = account.Spend(budget.Amount{Kept: fileMountSize + len(path)})
		return err == nil
	})
	return err
}

const fileMountSize = int(unsafe.Sizeof(FileMount{}))

// Again reads anew what is mounted on the files: in the mount namespaces that are kept
// open, in those of all processes that there are now and, where unused is set, in those
// that nobody is in. unread are those that could not be read; with the error nothing could.
func (all FileMounts) Again(root string, h *helper.Helper, kept All, unused bool) (now FileMounts, unread []Unread, err error) {
	fs, err := procfs.OpenWith(root, h)
	if err != nil {
		return now, nil, err
	}
	defer fs.Close()
	current, err := Read(fs, unused)
	if err != nil {
		return now, nil, err
	}
	defer current.Close()
	every := maps.Clone(kept)
	maps.Copy(every, current)
	now = FileMounts{all.Asked, map[string][]FileMount{}}
	return now, NewReader(fs, nil).Each(every, now.Add), nil
}
