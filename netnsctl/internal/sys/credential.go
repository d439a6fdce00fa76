package sys

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// Become gives the calling thread, and what it executes, another user, group and
// list of further groups. The rest of the process keeps its own: package syscall's
// functions would change every thread. A thread that becomes an ordinary user loses
// its capabilities (capabilities(7)).
func Become(uid, gid uint32, groups []uint32) error {
	var first unsafe.Pointer
	if len(groups) > 0 {
		first = unsafe.Pointer(&groups[0])
	}
	if err := errorOf(unix.RawSyscall(unix.SYS_SETGROUPS, uintptr(len(groups)), uintptr(first), 0)); err != nil {
		return err
	}
	if err := errorOf(unix.RawSyscall(unix.SYS_SETRESGID, uintptr(gid), uintptr(gid), uintptr(gid))); err != nil {
		return err
	}
	return errorOf(unix.RawSyscall(unix.SYS_SETRESUID, uintptr(uid), uintptr(uid), uintptr(uid)))
}
