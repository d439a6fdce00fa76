package sys

import (
	"strings"

	"golang.org/x/sys/unix"
)

// ErrAutomount says that a path leads into a directory that autofs would mount first
// ([HoldNoAutomount]).
const ErrAutomount = unix.EREMOTE

// maxLinks is how many symbolic links a path may have, as in the kernel.
const maxLinks = 40

// HoldNoAutomount is [Hold] that makes autofs mount nothing. Only with [InRoot] it may do so.
func HoldNoAutomount(dirfd int, path string, how How) (int, error) {
	if how&InRoot != 0 {
		return Hold(dirfd, path, how)
	}
	if fd, err := HoldCached(dirfd, path, how); err != unix.EAGAIN {
		return fd, err
	}
	return walkTo(dirfd, path, how)
}

// walkTo follows a path by one part after the other. The kernel would walk into what autofs
// mounts for it.
func walkTo(dirfd int, path string, how How) (int, error) {
	switch {
	case path == "":
		return -1, unix.ENOENT
	case how&Beneath != 0 && strings.HasPrefix(path, "/"):
		return -1, unix.EXDEV
	}
	if strings.HasSuffix(path, "/") {
		how |= Follow | DirectoryOnly
	}
	w := walk{how: how, rest: path}
	start := "."
	if dirfd < 0 {
		start = "/"
	}
	err := w.enter(dirfd, start)
	for w.rest != "" && err == nil {
		err = w.step()
	}
	if err == nil && how&DirectoryOnly != 0 {
		var st FileStat
		if err = StatFD(w.fd, &st); err == nil && st.Kind() != KindDirectory {
			err = unix.ENOTDIR
		}
	}
	if err != nil {
		w.close()
		return -1, err
	}
	return w.fd, nil
}

// walk is a path that is being followed.
type walk struct {
	how   How
	fd    int // where it is, if held
	held  bool
	rest  string
	links int
}

func (w *walk) close() {
	if w.held {
		unix.Close(w.fd)
		w.held = false
	}
}

// enter goes to a path below dirfd.
func (w *walk) enter(dirfd int, path string) error {
	fd, err := holdAt(dirfd, path, 0)
	if err == nil {
		w.move(fd)
	}
	return err
}

func (w *walk) move(fd int) {
	w.close()
	w.fd, w.held = fd, true
}

// step goes on by one part.
func (w *walk) step() error {
	if strings.HasPrefix(w.rest, "/") {
		if err := w.enter(-1, "/"); err != nil {
			return err
		}
	}
	part, rest, _ := strings.Cut(strings.TrimLeft(w.rest, "/"), "/")
	w.rest = strings.TrimLeft(rest, "/")
	switch {
	case part == "":
		return nil
	case part == ".." && w.how&Beneath != 0:
		return unix.EXDEV
	}
	next, err := w.hold(part)
	if err != nil {
		return err
	}
	var st FileStat
	if err := StatFD(next, &st); err != nil {
		unix.Close(next)
		return err
	}
	if st.Kind() != KindLink || w.rest == "" && w.how&(Follow|NoLinks) == 0 {
		w.move(next)
		return nil
	}
	defer unix.Close(next)
	return w.follow(part, next)
}

// hold holds the next part. autofs mounts nothing for one that the kernel has in its cache.
func (w *walk) hold(part string) (int, error) {
	next, err := HoldCached(w.fd, part, 0)
	if err != unix.EAGAIN {
		return next, err
	}
	if isOn(w.fd, unix.AUTOFS_SUPER_MAGIC) {
		return -1, ErrAutomount
	}
	return holdAt(w.fd, part, unix.O_NOFOLLOW)
}

// follow goes where the symbolic link that is held leads.
func (w *walk) follow(part string, link int) error {
	if w.links++; w.links > maxLinks || w.how&NoLinks != 0 {
		return unix.ELOOP
	}
	if isOn(link, unix.PROC_SUPER_MAGIC) { // which may lead where no path does
		return w.enter(w.fd, part)
	}
	target, err := readHeldLink(link)
	if err != nil {
		return err
	}
	if w.how&Beneath != 0 && strings.HasPrefix(target, "/") {
		return unix.EXDEV
	}
	if w.rest != "" {
		target += "/" + w.rest
	}
	w.rest = target
	return nil
}

// isOn reports whether a file is on a file system of a type.
func isOn(fd int, kind int64) bool {
	var fs unix.Statfs_t
	return retryErr(func() error { return unix.Fstatfs(fd, &fs) }) == nil && int64(fs.Type) == kind
}

// readHeldLink reads the symbolic link that an O_PATH descriptor holds.
func readHeldLink(fd int) (string, error) {
	text := make([]byte, unix.PathMax)
	n, err := retry(func() (int, error) { return unix.Readlinkat(fd, "", text) })
	if err != nil {
		return "", err
	}
	return string(text[:n]), nil
}
