package sys

import "golang.org/x/sys/unix"

// ReadOnly tells whether path is on a mount or file system that is read-only.
func ReadOnly(path string) bool {
	var st unix.Statfs_t
	return unix.Statfs(path, &st) == nil && st.Flags&unix.ST_RDONLY != 0
}

// FileFlags tells whether a file has the flags that chattr(1) calls i and a. They
// are false where its file system does not say (tmpfs: Linux 6.6).
func FileFlags(path string) (immutable, appendOnly bool) {
	var st unix.Statx_t
	if unix.Statx(unix.AT_FDCWD, path, statxFlags, 0, &st) != nil {
		return false, false
	}
	return st.Attributes&unix.STATX_ATTR_IMMUTABLE != 0, st.Attributes&unix.STATX_ATTR_APPEND != 0
}
