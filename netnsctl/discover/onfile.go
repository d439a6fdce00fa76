package discover

import (
	"maps"
	"os"
	"strconv"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// FileMount is a mount of anything on a file, or on another mount there. It ends with
// the file: to unlink that unmounts it in every mount namespace (since Linux 3.18,
// detach_mounts in fs/namespace.c).
type FileMount struct {
	// Namespace is the inode number of the mount namespace, Through a process in
	// it, 0 if none.
	Namespace uint64
	Through   int
	Path      string
	// Ino is the inode number of the namespace that is mounted, of whatever type; 0
	// for anything else. Net says that it is a network namespace.
	Ino uint64
	Net bool
	// Private says that it stays when a mount on the same file is unmounted elsewhere,
	// and is not in a peer group, as what `ip netns add` makes.
	Private bool
}

// String tells the mount to people, without quoting.
func (m FileMount) String() string {
	what := "something is mounted on its file"
	if m.Ino != 0 {
		what = "another namespace is mounted on its file"
	}
	what += " at " + m.Path + " in mnt:[" + strconv.FormatUint(m.Namespace, 10) + "]"
	if m.Through == 0 {
		return what
	}
	return what + " of pid " + strconv.Itoa(m.Through)
}

// FileMounts are mounts by the file that they are on ([Mount.File]).
type FileMounts struct {
	// Asked are the files that were looked for.
	Asked map[string]bool
	On    map[string][]FileMount
}

// Other finds a mount on a file that is not of the namespace ino and for which
// counts is true.
func (all FileMounts) Other(file string, ino uint64, counts func(FileMount) bool) (m FileMount, found bool) {
	for _, m := range all.On[file] {
		if (m.Ino == 0 || m.Ino != ino) && counts(m) {
			return m, true
		}
	}
	return m, false
}

// add adds those of a mount namespace's mounts that are on one of the files.
func (all FileMounts) add(m *MountNamespace, mountinfo []byte) {
	var t mountTable
	t.index(mountinfo)
	for _, row := range t.byID {
		t.under(row, func(file string) {
			if all.Asked[file] {
				all.On[file] = append(all.On[file], t.fileMount(m, row))
			}
		})
	}
}

// fileMounts reads all mount namespaces for what is mounted on the files of names,
// and on those of the mounts of namespaces that no process is in.
func (s *scan) fileMounts() FileMounts {
	all := FileMounts{map[string]bool{}, map[string][]FileMount{}}
	ask := func(file string) {
		if file != "" {
			all.Asked[file] = true
		}
	}
	for _, n := range s.snap.Names {
		ask(n.On)
	}
	for _, ns := range s.nets {
		for _, p := range ns.Pins {
			if p.Kind == MountPin && ns.Verdict != InUse {
				ask(p.Mount.File)
			}
		}
	}
	for _, m := range s.mounts {
		if text, err := s.mountinfo(m); err == nil {
			all.add(m, text)
		}
	}
	return all
}

func (t *mountTable) fileMount(m *MountNamespace, row mountRow) FileMount {
	_, net := row.ino("net:[")
	on := t.byID[row.parent]
	private := !row.shared && !row.slave && !on.shared && !on.slave
	return FileMount{Namespace: m.Ino, Through: m.witness(), Path: row.point, Ino: row.anyIno(), Net: net, Private: private}
}

// anyIno is the inode number of the namespace that is mounted, of whatever type.
func (r mountRow) anyIno() uint64 {
	_, number, _ := strings.Cut(r.root, ":")
	ino, ok := linkIno([]byte(number), "[")
	if r.fstype != "nsfs" || !ok {
		return 0
	}
	return ino
}

// MountsNow looks anew at what [Snapshot.OnFile] has: in the mount namespaces that
// the snapshot keeps, and in those of all processes that there are now.
func (s *Snapshot) MountsNow() (all FileMounts, err error) {
	now := &scan{host: s.Host, snap: &Snapshot{}, nets: map[uint64]*Namespace{}, mounts: map[uint64]*MountNamespace{}}
	if err := now.prepare(); err != nil {
		return all, err
	}
	defer sys.Close(now.proc)
	pids, err := now.pids()
	if err != nil {
		return all, err
	}
	w := newWalker(now)
	for _, pid := range append(pids, os.Getpid()) {
		w.eachTask(pid, w.inMount)
	}
	now.merge([]*walker{w})
	now.listMountNamespaces()
	kept := maps.Clone(s.MountNamespaces)
	for ino, m := range now.mounts {
		defer m.close()
		kept[ino] = m
	}
	all = FileMounts{s.OnFile.Asked, map[string][]FileMount{}}
	for _, m := range kept {
		text, err := now.mountinfo(m)
		switch {
		case err == nil:
			all.add(m, text)
		case !gone(err):
			return all, netnsctl.NewOpError(netnsctl.OpReadProc, "", m.Name(), err)
		}
	}
	return all, nil
}

// Name is the mount namespace's name in procfs.
func (m *MountNamespace) Name() string { return "mnt:[" + strconv.FormatUint(m.Ino, 10) + "]" }
