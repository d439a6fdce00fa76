package sys

import "golang.org/x/sys/unix"

// nobodysGroup is a group that owns no file. (Minus one is no group.)
const nobodysGroup = -2

// UseFilesAs gives the calling thread, which must be one to throw away, the rights of a user to
// files, without his groups and without a capability. Its user IDs stay as they are, so that
// the user can neither stop, kill nor trace it (setfsuid(2)).
func UseFilesAs(uid uint32) error {
	if err := unix.Setgroups(nil); err != nil { // of the thread, unlike syscall.Setgroups
		return err
	}
	// Neither call returns an error: a second one returns what the first has set.
	_, _ = unix.SetfsgidRetGid(nobodysGroup)
	_, _ = unix.SetfsuidRetUid(int(uid))
	gid, _ := unix.SetfsgidRetGid(-1)
	now, _ := unix.SetfsuidRetUid(-1)
	if uint32(now) != uid || int32(gid) != nobodysGroup {
		return unix.EPERM
	}
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	return unix.Capset(&header, &none[0])
}
