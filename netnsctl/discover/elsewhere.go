package discover

import (
	"bytes"
	"os"
	"path"
	"strconv"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// runDirs are what iproute2 may call its run directory: builds differ, and
// /var/run need not be a link to /run.
var runDirs = []string{"/run/netns", "/var/run/netns"}

// place is a directory as a path in a mount namespace. The number of its mount tells
// it from one that is covered; it is 0 where the kernel does not say (Linux 5.8).
type place struct {
	mountNamespace uint64
	path           string
	mount          uint64
}

// nameElsewhere finds out whether a mount in another mount namespace is a name there:
// in the run directory of a process, which may be chrooted.
func (s *scan) nameElsewhere(m *Mount) {
	dir, name := path.Split(m.Path)
	if !netnsctl.ValidName(name) {
		return
	}
	if s.runDirs == nil {
		s.runDirs = s.findRunDirs()
	}
	at := place{m.Namespace, path.Clean(dir), m.ParentID}
	pid, ok := s.runDirs[at]
	if at.mount = 0; !ok && !m.Covered {
		pid, ok = s.runDirs[at]
	}
	if ok {
		m.Name, m.Usable, m.Through = name, true, pid
	}
}

// findRunDirs finds the run directories of all processes, and one process for each.
func (s *scan) findRunDirs() map[place]int {
	found := map[place]int{}
	pids, err := s.pids()
	if err != nil {
		return found
	}
	roots := map[place]bool{}
	for _, pid := range pids {
		base := s.host.Proc() + "/" + strconv.Itoa(pid)
		mnt, err1 := readlink(base + "/ns/mnt")
		root, err2 := readlink(base + "/root")
		ino, ok := linkIno([]byte(mnt), "mnt:[")
		if !ok || err1 != nil || err2 != nil {
			continue
		}
		// Which mount a root is on is not told by its path.
		var st sys.FileStat
		_ = sys.StatFollow(base+"/root", &st)
		if seen := (place{ino, root, st.MountID}); !roots[seen] {
			roots[seen] = true
			for _, dir := range append([]string{s.host.Dir()}, runDirs...) {
				if at, err := dirBelow(base+"/root", root, dir); err == nil {
					at.mountNamespace = ino
					found[at] = pid
				}
			}
		}
	}
	return found
}

// dirBelow finds a directory as a process sees it whose root is at the path root in
// its mount namespace.
func dirBelow(rootLink, root, dir string) (at place, err error) {
	fd, err := sys.OpenDir(rootLink)
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
	at.path, err = readlink(sys.FDPath(found))
	return at, err
}

// fromOutside tells whether the run directory may be in mount namespaces that we
// cannot see: outside the initial pid namespace, where it lies on a file system that
// is older than our own. (A tmpfs tells its birth since Linux 5.18; before, one that
// is older and in use looks young.)
func (s *scan) fromOutside() bool {
	var dir sys.FileStat
	if s.self.allPIDs || sys.StatFollow(s.self.runDir, &dir) != nil {
		return false
	}
	text, err := os.ReadFile(s.host.Proc() + "/thread-self/mountinfo")
	if err != nil {
		return true
	}
	var rows []mountRow
	device := ""
	for line := range bytes.Lines(text) {
		if bytes.Contains(line, []byte(" - nsfs ")) {
			continue // there may be thousands
		}
		row, ok := parseMount(line)
		if ok && row.root == "/" {
			rows = append(rows, row)
		}
		if ok && uint64(row.id) == dir.MountID {
			device = row.dev
		}
	}
	for _, row := range rows {
		if row.dev != device {
			continue
		}
		whole := dir // our root file system is older than we are
		if row.point != "/" && (sys.StatFollow(row.point, &whole) != nil || whole.MountID != uint64(row.id)) {
			continue
		}
		born := whole.Birth
		if born.IsZero() {
			born = whole.Changed
		}
		return born.Before(s.self.pids.Add(-clockSlack))
	}
	return true
}
