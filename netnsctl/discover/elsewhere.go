package discover

import (
	"bytes"
	"os"
	"path"
	"strconv"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// runDirs are what iproute2 may call its run directory: builds differ, and
// /var/run need not be a link to /run.
var runDirs = []string{"/run/netns", "/var/run/netns"}

// nameElsewhere finds out whether a mount in another mount namespace is a name there:
// in the run directory below the root of a process, which may be chrooted.
func (s *scan) nameElsewhere(m *Mount) {
	dir, name := path.Split(m.Path)
	for _, run := range append([]string{s.self.runDir}, runDirs...) {
		root, ok := strings.CutSuffix(strings.TrimSuffix(dir, "/"), run)
		if !ok || !netnsctl.ValidName(name) {
			continue
		}
		if pid := s.rootedAt(m.Namespace, root); pid != 0 {
			m.Name, m.Usable, m.Through = name, true, pid
			return
		}
	}
}

// root is a root directory of processes: a path in a mount namespace, "" for its own.
type root struct {
	mountNamespace uint64
	path           string
}

// rootedAt gives a process with a root directory, 0 if there is none.
func (s *scan) rootedAt(mountNamespace uint64, path string) (pid int) {
	if s.roots == nil {
		s.roots = s.readRoots()
	}
	return s.roots[root{mountNamespace, path}]
}

func (s *scan) readRoots() map[root]int {
	found := map[root]int{}
	pids, err := s.pids()
	if err != nil {
		return found
	}
	for _, pid := range pids {
		base := s.host.Proc() + "/" + strconv.Itoa(pid)
		mnt, err1 := readlink(base + "/ns/mnt")
		dir, err2 := readlink(base + "/root")
		if ino, ok := linkIno([]byte(mnt), "mnt:["); ok && err1 == nil && err2 == nil {
			found[root{ino, strings.TrimSuffix(dir, "/")}] = pid
		}
	}
	return found
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
