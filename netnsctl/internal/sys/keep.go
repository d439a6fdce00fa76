package sys

import (
	"bytes"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Kept is a copy of a mount, with all that is mounted on it, which belongs to no
// mount namespace until it is put back.
type Kept struct {
	Path string
	fd   int
}

// KeepBelow copies the mounts that are to be seen below the mount at dir
// (open_tree(2), Linux 5.2).
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
		// What is on one that has been copied has been copied with it. A mount that
		// another covers is not to be seen, and no mount point.
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

// PutBack mounts the copy where its original was.
func (k Kept) PutBack() error { return AttachTree(k.fd, k.Path) }

// Release gives up copies: those that were not put back are gone.
func Release(all []Kept) {
	for _, k := range all {
		unix.Close(k.fd)
	}
}

// UnescapeMount undoes \040 for a blank and the like (seq_path in the kernel's
// fs/seq_file.c).
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
