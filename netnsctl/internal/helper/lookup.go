package helper

import (
	"path"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Lookup only holds (O_PATH) what a path leads to, such as one on a command line. It follows
// links, and asks a child where the kernel does not have a part of the path in its cache. The
// error is [ErrSilent] where a file system, or a process in procfs, does not answer.
//
// This process follows the links of procfs itself: "self" would be the child there.
func (h *Helper) Lookup(path string) (int, error) {
	fd, err := sys.TryCached(-1, path, sys.Follow)
	if err != syscall.EAGAIN {
		return fd, err
	}
	return sys.HoldInSteps(path, sys.Follow, steps{helper: h})
}

// LookupEntry is Lookup of a file directly in a directory that answers. Only where the file is
// a link to another file system it may have to ask a child.
func (h *Helper) LookupEntry(file string) (int, error) {
	fd, err := sys.TryCached(-1, file, sys.Follow)
	if err != syscall.EAGAIN {
		return fd, err
	}
	if fd, err = sys.OpenPath(file); err != nil {
		return -1, err
	}
	var st sys.FileStat
	if err := sys.StatFD(fd, &st); err == nil && st.Kind() != sys.KindLink {
		return fd, nil
	}
	sys.Close(fd)
	return sys.HoldInSteps(file, sys.Follow, steps{h, path.Dir(file)})
}

// lookupLink is Lookup that does not follow a link at the end of the path.
func (h *Helper) lookupLink(path string) (int, error) {
	fd, err := sys.TryCached(-1, path, 0)
	if err != syscall.EAGAIN {
		return fd, err
	}
	return sys.HoldInSteps(path, 0, steps{helper: h})
}

// Readlink reads a path's own symbolic link, if it is one. It asks a child as Lookup does.
func (h *Helper) Readlink(path string) (target string, isLink bool, err error) {
	fd, err := h.lookupLink(path)
	if err != nil {
		return "", false, err
	}
	defer sys.Close(fd)
	var st sys.FileStat
	if err := sys.StatFD(fd, &st); err != nil || st.Kind() != sys.KindLink {
		return "", false, err
	}
	target, _, err = steps{helper: h}.Readlink(fd)
	return target, true, err
}

// OpenNamespace is [sys.OpenNamespace] of a path that [Helper.Lookup] looks up.
func (h *Helper) OpenNamespace(path string) (int, error) {
	held, err := h.Lookup(path)
	if err != nil {
		return -1, err
	}
	defer sys.Close(held)
	return sys.OpenHeld(held)
}

// FollowProcess only holds what a link of a process in procfs leads to. It is [ErrSilent] for a process
// that hangs in execve(2).
func (h *Helper) FollowProcess(path string) (int, error) { return steps{helper: h}.Follow(-1, path) }

// Refused is [sys.Refused] of a file that a path leads to and that is held.
func (h *Helper) Refused(held int, file string) error {
	if (steps{h, path.Dir(file)}).answers(held) {
		return sys.Refused(file)
	}
	return h.Ask(Request{op: opRefused, dir: held})[0].Err
}

// steps are those of a walk that does not wait.
type steps struct {
	helper *Helper
	dir    string // a directory that answers, if one is known
}

func (s steps) Hold(dir int, part string) (int, error) {
	switch {
	case isOn("/proc", dir):
		return s.wait(func() (int, error) { return sys.Hold(dir, part, 0) })
	case s.answers(dir):
		return sys.Hold(dir, part, 0)
	}
	return s.helper.OpenPath(dir, part, 0)
}

func (s steps) Readlink(link int) (target string, onProc bool, err error) {
	switch {
	case isOn("/proc", link):
		type read struct {
			target string
			onProc bool
		}
		r, err := onThread(s.helper, func() (r read, err error) {
			r.target, r.onProc, err = sys.ReadHeldLink(link)
			return r, err
		})
		return r.target, r.onProc, err
	case s.answers(link):
		return sys.ReadHeldLink(link)
	}
	a := s.helper.Ask(Request{op: opReadlink, dir: link})[0]
	return string(a.Text), len(a.Numbers) > 0, a.Err
}

func (s steps) Follow(dir int, part string) (int, error) {
	return s.wait(func() (int, error) { return sys.HoldFollow(dir, part) })
}

// wait waits for a thread that makes a descriptor.
func (s steps) wait(hold func() (int, error)) (int, error) {
	fd, err := onThread(s.helper, hold)
	if err != nil {
		return -1, err
	}
	return fd, nil
}

// onThread calls f on another thread, which is given up where it waits for too long.
func onThread[T any](h *Helper, f func() (T, error)) (v T, err error) {
	err = ErrSilent
	h.Each(1, func() (func(int), func()) {
		called, got, failed := false, *new(T), error(nil)
		return func(int) { called = true; got, failed = f() }, func() {
			if called { // not on a thread that has joined one that waits
				v, err = got, failed
			}
		}
	})
	return v, err
}

// answers reports whether a file is on a file system without which nothing goes on anyway.
func (s steps) answers(fd int) bool { return isOn("/", fd) || s.dir != "" && isOn(s.dir, fd) }

// isOn reports whether a file is on the file system of the directory dir. It asks none.
func isOn(dir string, fd int) bool {
	var st, there sys.FileStat
	return sys.StatFD(fd, &st) == nil && sys.StatFollow(dir, &there) == nil && st.Dev == there.Dev
}

func readlink(r Request) Answer {
	text, onProc, err := sys.ReadHeldLink(r.dir)
	if err != nil {
		return failed(err)
	}
	a := Answer{Text: []byte(text), FD: -1}
	if onProc {
		a.Numbers = []uint64{1}
	}
	return a
}

func refused(r Request) Answer {
	if err := sys.Refused(sys.FDPath(r.dir)); err != nil {
		return failed(err)
	}
	return told()
}
