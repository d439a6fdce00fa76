package helper

import (
	"strings"
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

// Links gives the symbolic links in the directory that is held, with what they point to, where
// they are at most limit ([sys.LinkNames]). quiet makes a copy of the directory in which a link can
// be read, and is called only if there is one; -1 is none.
func (h *Helper) Links(dir, limit int, quiet func() int) (targets map[string]string, err error) {
	a := h.Ask(Request{op: opLinks, dir: dir, limit: limit})[0]
	if a.Err != nil || len(a.Text) == 0 {
		return nil, a.Err
	}
	if bare := quiet(); bare >= 0 {
		defer h.Close(bare)
		dir = bare
	}
	targets = map[string]string{}
	for name := range strings.SplitSeq(string(a.Text), "\x00") {
		link, err := h.OpenPath(dir, name, 0)
		if err == nil {
			targets[name], _, err = steps{helper: h}.Readlink(link)
			sys.Close(link)
		}
		if GivenUp(err) {
			return nil, err
		}
		if err != nil { // it is gone, or none
			delete(targets, name)
		}
	}
	return targets, nil
}

func links(r Request) Answer {
	names, err := sys.LinkNames(r.dir, r.limit)
	if err != nil {
		return failed(err)
	}
	return Answer{Text: []byte(strings.Join(names, "\x00")), FD: -1}
}

// ReadProcessFile is [ReadFile] of a file in procfs about a process. Where it does not answer,
// nothing else of the process is asked.
func ReadProcessFile(pid int, path string, limit int) Request {
	r := ReadFile(path, limit)
	r.pid = pid
	return r
}
