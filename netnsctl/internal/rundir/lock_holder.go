package rundir

import (
	"bytes"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
)

// maxHolderSearch bounds the search for the processes that have the lock.
const maxHolderSearch = 200 * time.Millisecond

// LockHolders names the processes that have the lock, for people. A user can make whoever
// looks at his processes wait: then it is the number of the one that has taken the lock.
func (d *Dir) LockHolders() string {
	found := make(chan string, 1)
	go func() { found <- d.holders() }()
	timer := time.NewTimer(2 * maxHolderSearch)
	defer timer.Stop()
	select {
	case text := <-found:
		return text
	case <-timer.C:
		if pids := d.lockers(); len(pids) > 0 {
			return "pid " + strconv.Itoa(pids[0])
		}
		return "a process that does not let itself be looked at"
	}
}

// holders is LockHolders that may wait. The process that has taken the lock may have ended
// since, and others may have its descriptor: the kernel then tells its number, which may be
// that of any process by now. So only a process counts that has the lock by a descriptor.
func (d *Dir) holders() string {
	deadline := time.Now().Add(maxHolderSearch)
	var found []int
	lockers := d.lockers()
	for _, pid := range lockers {
		if d.hasLock(pid, deadline) {
			found = append(found, pid)
		}
	}
	if len(found) == 0 {
		found = d.search(deadline)
	}
	switch {
	case len(found) > 0:
	case len(lockers) > 0 && time.Now().After(deadline):
		found = lockers[:1] // there was no time to look at its descriptors
	default:
		return "a process that is not visible here, such as one of another pid namespace"
	}
	text := procfs.Who(d.helper, d.proc, found[0])
	switch more := len(found) - 1; {
	case more == 1:
		text += " and 1 more process"
	case more > 1:
		text += " and " + strconv.Itoa(more) + " more processes"
	}
	return text
}

// search looks through all processes.
func (d *Dir) search(deadline time.Time) (found []int) {
	fs, err := procfs.Open(d.proc)
	if err != nil {
		return nil
	}
	defer fs.Close()
	pids, _ := fs.PIDs()
	for _, pid := range pids {
		if d.hasLock(pid, deadline) {
			found = append(found, pid)
		}
	}
	return found
}

// lockers are the processes that have locked a file with the inode number of the directory,
// by /proc/locks (proc_locks(5)). The kernel leaves out those of other pid namespaces.
func (d *Dir) lockers() (pids []int) {
	text, _ := os.ReadFile(d.proc + "/locks")
	for line := range bytes.Lines(text) {
		if pid, ok := d.isLock(line); ok && pid > 0 {
			pids = append(pids, pid)
		}
	}
	return pids
}

// isLock reports whether a line such as
//
//	1: FLOCK  ADVISORY  WRITE 812 00:1a:1234 0 EOF
//
// is of a lock on the directory that somebody has, and does not wait for ("->"), and who has
// taken it.
func (d *Dir) isLock(line []byte) (pid int, ok bool) {
	fields := strings.Fields(string(line))
	if len(fields) < 6 || fields[1] != "FLOCK" || !strings.HasSuffix(fields[5], ":"+strconv.FormatUint(d.stat.Ino, 10)) {
		return 0, false
	}
	pid, _ = strconv.Atoi(fields[4])
	return pid, true
}

// hasLock reports whether a process has the lock by one of its descriptors.
func (d *Dir) hasLock(pid int, deadline time.Time) bool {
	dir := d.proc + "/" + strconv.Itoa(pid)
	file, err := os.Open(dir + "/fd")
	if err != nil {
		return false
	}
	defer file.Close()
	for time.Now().Before(deadline) {
		numbers, err := file.Readdirnames(100)
		if err != nil {
			return false
		}
		for _, number := range numbers {
			// The file has a path. What has none, such as an inotify group, may have a long fdinfo.
			if target, err := os.Readlink(dir + "/fd/" + number); err != nil || !strings.HasPrefix(target, "/") {
				continue
			}
			text, _ := os.ReadFile(dir + "/fdinfo/" + number)
			for line := range bytes.Lines(text) {
				if rest, ok := bytes.CutPrefix(line, []byte("lock:")); ok {
					if _, ok := d.isLock(rest); ok {
						return true
					}
				}
			}
		}
	}
	return false
}
