// Package rundir looks at the entries of the run directory, and removes them. Errors are
// bare errnos.
package rundir

import (
	"syscall"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl/internal/helper"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Dir is an open run directory.
type Dir struct {
	path string
	proc string // where procfs is mounted
	// helper follows links.
	helper *helper.Helper
	fd     int
	// under is a copy of the mount that shows the files below the mounts on the names, and
	// links whose times of access stay; -1 where the caller may not make one. To end it takes
	// long, so it is made when it is first needed ([Dir.below]).
	under    int
	hasUnder bool
	// waiter is the descriptor that has the lock if [Dir.Lock] had to wait, else -1.
	waiter int
	stat   sys.FileStat
	nsfs   uint64 // the device of namespaces' files
}

// Open opens the run directory at path. proc is where procfs is mounted. h follows links.
func Open(path, proc string, h *helper.Helper) (*Dir, error) {
	nsfs, _, err := sys.Stat(proc + "/thread-self/ns/net")
	if err != nil {
		return nil, err
	}
	fd, err := sys.OpenDir(path)
	if err != nil {
		return nil, err
	}
	d := &Dir{path: path, proc: proc, helper: helper.Or(h), fd: fd, under: -1, waiter: -1, nsfs: nsfs}
	if err := sys.StatFD(fd, &d.stat); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

// Current reports whether the path of the run directory still leads there.
func (d *Dir) Current() bool {
	var now sys.FileStat
	err := sys.StatFollow(d.path, &now)
	return err == nil && now.Dev == d.stat.Dev && now.Ino == d.stat.Ino && now.MountID == d.stat.MountID
}

// below is the copy of the mount, -1 if there is none.
func (d *Dir) below() int {
	if d.hasUnder {
		return d.under
	}
	d.hasUnder = true
	if under, err := sys.CloneMount(d.fd, ""); err == nil {
		d.under = under
		_ = sys.KeepAccessTimes(under)
	}
	return d.under
}

// Close closes the directory.
func (d *Dir) Close() {
	sys.Close(d.fd)
	if d.under >= 0 {
		d.helper.Close(d.under)
	}
}

// Path is that with which the directory was opened.
func (d *Dir) Path() string { return d.path }

// MountID is the number of the mount that the directory is on (Linux 5.8), else 0.
func (d *Dir) MountID() uint64 { return d.stat.MountID }

// OnTmpfs reports whether the directory lies on a tmpfs, where nothing is older than the
// boot.
func (d *Dir) OnTmpfs() bool { return sys.OnTmpfs(d.fd) }

// Born is when the directory was made; zero where its file system does not tell.
func (d *Dir) Born() time.Time { return d.stat.Birth }

// Remove removes a file, or an empty directory. It is EBUSY where something is mounted
// on it here.
func (d *Dir) Remove(f Entry) error {
	if f.File.Type == sys.KindDirectory {
		return sys.Rmdir(d.fd, f.Name)
	}
	return sys.Unlink(d.fd, f.Name)
}

// IsOpen reports whether a process has the file of an entry open that nothing is mounted on, as
// one must that locks it. It is false where that cannot be told.
func (d *Dir) IsOpen(e Entry) bool { return sys.IsOpenElsewhere(d.fd, e.Name, 0) }

// RemoveEverywhere removes a file with all that is mounted on it, in every mount
// namespace.
func (d *Dir) RemoveEverywhere(name string) error {
	under := d.below()
	if under < 0 {
		return syscall.EBUSY
	}
	return sys.UnlinkElsewhere(under, name)
}
