package proc

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/netnsctl/netnsctl/compat/proc/entry"
)

// DropCapabilities takes all capabilities from every thread of a process that
// belongs to an ordinary user, unless CAP_NET_ADMIN is inheritable. So a binary with
// file capabilities does not lend them to everyone, while a caller who was given
// capabilities on purpose (ambient ones) keeps them. So does a process that has begun in a
// new user namespace: they count there only.
func DropCapabilities() error {
	if asked, errno := entry.UserNamespace(); unix.Getuid() == 0 || unix.Geteuid() == 0 || asked && errno == 0 {
		return nil
	}
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if err := unix.Capget(&header, &data[0]); err != nil {
		return err
	}
	if data[0].Inheritable&(1<<unix.CAP_NET_ADMIN) != 0 || data == ([2]unix.CapUserData{}) {
		return nil
	}
	data = [2]unix.CapUserData{}
	_, _, errno := syscall.AllThreadsSyscall(unix.SYS_CAPSET,
		uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&data[0])), 0)
	switch {
	case errno == 0:
		return nil
	case errno == unix.ENOTSUP && !HasMoreThanCaller():
		// AllThreadsSyscall does not work with cgo. This thread executes the commands, and
		// the other threads keep only capabilities that the caller has, too.
		return unix.Capset(&header, &data[0])
	}
	return errno
}

// atSecure is AT_SECURE of getauxval(3).
const atSecure = 23

// HasMoreThanCaller reports whether the process has privileges that its caller has
// not: the program is set-id, or has file capabilities. The caller's environment
// must then not choose what is run.
func HasMoreThanCaller() bool {
	words, err := unix.Auxv()
	if err != nil {
		return true
	}
	for _, word := range words {
		if word[0] == atSecure {
			return word[1] != 0
		}
	}
	return true
}
