package helper

import (
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// OpenPath only holds the file path below the directory dir (O_PATH), -1 for the root
// directory. It asks a child only where the kernel does not have the whole path in its cache.
// The error is [ErrSilent] where a file system does not answer.
func (h *Helper) OpenPath(dir int, path string, how sys.How) (int, error) {
	fd, err := sys.HoldCached(dir, path, how)
	if err != syscall.EAGAIN {
		return fd, err
	}
	a := h.Ask(Request{op: opOpenPath, dir: dir, path: path, how: how})[0]
	return a.FD, a.Err
}

func openPath(r Request) Answer {
	fd, err := sys.HoldNoAutomount(r.dir, r.path, r.how)
	if err != nil {
		return failed(err)
	}
	return Answer{FD: fd}
}

// ReadFile asks for the first bytes of a regular file, which is opened only if it is one. A
// larger file is EFBIG; one in procfs has no size, and is cut off.
func ReadFile(path string, limit int) Request {
	return Request{op: opReadFile, dir: -1, path: path, limit: limit}
}

func readFile(r Request) Answer {
	held, err := sys.HoldNoAutomount(-1, r.path, 0)
	if err != nil {
		return failed(err)
	}
	defer sys.Close(held)
	text, err := sys.ReadHeld(held, r.limit)
	if err != nil {
		return failed(err)
	}
	return Answer{Text: text, FD: -1}
}

// ReadProcessFile is [ReadFile] of a file in procfs about a process. Where it does not answer,
// nothing else of the process is asked.
func ReadProcessFile(pid int, path string, limit int) Request {
	r := ReadFile(path, limit)
	r.pid = pid
	return r
}
