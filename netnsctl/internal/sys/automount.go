package sys

import (
	"cmp"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// ErrAutomount says that a path leads into a directory that autofs would mount first
// ([HoldNoAutomount]).
const ErrAutomount = unix.EREMOTE

// maxLinks is how many symbolic links a path may have, as in the kernel.
const maxLinks = 40

// HoldNoAutomount is [Hold] that makes autofs mount nothing. Only with [InRoot] and [NoLinks] it may
// do so, and with [SameMount] it leads to none.
func HoldNoAutomount(dirfd int, path string, how How) (int, error) {
	if how&SameMount != 0 || how&InRoot != 0 && how&NoLinks != 0 {
		return Hold(dirfd, path, how)
	}
	// On tmpfs the cache never has what is not there, so a second try would seldom help.
	if fd, err := TryCached(dirfd, path, how); err != unix.EAGAIN {
		return fd, err
	}
	return walkTo(dirfd, path, how)
}

// Steps are those of a walk along a path that may wait for the server of a file system.
type Steps interface {
	// Hold holds a part of the path that the kernel does not have in its cache. It does not
	// follow a link.
	Hold(dir int, part string) (int, error)
	// Readlink is [ReadHeldLink].
	Readlink(link int) (target string, onProc bool, err error)
	// Follow follows a link of procfs.
	Follow(dir int, part string) (int, error)
}

// HoldInSteps is [Hold] of an absolute path, or of one relative to the working directory, that
// the kernel does not have in its cache.
func HoldInSteps(path string, how How, steps Steps) (int, error) {
	if strings.HasPrefix(path, "/") {
		return walkFrom(-1, "/", path, how, steps)
	}
	return walkFrom(-1, ".", path, how, steps)
}

// directSteps wait.
type directSteps struct{}

func (directSteps) Hold(dir int, part string) (int, error) {
	if isOn(dir, unix.AUTOFS_SUPER_MAGIC) {
		fd, err := HoldCached(dir, part, 0)
		if err == unix.EAGAIN {
			err = ErrAutomount
		}
		return fd, err
	}
	return holdAt(dir, part, unix.O_NOFOLLOW)
}

func (directSteps) Readlink(link int) (target string, onProc bool, err error) {
	return ReadHeldLink(link)
}

func (directSteps) Follow(dir int, part string) (int, error) { return HoldFollow(dir, part) }

// HoldFollow only holds a path below dir. It follows links.
func HoldFollow(dir int, path string) (int, error) { return holdAt(dir, path, 0) }

// walkTo follows a path by one part after the other. The kernel would walk into what autofs
// mounts for it.
func walkTo(dirfd int, path string, how How) (int, error) {
	start := "."
	if dirfd < 0 {
		start = "/"
	}
	return walkFrom(dirfd, start, path, how, directSteps{})
}

// walkNoLinks is [Hold] with [NoLinks] before Linux 5.6. It leads out of no directory.
func walkNoLinks(dirfd int, path string, how How) (int, error) {
	return walkTo(dirfd, cmp.Or(strings.TrimLeft(path, "/"), "."), how|Beneath)
}

func walkFrom(dirfd int, start, path string, how How, steps Steps) (int, error) {
	switch {
	case path == "":
		return -1, unix.ENOENT
	case how&Beneath != 0 && strings.HasPrefix(path, "/"):
		return -1, unix.EXDEV
	}
	if strings.HasSuffix(path, "/") {
		how |= Follow | DirectoryOnly
	}
	w := walk{how: how, top: dirfd, rest: path, steps: steps}
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
	top   int // where it began
	fd    int // where it is, if held
	held  bool
	rest  string
	links int
	steps Steps
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
		dir, start := -1, "/"
		if w.how&InRoot != 0 {
			dir, start = w.top, "."
		}
		if err := w.enter(dir, start); err != nil {
			return err
		}
	}
	part, rest, _ := strings.Cut(strings.TrimLeft(w.rest, "/"), "/")
	w.rest = strings.TrimLeft(rest, "/")
	switch {
	case part == "", part == ".." && w.how&InRoot != 0 && w.isAtTop():
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
	return w.follow(part, next, &st)
}

// hold holds the next part. autofs mounts nothing for one that the kernel has in its cache.
func (w *walk) hold(part string) (int, error) {
	next, err := TryCached(w.fd, part, 0)
	if err != unix.EAGAIN {
		return next, err
	}
	return w.steps.Hold(w.fd, part)
}

// follow goes where the symbolic link that is held leads.
func (w *walk) follow(part string, link int, st *FileStat) error {
	switch w.links++; {
	case w.links > maxLinks, w.how&NoLinks != 0:
		return unix.ELOOP
	case w.rest == "" && isProtected(w.fd, st):
		return unix.EACCES
	}
	target, onProc, err := w.steps.Readlink(link)
	if err != nil {
		return err
	}
	if onProc && w.how&InRoot != 0 {
		return unix.ELOOP
	}
	if onProc { // it may lead where no path does
		next, err := w.steps.Follow(w.fd, part)
		if err == nil {
			w.move(next)
		}
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

// isAtTop reports whether the walk is at the directory where it began.
func (w *walk) isAtTop() bool {
	var at, top FileStat
	return StatFD(w.fd, &at) == nil && StatFD(w.top, &top) == nil && at.Dev == top.Dev && at.Ino == top.Ino && at.MountID == top.MountID
}

// isProtected reports whether the kernel would not follow a link at the end of a path: that of
// another user in a directory like /tmp (fs.protected_symlinks in proc_sys_fs(5)).
func isProtected(dir int, link *FileStat) bool {
	var st FileStat
	const shared = unix.S_ISVTX | unix.S_IWOTH
	if StatFD(dir, &st) != nil || st.Mode&shared != shared || link.UID == st.UID || int(link.UID) == os.Geteuid() {
		return false
	}
	setting, err := ReadFile("/proc/sys/fs/protected_symlinks")
	return err == nil && strings.TrimSpace(string(setting)) == "1"
}

// isOn reports whether a file is on a file system of a type.
func isOn(fd int, kind int64) bool {
	var fs unix.Statfs_t
	return retryErr(func() error { return unix.Fstatfs(fd, &fs) }) == nil && int64(fs.Type) == kind
}

// noSymFollow is ST_NOSYMFOLLOW (linux/statfs.h).
const noSymFollow = 0x2000

// ReadHeldLink reads the symbolic link that an O_PATH descriptor holds. onProc says that it is one
// of procfs. It is ELOOP on a mount with the option nosymfollow (Linux 5.10).
func ReadHeldLink(fd int) (target string, onProc bool, err error) {
	var fs unix.Statfs_t
	if err := retryErr(func() error { return unix.Fstatfs(fd, &fs) }); err != nil {
		return "", false, err
	}
	if fs.Flags&noSymFollow != 0 {
		return "", false, unix.ELOOP
	}
	text := make([]byte, unix.PathMax)
	n, err := retry(func() (int, error) { return unix.Readlinkat(fd, "", text) })
	return string(text[:max(n, 0)]), fs.Type == unix.PROC_SUPER_MAGIC, err
}
