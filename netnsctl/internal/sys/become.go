package sys

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// Become changes the user, the group and the further groups of the calling thread, and
// of what it executes. Package syscall would change those of every thread. The user gets
// nothing that the caller has and that is not the user's: no capability and no session
// keyring. The bounding set, the securebits and no_new_privs stay as they are.
func Become(uid, gid uint32, groups []uint32) error {
	if err := newSessionKeyring(); err != nil {
		return err
	}
	numbers := make([]int, len(groups))
	for i, group := range groups {
		numbers[i] = int(group)
	}
	if err := unix.Setgroups(numbers); err != nil { // of the thread, unlike syscall.Setgroups
		return err
	}
	setresuid, setresgid := uintptr(unix.SYS_SETRESUID), uintptr(unix.SYS_SETRESGID)
	if runtime.GOARCH == "386" || runtime.GOARCH == "arm" {
		setresuid, setresgid = 208, 210 // setresuid32 and setresgid32: the others take 16 bits.
	}
	if _, _, errno := unix.RawSyscall(setresgid, uintptr(gid), uintptr(gid), uintptr(gid)); errno != 0 {
		return errno
	}
	if _, _, errno := unix.RawSyscall(setresuid, uintptr(uid), uintptr(uid), uintptr(uid)); errno != 0 {
		return errno
	}
	return dropCapabilities(uid)
}

// newSessionKeyring takes the session keyring from the calling thread: whoever has it, has
// the keys in it, whatever the user (session-keyring(7)). It does nothing where the kernel
// has no keys, or a seccomp filter forbids keyctl(2), which then holds for the user as well.
func newSessionKeyring() error {
	switch _, err := unix.KeyctlInt(unix.KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0, 0); err {
	case unix.ENOSYS, unix.EPERM:
		return nil
	default:
		return err
	}
}

// dropCapabilities empties the inheritable and, with it, the ambient set of the calling
// thread: a program that is executed gets these, whatever the user (capabilities(7)). The
// permitted and the effective set count until then: with PR_SET_KEEPCAPS or
// SECBIT_NO_SETUID_FIXUP, or where the caller was not root before, they outlive the change
// of the user, who could run a program that only the caller may reach. Root keeps them, as
// execve(2) gives them to root anyway.
func dropCapabilities(uid uint32) error {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if uid == 0 {
		if err := unix.Capget(&header, &data[0]); err != nil {
			return err
		}
		data[0].Inheritable, data[1].Inheritable = 0, 0
	}
	return unix.Capset(&header, &data[0])
}
