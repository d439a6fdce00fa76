package discover

import (
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/vishvananda/netns"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/helper"
	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Open opens the network namespace that a word other than a name stands for:
// pid:1234, net:[4026532177] or a bare inode number, the path of a namespace's
// file, which has a slash in it, or host for that of pid 1. Open can be the Resolve of a
// [netnsctl.Host]. The caller closes the handle.
//
// Where the leader of a process has ended, its pid stands for the namespace of a thread that
// still runs.
//
// Open looks for an inode number everywhere, as [Scan] does, and opens the namespace through
// what pins it: a mount in another mount namespace, a descriptor, a socket. It takes about as
// long as a scan, and returns no namespace with another number. The error is a bare
// syscall.Errno: ENOENT if there is no such namespace, EACCES or EPERM if the caller may not
// look, or procfs hides the process from him; or [netnsctl.ErrNoAnswer].
func Open(host netnsctl.Host, word string) (netns.NsHandle, error) {
	fd, err := open(host, word)
	if err != nil && err != syscall.EACCES && err != syscall.EPERM && !helper.GivenUp(err) {
		err = syscall.ENOENT
	}
	return netns.NsHandle(fd), err
}

func open(host netnsctl.Host, word string) (fd int, err error) {
	switch path, ino := meaning(host, word); {
	case path != "":
		if fd, err = openPath(host, path); err == syscall.ENOENT && toHidden(host, path) {
			err = syscall.EPERM
		}
		return fd, err
	case ino != 0:
		return openIno(host, ino)
	}
	return -1, syscall.ENOENT
}

// meaning reads a word that is no name: it gives the path of a file that may be a
// namespace's, or an inode number, or neither.
func meaning(host netnsctl.Host, word string) (path string, ino uint64) {
	switch {
	case strings.Contains(word, "/"):
		return word, 0
	case word == "host":
		return host.PIDPath("1"), 0
	}
	if digits, ok := strings.CutPrefix(word, "pid:"); ok {
		if pid, err := strconv.ParseUint(digits, 10, 31); err == nil && pid > 0 {
			path = procfs.NetPath(host.Helper, host.Proc(), int(pid))
		}
		return path, 0
	}
	ino, _ = netnsctl.ParseIno(word)
	return "", ino
}

// openPath opens a network namespace's file, and no other.
func openPath(host netnsctl.Host, path string) (int, error) {
	fd, err := helper.Or(host.Helper).OpenNamespace(path)
	if err != nil {
		return -1, err
	}
	if kind, err := sys.NamespaceType(fd); err != nil || kind != sys.TypeNet {
		sys.Close(fd)
		return -1, syscall.EINVAL
	}
	return fd, nil
}

// toHidden reports whether a path leads to a process that runs and that procfs does not show to
// the caller (hidepid in proc(5)).
func toHidden(host netnsctl.Host, path string) bool {
	pid, ok := procfs.ProcessOf(path, host.Proc())
	return ok && sys.IsProcess(pid) && sys.StatNoFollow(host.Proc()+"/"+strconv.Itoa(pid), &sys.FileStat{}) == syscall.ENOENT
}

// openIno looks for the namespace everywhere.
func openIno(host netnsctl.Host, ino uint64) (int, error) {
	v, err := newVantage(host)
	if err != nil {
		return -1, err
	}
	defer v.close()
	if _, err := v.look(func(_ string, run func()) { run() }); err != nil {
		return -1, err
	}
	for _, n := range v.names {
		if n.ID.Ino != ino {
			continue
		}
		if fd, err := v.helper.OpenNamespace(n.Path(host)); err == nil {
			if _, is, err := sys.Fstat(fd); err == nil && is == ino {
				return fd, nil
			}
			sys.Close(fd)
		}
	}
	for _, ns := range gather(v.seen) {
		if ns.ID.Ino == ino {
			return v.open(ns)
		}
	}
	return -1, syscall.ENOENT
}

// Lookup finds the namespace that a word means: a name before all else, then pid:1234,
// net:[4026532177] or a bare inode number, a path, or host. It is nil if there is none.
func (s *Snapshot) Lookup(word string) *Namespace {
	for _, ns := range s.Namespaces {
		if slices.Contains(ns.Names, word) {
			return ns
		}
	}
	path, ino := meaning(s.Host, word)
	if path != "" {
		if id := fileAt(s.Host, path); id.Dev == s.Own.Dev {
			ino = id.Ino
		}
	}
	return s.byIno(ino)
}

// fileAt is the device and the inode number of the file that a path leads to: zero where it leads
// nowhere, or to a file system that does not answer.
func fileAt(host netnsctl.Host, path string) (id netnsctl.ID) {
	held, err := helper.Or(host.Helper).Lookup(path)
	if err != nil {
		return id
	}
	defer sys.Close(held)
	var st sys.FileStat
	if sys.StatFD(held, &st) == nil {
		id = netnsctl.ID{Dev: st.Dev, Ino: st.Ino}
	}
	return id
}
