// Package procfs reads processes, threads and their namespaces from procfs (proc(5)).
// Errors are bare errnos.
package procfs

import (
	"os"
	"strconv"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl/internal/helper"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// FS is an open procfs. A thread in any mount namespace can read it.
type FS struct {
	root string
	fd   int
	// helper knows the processes that do not answer. It may be nil.
	helper *helper.Helper
}

// Open opens the procfs that is mounted at root.
func Open(root string) (*FS, error) {
	fd, err := sys.OpenDir(root)
	if err != nil {
		return nil, err
	}
	return &FS{root: root, fd: fd}, nil
}

// OpenWith is [Open]. PIDs leaves out the processes that did not answer h a short time ago.
func OpenWith(root string, h *helper.Helper) (*FS, error) {
	fs, err := Open(root)
	if err == nil {
		fs.helper = h
	}
	return fs, err
}

// Close closes the procfs.
func (fs *FS) Close() { sys.Close(fs.fd) }

// IsOwn reports whether the procfs at root shows the processes of our pid namespace, with the
// numbers that they have there.
func IsOwn(root string) bool {
	self, err := os.Readlink(root + "/self")
	return err == nil && self == strconv.Itoa(os.Getpid())
}

// FD is the descriptor of the root directory.
func (fs *FS) FD() int { return fs.fd }

// Root is the path at which the procfs is mounted.
func (fs *FS) Root() string { return fs.root }

// Helper knows the processes that do not answer. It may be nil.
func (fs *FS) Helper() *helper.Helper { return fs.helper }

// Path is the path of a file of a process, such as "/ns/net".
func (fs *FS) Path(pid int, file string) string { return path(fs.root, pid, file) }

func path(root string, pid int, file string) string {
	return root + "/" + strconv.Itoa(pid) + file
}

// ReadFile reads a file, whose path is relative to the root.
func (fs *FS) ReadFile(path string) ([]byte, error) {
	fd, err := sys.OpenAt(fs.fd, append(sys.CPath(path), 0))
	if err != nil {
		return nil, err
	}
	defer sys.Close(fd)
	return sys.ReadAll(fd, nil)
}

// PIDs lists the processes, but not the calling one: its descriptors are open for the scan
// only, and would count as pins.
func (fs *FS) PIDs() ([]int, error) {
	dir, err := sys.OpenDir(fs.root) // fs.fd has a position that other readers share
	if err != nil {
		return nil, err
	}
	defer sys.Close(dir)
	pids, self := make([]int, 0, 1024), os.Getpid()
	err = sys.EachNumber(dir, make([]byte, 64<<10), func(pid int) bool {
		if pid != self && (fs.helper == nil || !fs.helper.IsSilent(pid)) {
			pids = append(pids, pid)
		}
		return true
	})
	return pids, err
}

// maxRelists bounds how often a list of processes is read again while new ones keep
// starting.
const maxRelists = 20

// NetworkUsers gives, for each network namespace that a process or one of its threads
// is in, the first such process, which may live for longest. The key is the inode number of the namespace. unread are processes
// of which that could not be told.
func NetworkUsers(root string, h *helper.Helper) (users map[uint64]int, unread []int, err error) {
	fs, err := OpenWith(root, h)
	if err != nil {
		return nil, nil, err
	}
	defer fs.Close()
	members, err := fs.Members("net")
	users = map[uint64]int{}
	for _, m := range members {
		switch {
		case m.Err != nil:
			unread = append(unread, m.PID)
		case users[m.Ino] == 0:
			users[m.Ino] = m.PID
		}
	}
	return users, unread, err
}

// Gone reports whether an error says that the process or the file has gone.
func Gone(err error) bool { return err == syscall.ENOENT || err == syscall.ESRCH }
