package sys

import (
	"strings"

	"golang.org/x/sys/unix"
)

// Layer is what lies over a directory: its entries by their paths below the directory.
type Layer struct {
	Dirs  []string          // each one after the one that it is in
	Files map[string]string // texts
	Links map[string]string // targets of symbolic links
}

// Cover lays the layer over the directory dir by an overlayfs, which is read-only. Unlike a
// mount on a file of dir, the layer stays when a process in another mount namespace replaces
// or removes that file. Before it covers dir, mountOn makes the mounts on it, below the path at.
// The calling thread must be in a mount namespace of its own that propagates nothing. Without
// overlayfs it is ENODEV, in a user namespace before Linux 5.11 EPERM.
func (l Layer) Cover(dir string, mountOn func(at string) error) error {
	if err := unix.Mount("none", someDir, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=755"); err != nil {
		return err
	}
	// The overlayfs keeps the tmpfs.
	defer func() { _ = unix.Unmount(someDir, unix.MNT_DETACH) }()
	if err := l.fill(someDir); err != nil {
		return err
	}
	if err := unix.Mount("overlay", someDir, "overlay", unix.MS_RDONLY, "lowerdir="+someDir+":"+dir); err != nil {
		return err
	}
	err := mountOn(someDir)
	if err == nil {
		err = unix.Mount(someDir, dir, "", unix.MS_MOVE, "")
	}
	if err != nil {
		_ = unix.Unmount(someDir, unix.MNT_DETACH)
	}
	return err
}

func (l Layer) fill(dir string) error {
	fd, err := open(dir, unix.O_PATH|unix.O_DIRECTORY)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	for _, path := range l.Dirs {
		if err := unix.Mkdirat(fd, path, 0o700); err != nil {
			return err
		}
		if err := unix.Fchmodat(fd, path, 0o755, 0); err != nil { // whatever the umask is
			return err
		}
	}
	for path, text := range l.Files {
		if err := writeFile(fd, path, text); err != nil {
			return err
		}
	}
	for path, target := range l.Links {
		if err := unix.Symlinkat(target, fd, path); err != nil {
			return err
		}
	}
	return nil
}

// CloneLink is [CloneMount] of the symbolic link path itself. [AttachTree] mounts it over
// another symbolic link, which then leads to its target.
func CloneLink(path string) (int, error) {
	return unix.OpenTree(unix.AT_FDCWD, path,
		unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC|unix.AT_SYMLINK_NOFOLLOW)
}

// ReenterWorkingDir makes the working directory of the calling thread, if that is dir or below
// it, what its path leads to by now, which a mount on dir has changed.
func ReenterWorkingDir(dir string) error {
	path, err := unix.Getwd()
	if err != nil || path != dir && !strings.HasPrefix(path, dir+"/") {
		return nil
	}
	return unix.Chdir(path)
}
