package sys

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// DropCapabilities takes all capabilities from every thread of a process that
// belongs to an ordinary user, unless CAP_NET_ADMIN is inheritable: so that a
// binary with file capabilities does not lend them to everyone, while a caller
// who was given capabilities on purpose (ambient ones) keeps them.
func DropCapabilities() error {
	if unix.Getuid() == 0 || unix.Geteuid() == 0 {
		return nil
	}
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if err := unix.Capget(&header, &data[0]); err != nil {
		return err
	}
	if data[0].Inheritable&(1<<unix.CAP_NET_ADMIN) != 0 {
		return nil
	}
	if data[0] == (unix.CapUserData{}) && data[1] == (unix.CapUserData{}) {
		return nil
	}
	data = [2]unix.CapUserData{}
	_, _, errno := syscall.AllThreadsSyscall(unix.SYS_CAPSET,
		uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&data[0])), 0)
	if errno != 0 {
		return errno
	}
	return nil
}
