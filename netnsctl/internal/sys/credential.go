package sys

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// Become gives the calling thread, and what it executes, another user, group and
// list of further groups. The rest of the process keeps its own: package syscall's
// functions would change every thread. A thread that becomes an ordinary user loses
// its capabilities (capabilities(7)).
func Become(uid, gid uint32, groups []uint32) error {
	numbers := make([]int, len(groups))
	for i, group := range groups {
		numbers[i] = int(group)
	}
	if err := unix.Setgroups(numbers); err != nil { // of the thread, unlike syscall.Setgroups
		return err
	}
	setresuid, setresgid := uintptr(unix.SYS_SETRESUID), uintptr(unix.SYS_SETRESGID)
	if runtime.GOARCH == "386" || runtime.GOARCH == "arm" {
		setresuid, setresgid = 208, 210 // setresuid32 and setresgid32: the others take 16 bits
	}
	if _, _, errno := unix.RawSyscall(setresgid, uintptr(gid), uintptr(gid), uintptr(gid)); errno != 0 {
		return errno
	}
	if _, _, errno := unix.RawSyscall(setresuid, uintptr(uid), uintptr(uid), uintptr(uid)); errno != 0 {
		return errno
	}
	return nil
}
