package discover

import (
	"os"
	"path"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// runDirs are the paths that builds of iproute2 use for the run directory: /var/run need
// not be a link to /run.
var runDirs = []string{"/run/netns", "/var/run/netns"}

// nameElsewhere finds out whether a mount in another mount namespace is a name there: in
// the run directory of a process, which may be chrooted.
func (v *vantage) nameElsewhere(m *Mount) {
	dir, name := path.Split(m.Path)
	if !netnsctl.ValidName(name) {
		return
	}
	if v.runDirs == nil {
		v.runDirs = v.findRunDirs()
	}
	at := place{m.Namespace, path.Clean(dir), m.ParentID}
	pid, ok := v.runDirs[at]
	if at.mount = 0; !ok && !m.Covered {
		pid, ok = v.runDirs[at]
	}
	if ok {
		m.Name, m.Usable, m.Through = name, true, pid
	}
}

// findRunDirs finds the run directories of all processes, and one process for each.
func (v *vantage) findRunDirs() map[place]int {
	found := map[place]int{}
	pids, err := v.fs.PIDs()
	if err != nil {
		return found
	}
	roots := map[place]bool{}
	for _, pid := range pids {
		mnt, err1 := os.Readlink(v.fs.Path(pid, "/ns/mnt"))
		root, err2 := os.Readlink(v.fs.Path(pid, "/root"))
		ino, ok := procfs.ParseLink([]byte(mnt), "mnt")
		if !ok || err1 != nil || err2 != nil {
			continue
		}
		// The path of a root does not tell which mount it is on.
		var st sys.FileStat
		_ = sys.StatFollow(v.fs.Path(pid, "/root"), &st)
		if seen := (place{ino, root, st.MountID}); !roots[seen] {
			roots[seen] = true
			for _, dir := range append([]string{v.host.Dir()}, runDirs...) {
				if at, err := dirBelow(v.fs.Path(pid, "/root"), root, dir); err == nil {
					at.mountNamespace = ino
					found[at] = pid
				}
			}
		}
	}
	return found
}

// dirBelow finds a directory as a process sees it whose root is at the path root in its
// mount namespace.
func dirBelow(rootLink, root, dir string) (at place, err error) {
	fd, err := sys.OpenPathFollow(rootLink)
	if err != nil {
		return at, err
	}
	defer sys.Close(fd)
	found, err := sys.OpenInRoot(fd, dir)
	if err == syscall.ENOSYS {
		return place{path: path.Join(root, dir)}, nil
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
