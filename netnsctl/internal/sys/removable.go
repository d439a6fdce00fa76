package sys

import (
	"strings"

	"golang.org/x/sys/unix"
)

// Fixed is a reason of a directory, or of an entry of that, why the kernel refuses to remove the
// entry (may_delete in fs/namei.c).
type Fixed int

// The reasons. A tmpfs has the flags of chattr(1) since Linux 6.6.
const (
	NotFixed Fixed = iota
	ReadOnlyMount
	Immutable  // chattr +i
	AppendOnly // chattr +a
	// NotWritable: the permissions of the directory do not allow the caller to change it.
	NotWritable
	// Sticky: the directory has the sticky bit, and neither the directory nor the entry belongs to
	// the caller, who has no CAP_FOWNER over the entry.
	Sticky
)

// FixedDir says why nothing can be removed from the directory path.
func FixedDir(path string) Fixed {
	var st FileStat
	switch err := StatFollow(path, &st); {
	case ReadOnly(path):
		return ReadOnlyMount
	case err != nil:
		return NotFixed
	case st.attributes&unix.STATX_ATTR_IMMUTABLE != 0:
		return Immutable
	case st.attributes&unix.STATX_ATTR_APPEND != 0:
		return AppendOnly
	case unix.Faccessat(unix.AT_FDCWD, path, unix.W_OK|unix.X_OK, unix.AT_EACCESS) == unix.EACCES:
		return NotWritable
	}
	return NotFixed
}

// FixedIn says why a file cannot be removed from a directory that can be changed.
func (s *FileStat) FixedIn(dir *FileStat) Fixed {
	switch {
	case s.attributes&unix.STATX_ATTR_IMMUTABLE != 0:
		return Immutable
	case s.attributes&unix.STATX_ATTR_APPEND != 0:
		return AppendOnly
	case dir.Mode&unix.S_ISVTX != 0 && !s.isCallers() && !dir.isCallers() && !s.inReachOf(unix.CAP_FOWNER):
		return Sticky
	}
	return NotFixed
}

// IsShared reports whether others than root and the owner of a directory may replace what its owner
// has in it.
func (s *FileStat) IsShared() bool { return s.Mode&unix.S_ISVTX == 0 && s.IsWritableByOthers() }

// IsWritableByOthers reports whether others than root and the owner of a directory may add to it.
func (s *FileStat) IsWritableByOthers() bool {
	byGroup := s.Mode&unix.S_IWGRP != 0 && s.gid != 0
	return byGroup || s.Mode&unix.S_IWOTH != 0
}

// IsOthers reports whether the owner is neither root nor the caller. One whom the user namespace of
// the caller does not map is outside it, and counts as root.
func (s *FileStat) IsOthers() bool {
	return s.UID != 0 && !s.isCallers() && (s.UID != overflowID || mapsAllUsers())
}

func (s *FileStat) isCallers() bool { return int(s.UID) == unix.Geteuid() }

// inReachOf reports whether the caller has a capability over the file: it counts where the user
// namespace of the caller maps both owners (capabilities(7)).
func (s *FileStat) inReachOf(capability int) bool {
	unmapped := s.UID == overflowID || s.gid == overflowID
	return capable(1<<capability) && !(unmapped && !mapsAllUsers())
}

// overflowID stands for every owner that the user namespace of the caller does not map
// (overflowuid in proc(5)).
const overflowID = 65534

// mapsAllUsers reports whether each user has his own number in the user namespace of the caller.
func mapsAllUsers() bool {
	text, err := ReadFile("/proc/self/uid_map")
	return err == nil && strings.Join(strings.Fields(string(text)), " ") == "0 0 4294967295"
}
