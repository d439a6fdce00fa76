package sys

import (
	"bytes"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// OpenProcess opens a pidfd of the process pid (Linux 5.3) or, if thread is true, of the
// thread pid (PIDFD_THREAD, Linux 6.9).
func OpenProcess(pid int, thread bool) (int, error) {
	flags := 0
	if thread {
		flags = unix.PIDFD_THREAD
	}
	return unix.PidfdOpen(pid, flags)
}

// IsProcess reports whether there is a process or thread with a number, also where procfs hides
// it. The caller need not be allowed to signal it (kill(2)).
func IsProcess(pid int) bool { return unix.Kill(pid, 0) != unix.ESRCH }

// Signal sends a signal to the process pidfd (pidfd_send_signal(2), Linux 5.1).
func Signal(pidfd int, sig syscall.Signal) error { return unix.PidfdSendSignal(pidfd, sig, nil, 0) }

// WaitEnded waits until one of the processes pidfds has ended, or limit has passed, and returns
// those that have ended, by their place. A signal may end it earlier.
func WaitEnded(pidfds []int, limit time.Duration) (ended []int) {
	fds := make([]unix.PollFd, len(pidfds))
	for i, fd := range pidfds {
		fds[i] = unix.PollFd{Fd: int32(fd), Events: unix.POLLIN}
	}
	_ = poll(fds, limit) // fails for want of memory only; no process counts as ended then
	for i := range fds {
		if fds[i].Revents != 0 {
			ended = append(ended, i)
		}
	}
	return ended
}

// SignalNumber is the signal with a name such as "SIGTERM", 0 if there is none.
func SignalNumber(name string) syscall.Signal { return unix.SignalNum(name) }

// SignalName is the name of a signal, such as "SIGTERM"; empty for one without a name.
func SignalName(sig syscall.Signal) string { return unix.SignalName(sig) }

// CopyFD copies the descriptor number of the process pidfd (pidfd_getfd(2), Linux 5.6).
// It needs PTRACE_MODE_ATTACH.
func CopyFD(pidfd, number int) (int, error) { return unix.PidfdGetfd(pidfd, number, 0) }

// SameFiles reports whether two threads share a table of descriptors (KCMP_FILES in linux/kcmp.h).
func SameFiles(tid1, tid2 int) (bool, error) { return kcmp(tid1, tid2, 2) }

// SameRoot reports whether two threads share their root directory, and with it their mount
// namespace (KCMP_FS).
func SameRoot(tid1, tid2 int) (bool, error) { return kcmp(tid1, tid2, 3) }

func kcmp(tid1, tid2 int, kind uintptr) (same bool, err error) {
	r, _, errno := unix.Syscall6(unix.SYS_KCMP, uintptr(tid1), uintptr(tid2), kind, 0, 0, 0)
	if errno != 0 {
		return false, errno
	}
	return r == 0, nil
}

// ClockTick is the unit of times in procfs: USER_HZ, which is 100 on every architecture
// of Go.
const ClockTick = time.Second / 100

// BootTime is the time of the boot according to the present setting of the clock, and the
// present time, both from one moment.
func BootTime() (boot, now time.Time) {
	const tries, moment = 10, int64(time.Millisecond)
	var before, up, after unix.Timespec
	for range tries {
		// Both clocks exist since Linux 2.6.39, so neither call fails.
		_ = unix.ClockGettime(unix.CLOCK_REALTIME, &before)
		_ = unix.ClockGettime(unix.CLOCK_BOOTTIME, &up)
		_ = unix.ClockGettime(unix.CLOCK_REALTIME, &after)
		if took := after.Nano() - before.Nano(); took >= 0 && took < moment {
			break // the clock was not set meanwhile
		}
	}
	now = time.Unix(after.Unix())
	return now.Add(-time.Duration(up.Nano())), now
}

// Privileged reports whether the process may inspect every other process and enter
// every namespace.
func Privileged() bool {
	return capable(1<<unix.CAP_SYS_ADMIN | 1<<unix.CAP_SYS_PTRACE | 1<<unix.CAP_NET_ADMIN)
}

// capable reports whether the calling thread has all of some capabilities below 32.
func capable(need uint32) bool {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	return unix.Capget(&header, &data[0]) == nil && data[0].Effective&need == need
}

// HasMoreThanCaller reports whether the program is set-id, or has file capabilities that its
// caller has not (AT_SECURE of getauxval(3)).
func HasMoreThanCaller() bool {
	const atSecure = 23
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

// Blocks reports whether a thread of a process waits in the kernel (S or D in proc(5)): it
// does not run, does not wait for a processor, and nobody has stopped it.
func Blocks(pid, tid int) bool {
	stat, err := ReadFile("/proc/" + strconv.Itoa(pid) + "/task/" + strconv.Itoa(tid) + "/stat")
	state := stat[bytes.LastIndexByte(stat, ')')+1:]
	return err != nil || bytes.HasPrefix(state, []byte(" S")) || bytes.HasPrefix(state, []byte(" D"))
}

// ThreadID is the number of the calling thread.
func ThreadID() int { return unix.Gettid() }
