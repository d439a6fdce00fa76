package sys

import (
	"time"

	"golang.org/x/sys/unix"
)

// ClockTick is the unit of times in procfs: USER_HZ, which is 100 on every
// architecture that Go runs on.
const ClockTick = time.Second / 100

// BootTime is the moment of the boot by the clock as it is set now.
func BootTime() time.Time {
	var now, up unix.Timespec
	// Neither can fail: both clocks are as old as Linux 2.6.39.
	_ = unix.ClockGettime(unix.CLOCK_REALTIME, &now)
	_ = unix.ClockGettime(unix.CLOCK_BOOTTIME, &up)
	return time.Unix(now.Unix()).Add(-time.Duration(up.Nano()))
}

// Privileged tells whether the process may look at every other one and enter
// every namespace.
func Privileged() bool {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if unix.Capget(&header, &data[0]) != nil {
		return false
	}
	const need = 1<<unix.CAP_SYS_ADMIN | 1<<unix.CAP_SYS_PTRACE | 1<<unix.CAP_NET_ADMIN
	return data[0].Effective&need == need
}

// TypeName is the kernel's short name of a type of namespace.
func TypeName(kind int) string {
	switch kind {
	case unix.CLONE_NEWNET:
		return "net"
	case unix.CLONE_NEWNS:
		return "mnt"
	case unix.CLONE_NEWPID:
		return "pid"
	case unix.CLONE_NEWUTS:
		return "uts"
	case unix.CLONE_NEWIPC:
		return "ipc"
	case unix.CLONE_NEWUSER:
		return "user"
	case unix.CLONE_NEWCGROUP:
		return "cgroup"
	case unix.CLONE_NEWTIME:
		return "time"
	}
	return "strange"
}
