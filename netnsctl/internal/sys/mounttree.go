package sys

import (
	"bytes"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// CloneMount makes a detached copy of the mount of path, below dirfd, without the mounts
// below it: the files under mount points show (open_tree(2), Linux 5.2).
func CloneMount(dirfd int, path string) (int, error) {
	return unix.OpenTree(dirfd, path, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC|unix.AT_EMPTY_PATH)
}

// KeepAccessTimes makes reading through a detached copy of a mount leave the times of access
// as they are (mount_setattr(2), Linux 5.12).
func KeepAccessTimes(tree int) error {
	return unix.MountSetattr(tree, "", unix.AT_EMPTY_PATH, &unix.MountAttr{
		Attr_set: unix.MOUNT_ATTR_NOATIME, Attr_clr: unix.MOUNT_ATTR__ATIME,
	})
}

// CloneTree is [CloneMount] with the mounts below. The kernel clones a tree that is
// itself detached since Linux 6.15.
func CloneTree(dirfd int, path string) (int, error) {
	return unix.OpenTree(dirfd, path,
		unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC|unix.AT_EMPTY_PATH|unix.AT_RECURSIVE)
}

// AttachTree mounts a detached tree at path.
func AttachTree(fd int, path string) error {
	return unix.MoveMount(fd, "", unix.AT_FDCWD, path, unix.MOVE_MOUNT_F_EMPTY_PATH)
}

// Kept is a detached copy of a mount and of all mounts on it.
type Kept struct {
	Path string
	fd   int
}

// KeepBelow copies the visible mounts below the mount at dir (Linux 5.8).
func KeepBelow(dir string) (all []Kept, err error) {
	text, err := ReadFile("/proc/thread-self/mountinfo")
	if err != nil {
		return nil, err
	}
	for line := range bytes.Lines(text) {
		fields := bytes.SplitN(line, []byte(" "), 6)
		if len(fields) < 6 {
			continue
		}
		path := UnescapeMount(fields[4])
		// The copy of a mount includes the mounts on it. A covered mount is not visible, and
		// its path no mount point.
		if !strings.HasPrefix(path, dir+"/") || isBelow(all, path) || !IsMountPoint(path) {
			continue
		}
		fd, err := CloneTree(unix.AT_FDCWD, path)
		if err != nil {
			Release(all)
			return nil, err
		}
		all = append(all, Kept{path, fd})
	}
	return all, nil
}

func isBelow(all []Kept, path string) bool {
	for _, k := range all {
		if path == k.Path || strings.HasPrefix(path, k.Path+"/") {
			return true
		}
	}
	return false
}

// PutBack mounts the copy at the path of its original.
func (k Kept) PutBack() error { return AttachTree(k.fd, k.Path) }

// Release closes copies. Those that were not put back are gone.
func Release(all []Kept) {
	for _, k := range all {
		unix.Close(k.fd)
	}
}

// UnescapeMount decodes a path of mountinfo, where \040 is a blank, for example
// (seq_path in the kernel's fs/seq_file.c).
func UnescapeMount(s []byte) string {
	if bytes.IndexByte(s, '\\') < 0 {
		return string(s)
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+3 < len(s) {
			if c, err := strconv.ParseUint(string(s[i+1:i+4]), 8, 8); err == nil {
				out = append(out, byte(c))
				i += 3
				continue
			}
		}
		out = append(out, s[i])
	}
	return string(out)
}
