package discover

import (
	"os"
	"path"
	"slices"
	"strings"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/helper"
	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// rootDir is the root directory of processes or threads in a mount namespace.
type rootDir struct {
	path  string
	mount uint64 // the number of the mount that it is on
	pid   int    // one of the processes
	// runDirs are the run directories below it, once they were looked up.
	runDirs  map[place]bool
	lookedUp bool
}

// nameElsewhere finds out whether a mount in another mount namespace is a name there: in
// the run directory of a process, which may be chrooted. Only the roots that are above the
// mount are asked: one may be on a file system that does not answer.
func (v *vantage) nameElsewhere(m *Mount) {
	dir, name := path.Split(m.Path)
	if !netnsctl.ValidName(name) {
		return
	}
	if slices.Contains(usualRunDirs, path.Clean(dir)) && m.Through == 0 && !m.Own {
		m.Name, m.Usable = name, !m.Covered
		return
	}
	at := place{path.Clean(dir), m.ParentID}
	anyMount := place{path: at.path}
	for _, root := range v.rootsIn(m.Namespace) {
		if !strings.HasPrefix(m.Path, strings.TrimSuffix(root.path, "/")+"/") {
			continue
		}
		v.findRunDirs(root)
		if root.runDirs[at] || !m.Covered && root.runDirs[anyMount] {
			m.Name, m.Usable, m.Through = name, true, root.pid
			return
		}
	}
}

// rootsIn are the root directories in a mount namespace.
func (v *vantage) rootsIn(mnt uint64) []*rootDir {
	if v.roots == nil {
		v.roots = v.findRoots()
	}
	return v.roots[mnt]
}

// findRoots finds the root directories of all processes, and of threads that have one of their own,
// by mount namespace.
func (v *vantage) findRoots() map[uint64][]*rootDir {
	found := map[uint64][]*rootDir{}
	pids, err := v.fs.PIDs()
	if err != nil {
		return found
	}
	type key struct {
		mnt, mount uint64
		path       string
	}
	type one struct {
		key
		pid int
	}
	known := map[key]bool{}
	for _, some := range procfs.Gather(v.fs, pids, func(r *procfs.Reader, pid int) (some []one) {
		_ = r.EachTask(pid, func(tid int) {
			if tid != pid {
				if same, err := sys.SameRoot(pid, tid); err == nil && same {
					return
				}
			}
			mnt, err := r.Namespace(tid, "mnt")
			if err != nil {
				return
			}
			root, err := os.Readlink(v.fs.Path(tid, "/root"))
			if err != nil {
				return
			}
			// The path of a root does not tell which mount it is on.
			var st sys.FileStat
			_ = sys.StatFollow(v.fs.Path(tid, "/root"), &st)
			some = append(some, one{key{mnt, st.MountID, root}, tid})
		})
		return some
	}) {
		for _, p := range some {
			if !known[p.key] {
				known[p.key] = true
				found[p.mnt] = append(found[p.mnt], &rootDir{path: p.path, mount: p.mount, pid: p.pid})
			}
		}
	}
	return found
}

// findRunDirs looks up the run directories below a root.
func (v *vantage) findRunDirs(root *rootDir) {
	if root.lookedUp {
		return
	}
	root.runDirs, root.lookedUp = map[place]bool{}, true
	for _, dir := range RunDirs(v.host) {
		at, err := v.dirBelow(root, dir)
		switch {
		case err == nil:
			root.runDirs[at] = true
		case helper.GivenUp(err):
			v.mountGaps = append(v.mountGaps, Gap{What: GapNoAnswer, Count: 1, Critical: true, PID: root.pid, Path: path.Join(root.path, dir)})
			return
		}
	}
}

// dirBelow finds a directory as a process sees it that has this root.
func (v *vantage) dirBelow(root *rootDir, dir string) (at place, err error) {
	fd, err := v.fs.OpenRoot(root.pid)
	if err != nil {
		return at, err
	}
	defer sys.Close(fd)
	found, err := v.helper.OpenPath(fd, dir, sys.InRoot|sys.Follow)
	if err == syscall.ENOSYS {
		return place{path: path.Join(root.path, dir)}, nil
	}
	if err != nil {
		return at, err
	}
	defer sys.Close(found)
	var st sys.FileStat
	if err := sys.StatFD(found, &st); err != nil {
		return at, err
	}
	at.mount = st.MountID
	at.path, err = os.Readlink(sys.FDPath(found))
	return at, err
}

// Namesake is a namespace that is mounted on the file of a stale name, and the mount.
type Namesake struct {
	ID    netnsctl.ID `json:"id"`
	Mount *Mount      `json:"mount"`
}

// noteElsewhere adds to dead files which namespaces are mounted on them in other mount namespaces: in
// that of a container that has our run directory, but not our mounts.
func (v *vantage) noteElsewhere() {
	isDead := func(n *Name) bool { return n.Cause == DeadFile }
	if !slices.ContainsFunc(v.names, isDead) {
		return
	}
	byFile := map[string][]sighting{}
	for _, s := range v.seen {
		if m := s.Pin.Mount; s.Pin.Kind == MountPin && m.Namespace != v.ownMounts && m.File != "" {
			byFile[m.File] = append(byFile[m.File], s)
		}
	}
	if len(byFile) == 0 {
		return
	}
	for _, in := range v.runDirs {
		v.placeNames(in)
	}
	for _, n := range v.names {
		if !isDead(n) {
			continue
		}
		for _, s := range byFile[n.On] {
			n.Namesakes = append(n.Namesakes, Namesake{s.ID, s.Pin.Mount})
			switch {
			case s.Pin.isNameElsewhere():
				n.Detail = s.ID.String() + " is named " + s.Pin.nameElsewhere()
			case n.Detail == "":
				n.Detail = s.ID.String() + " is mounted on it: " + s.Pin.String()
			}
		}
	}
}
