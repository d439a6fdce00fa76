package procfs

import (
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Reader reads one process after another into buffers of its own, so that a scan of
// thousands of processes allocates nothing for those that tell nothing. Each goroutine
// has its own.
type Reader struct {
	fs      *FS
	path    sys.CPath
	link    [256]byte
	entries []byte // for directory records
	numbers []int
}

// NewReader makes a reader.
func (fs *FS) NewReader() *Reader { return &Reader{fs: fs, entries: make([]byte, 32<<10)} }

// Namespace is the inode number of the namespace of a kind, such as "net", that a
// process or thread is in: procfs has an unlisted directory for each thread.
func (r *Reader) Namespace(tid int, kind string) (uint64, error) {
	link, err := r.readlink(r.fs.fd, r.path.Set(tid, "/ns/"+kind))
	if err != nil {
		return 0, err
	}
	if ino, ok := ParseLink(link, kind); ok {
		return ino, nil
	}
	return 0, syscall.EINVAL
}

func (r *Reader) readlink(dir int, path sys.CPath) ([]byte, error) {
	n, err := sys.ReadlinkAt(dir, path, r.link[:])
	return r.link[:max(n, 0)], err
}

// LinkOf reads the text of the link of a descriptor of a process, or of its thread tid where that
// is not 0, and the state of the file that it leads to.
func (r *Reader) LinkOf(pid, tid, fd int) (link []byte, st sys.FileStat, err error) {
	path := descriptor("/fd/", pid, tid, fd)
	if err = sys.StatProc(r.fs.fd, path, &st); err == nil {
		link, err = r.readlink(r.fs.fd, path)
	}
	return link, st, err
}

// Tasked reports whether a process has more threads than its leader, and its effective user,
// whom the kernel gives this directory to, whether it may be dumped or not (task_dump_owner in
// fs/proc/base.c).
func (r *Reader) Tasked(pid int) (threaded bool, uid uint32) {
	var st sys.FileStat
	if sys.StatProc(r.fs.fd, r.path.Set(pid, "/task"), &st) != nil {
		return false, 0
	}
	return st.Links > 3, st.UID // ".", ".." and the leader
}

// Threaded reports whether a process has more threads than its leader.
func (r *Reader) Threaded(pid int) bool {
	threaded, _ := r.Tasked(pid)
	return threaded
}

// Tasks lists the threads of a process. The slice is valid until the next call.
func (r *Reader) Tasks(pid int) ([]int, error) {
	dir, err := sys.OpenAt(r.fs.fd, r.path.Set(pid, "/task"))
	if err != nil {
		return nil, err
	}
	defer sys.Close(dir)
	return r.list(dir, -1)
}

// list reads the numbers in a directory, at most limit where that is not negative.
func (r *Reader) list(dir, limit int) ([]int, error) {
	r.numbers = r.numbers[:0]
	err := sys.EachNumber(dir, r.entries, func(n int) bool {
		r.numbers = append(r.numbers, n)
		return len(r.numbers) != limit
	})
	return r.numbers, err
}

// EachTask calls f with a process and then with each of its other threads.
func (r *Reader) EachTask(pid int, f func(tid int)) error {
	f(pid)
	if !r.Threaded(pid) {
		return nil
	}
	tids, err := r.Tasks(pid)
	for _, tid := range append([]int(nil), tids...) {
		if tid != pid {
			f(tid)
		}
	}
	return err
}

// EachFD calls f with every descriptor of a process, or of its thread tid where that
// is not 0, until f returns false, but with no more than most; it is E2BIG if there are more.
// count says that the size of the directory is the number of descriptors (Linux 6.2), which
// saves a system call for each process.
func (r *Reader) EachFD(pid, tid int, count bool, most int, f func(dir, fd int) bool) error {
	table := r.path.Set(pid, "/fd")
	if tid != 0 {
		table = r.path.SetTask(pid, tid, "/fd")
	}
	limit := most + 1
	if count {
		var st sys.FileStat
		if sys.StatProc(r.fs.fd, table, &st) == nil {
			limit = min(limit, int(st.Size))
		}
	}
	if limit == 0 {
		return nil
	}
	dir, err := sys.OpenAt(r.fs.fd, table)
	if err != nil {
		return err
	}
	defer sys.Close(dir)
	fds, err := r.list(dir, limit)
	for i, fd := range fds {
		if i == most || !f(dir, fd) && i < len(fds)-1 {
			return syscall.E2BIG
		}
	}
	return err
}

// CountsFDs reports whether the kernel gives the number of descriptors as the size of
// their directory (Linux 6.2).
func (fs *FS) CountsFDs(pid int) bool {
	var st sys.FileStat
	var path sys.CPath
	return sys.StatProc(fs.fd, path.Set(pid, "/fd"), &st) == nil && st.Size > 0
}

// StatFD looks at the file that descriptor fd in an open directory leads to.
func (r *Reader) StatFD(dir, fd int, st *sys.FileStat) error {
	return sys.StatProc(dir, r.path.Set(fd, ""), st)
}

// ReadFD reads the text of the link of descriptor fd in an open directory. It is valid
// until the next call.
func (r *Reader) ReadFD(dir, fd int) ([]byte, error) { return r.readlink(dir, r.path.Set(fd, "")) }
