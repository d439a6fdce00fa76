package sys

import (
	"os"
	"strconv"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Child is a child process that runs the program of this process.
type Child struct{ pid, pidfd int }

// StartChild executes the program of this process again, with argv, the environment env and
// the files as its first descriptors. The child has a process group of its own, so that the keys
// of a terminal do not end it. It has no session of its own: that would be a new group of the
// scheduler (sched(7), autogroup), which got its first turn after up to a second on a busy
// machine. It is in the namespaces of the calling thread.
func StartChild(argv, env []string, files ...int) (Child, error) {
	pidfd := -1
	attr := &syscall.ProcAttr{Dir: "/", Env: env, Sys: &syscall.SysProcAttr{Setpgid: true, PidFD: &pidfd}}
	for _, fd := range files {
		attr.Files = append(attr.Files, uintptr(fd))
	}
	pid, err := syscall.ForkExec("/proc/self/exe", argv, attr)
	return Child{pid, pidfd}, err
}

// PID is the number of the process.
func (c Child) PID() int { return c.pid }

// Abandon sends SIGKILL to a child that may never end, and does not wait. The channel is closed
// when the child has ended. No thread waits for that, since the runtime polls the pidfd
// (Linux 5.3).
func (c Child) Abandon() (ended <-chan struct{}) {
	_ = unix.Kill(c.pid, unix.SIGKILL)
	done := make(chan struct{})
	if c.pidfd < 0 {
		go func() {
			_, _ = retry(func() (int, error) { return unix.Wait4(c.pid, nil, 0, nil) })
			close(done)
		}()
		return done
	}
	_ = unix.SetNonblock(c.pidfd, true) // else the runtime does not poll it
	file := os.NewFile(uintptr(c.pidfd), "pidfd")
	go func() {
		defer close(done)
		defer file.Close()
		conn, err := file.SyscallConn()
		if err != nil {
			return
		}
		_ = conn.Read(func(uintptr) bool {
			pid, err := unix.Wait4(c.pid, nil, unix.WNOHANG, nil)
			return pid != 0 || err != nil && err != unix.EINTR
		})
	}()
	return done
}

// LeaveParent gives up what a child has from its parent: the descriptors from number keep
// on. It gives the process a name for ps(1), of at most 15 bytes.
func LeaveParent(name string, keep int) error {
	p, err := unix.BytePtrFromString(name)
	if err != nil {
		return err
	}
	if err := unix.Prctl(unix.PR_SET_NAME, uintptr(unsafe.Pointer(p)), 0, 0, 0); err != nil {
		return err
	}
	const last = 1<<32 - 1
	if unix.CloseRange(uint(keep), last, 0) == nil { // Linux 5.9
		return nil
	}
	dir, err := OpenDir("/proc/self/fd")
	if err != nil {
		return err
	}
	names, err := ReadNames(dir)
	for _, name := range names {
		if fd, err := strconv.Atoi(name); err == nil && fd >= keep {
			unix.Close(fd)
		}
	}
	return err
}
