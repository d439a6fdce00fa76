package procfs

import (
	"cmp"
	"os"
	"slices"
	"strconv"
	"sync"

	"github.com/netnsctl/netnsctl/netnsctl/internal/helper"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// A process that hangs in execve(2) makes everyone wait who reads most files of it in procfs
// (exec_update_lock, since Linux 6.18). So a file of another process is read by the functions
// below, [Gather] among them, and by nothing else. They return [helper.ErrSilent] for such a
// process.

// Readlink reads a link of a process, such as "/root".
func Readlink(h *helper.Helper, root string, pid int, file string) (string, error) {
	return ask(h, pid, func() (string, error) { return os.Readlink(path(root, pid, file)) }, nil)
}

// NetPath is the path of the file of the network namespace that a process is in. Where the leader
// has ended, it is that of the first thread that still runs.
func NetPath(h *helper.Helper, root string, pid int) string {
	leader := path(root, pid, "/ns/net")
	file, err := ask(h, pid, func() (string, error) {
		if _, _, err := sys.Stat(leader); !Gone(err) {
			return leader, nil
		}
		tids, err := sys.Names(path(root, pid, "/task"))
		for _, tid := range tids {
			file := path(root, pid, "/task/"+tid+"/ns/net")
			if _, _, err := sys.Stat(file); err == nil {
				return file, nil
			}
		}
		return leader, err
	}, nil)
	if err != nil {
		return leader
	}
	return file
}

// OpenNamespace is [sys.OpenNamespace] of a path such as /proc/1234/ns/net or /proc/1234/fd/3
// below the procfs at root.
func OpenNamespace(h *helper.Helper, root, path string) (int, error) {
	pid, ok := ProcessOf(path, root)
	if !ok {
		return sys.OpenNamespace(path)
	}
	return open(h, pid, func() (int, error) { return sys.OpenNamespace(path) })
}

// Open opens a file of a process for reading.
func (fs *FS) Open(pid int, file string) (int, error) {
	return open(fs.helper, pid, func() (int, error) {
		var path sys.CPath
		return sys.OpenAt(fs.fd, path.Set(pid, file))
	})
}

// Inode is the inode number of a file of a process.
func (fs *FS) Inode(pid int, file string) (uint64, error) {
	return ask(fs.helper, pid, func() (uint64, error) {
		_, ino, err := sys.Stat(fs.Path(pid, file))
		return ino, err
	}, nil)
}

// ParentOf is the parent of a process; 0 if it has none here, or cannot be read.
func (fs *FS) ParentOf(pid int) int {
	text, _ := ask(fs.helper, pid, func() ([]byte, error) { return fs.ReadFile(strconv.Itoa(pid) + "/stat") }, nil)
	parent, _ := Parent(text)
	return int(parent)
}

// FDInfo reads what the kernel tells of a descriptor; nil if that is closed.
func (fs *FS) FDInfo(pid, tid, fd int) []byte {
	text, _ := ask(fs.helper, pid, func() ([]byte, error) {
		file, err := sys.OpenAt(fs.fd, descriptor("/fdinfo/", pid, tid, fd))
		if err != nil {
			return nil, err
		}
		defer sys.Close(file)
		return sys.ReadAll(file, nil)
	}, nil)
	return text
}

// descriptor is the path of a file on a descriptor.
func descriptor(dir string, pid, tid, fd int) (path sys.CPath) {
	if tid != 0 {
		return path.SetTask(pid, tid, dir+strconv.Itoa(fd))
	}
	return path.Set(pid, dir+strconv.Itoa(fd))
}

// Has reports whether there is a process.
func (fs *FS) Has(pid int) bool { return sys.StatNoFollow(fs.Path(pid, ""), &sys.FileStat{}) == nil }

// OpenRoot holds the root directory of a process (O_PATH).
func (fs *FS) OpenRoot(pid int) (int, error) {
	return open(fs.helper, pid, func() (int, error) { return sys.OpenPathFollow(fs.Path(pid, "/root")) })
}

func open(h *helper.Helper, pid int, f func() (int, error)) (int, error) {
	fd, err := ask(h, pid, f, sys.Close)
	if err != nil {
		return -1, err
	}
	return fd, nil
}

func ask[T any](h *helper.Helper, pid int, f func() (T, error), late func(T)) (v T, err error) {
	if h != nil && h.IsSilent(pid) {
		return v, helper.ErrSilent
	}
	return helper.Try(h, pid, f, late)
}

// read reads a file for which no process makes anyone wait, as far as it is known.
func read(h *helper.Helper, root string, pid int, file string) string {
	text, _ := helper.Try(h, pid, func() ([]byte, error) { return os.ReadFile(path(root, pid, file)) }, nil)
	return string(text)
}

// Gather looks at processes, on several threads, and returns what look has found, in the order
// of pids. It leaves out the processes that do not answer, which [FS.PIDs] does as well from
// then on. look must keep nothing of what it uses.
func Gather[T any](fs *FS, pids []int, look func(r *Reader, pid int) T) []T {
	type one struct {
		n int
		v T
	}
	var mu sync.Mutex
	var all []one
	h := helper.Or(fs.helper)
	for _, n := range h.Each(len(pids), func() (func(int), func()) {
		r, some := fs.NewReader(), []one(nil)
		return func(n int) { some = append(some, one{n, look(r, pids[n])}) }, func() {
			mu.Lock()
			defer mu.Unlock()
			all = append(all, some...)
		}
	}) {
		h.Silent(pids[n])
	}
	mu.Lock()
	defer mu.Unlock()
	slices.SortFunc(all, func(a, b one) int { return cmp.Compare(a.n, b.n) })
	found := make([]T, len(all))
	for i := range all {
		found[i] = all[i].v
	}
	return found
}

// Member is a process or thread and the namespace that it is in.
type Member struct {
	PID, TID int
	Ino      uint64
	// Err says why the namespace, or a list of threads, could not be read.
	Err error
}

// Members gives the namespaces of a kind, such as "net", that processes and their threads are
// in, those included that start meanwhile: a process may end between the list and the look,
// and its child may have started since. What has ended is left out.
func (fs *FS) Members(kind string) (members []Member, err error) {
	done := map[int]bool{}
	for range maxRelists {
		pids, err := fs.PIDs()
		if err != nil {
			return nil, err
		}
		pids = slices.DeleteFunc(pids, func(pid int) bool { return done[pid] })
		if len(pids) == 0 {
			break
		}
		for _, pid := range pids {
			done[pid] = true
		}
		for _, some := range Gather(fs, pids, func(r *Reader, pid int) []Member { return r.members(pid, kind) }) {
			members = append(members, some...)
		}
	}
	return members, nil
}

func (r *Reader) members(pid int, kind string) (members []Member) {
	add := func(m Member) {
		if !Gone(m.Err) {
			members = append(members, m)
		}
	}
	err := r.EachTask(pid, func(tid int) {
		ino, err := r.Namespace(tid, kind)
		add(Member{pid, tid, ino, err})
	})
	if err != nil {
		add(Member{pid, pid, 0, err})
	}
	return members
}
