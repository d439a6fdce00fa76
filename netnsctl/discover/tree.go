package discover

import (
	"os"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// walkTrees looks at the directories that processes hold open on mounts which
// are in no mount namespace: each may be the root of a detached tree
// (open_tree(2)) with namespaces mounted anywhere in it.
func (s *scan) walkTrees(late *leftovers) {
	unread := 0
	for _, t := range late.trees {
		if t.ino == 0 || s.seen.has(t.ino) {
			continue
		}
		rows, err := s.treeMounts(t.pin)
		if err != nil && !gone(err) {
			unread++
		}
		for _, row := range rows {
			if ino, ok := row.ino("net:["); ok {
				p := t.pin
				p.Kind = DetachedTree
				p.Mount = &Mount{Path: row.point}
				s.pin(ino, p)
			}
		}
	}
	s.blind(Blind{What: "detached mount trees not readable", Count: unread})
}

// treeMounts lists the namespaces mounted in a detached tree. procfs shows a
// mount only where it is attached, so a copy of the tree is attached, in a mount
// namespace that ends with its thread. The kernel copies a detached tree (Linux
// 6.15) for a caller in the mount namespace that it was made in: the holder's, we
// suppose.
func (s *scan) treeMounts(p Pin) (rows []mountRow, err error) {
	pidfd, err := sys.OpenProcess(p.task())
	if err != nil {
		return nil, err
	}
	defer sys.Close(pidfd)
	fd, err := sys.CopyFD(pidfd, p.FD)
	if err != nil {
		return nil, err
	}
	defer sys.Close(fd)
	holder := MountNamespace{fd: -1, proc: s.host.Proc(), pids: []int{p.PID}}
	defer holder.close()
	err = holder.Enter(func() error {
		tree, err := sys.CloneTree(fd, "")
		if err != nil {
			return err
		}
		defer sys.Close(tree)
		if err := sys.NewMountNamespace(); err != nil {
			return err
		}
		if err := sys.PrivateMount("/"); err != nil {
			return err
		}
		const at = "/proc" // is there, and is our working directory still
		if err := sys.AttachTree(tree, at); err != nil {
			return err
		}
		text, err := os.ReadFile("thread-self/mountinfo")
		if err != nil {
			return err
		}
		var ignore mountSet
		for _, row := range parseMounts(text, &ignore).rows {
			if path, ok := strings.CutPrefix(row.point, at+"/"); ok {
				row.point = "/" + path
				rows = append(rows, row)
			}
		}
		return nil
	})
	return rows, err
}

// task is the thread whose descriptors the pin is among, and whether it is not
// a process' leading one.
func (p Pin) task() (id int, thread bool) {
	if p.TID != 0 {
		return p.TID, true
	}
	return p.PID, false
}
