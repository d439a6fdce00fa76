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
// the files as its first descriptors. The child has a session of its own, so that no terminal
// waits for it. It is in the namespaces of the calling thread.
func StartChild(argv, env []string, files ...int) (Child, error) {
	pidfd := -1
	attr := &syscall.ProcAttr{Dir: "/", Env: env, Sys: &syscall.SysProcAttr{Setsid: true, PidFD: &pidfd}}
	for _, fd := range files {
		attr.Files = append(attr.Files, uintptr(fd))
	}
	pid, err := syscall.ForkExec("/proc/self/exe", argv, attr)
	return Child{pid, pidfd}, err
}

// PID is the number of the process.
func (c Child) PID() int { return c.pid }

// Kill ends the child. It does not return before the child has ended.
func (c Child) Kill() {
	_ = unix.Kill(c.pid, unix.SIGKILL)
	_, _ = retry(func() (int, error) { return unix.Wait4(c.pid, nil, 0, nil) })
	c.closePidfd()
}

// Abandon sends SIGKILL to a child that may never end, and does not wait. The zombie goes
// when the child has ended. No thread waits for that, since the runtime polls the pidfd
// (Linux 5.3).
func (c Child) Abandon() {
	_ = unix.Kill(c.pid, unix.SIGKILL)
	if c.pidfd < 0 {
		go func() { _, _ = retry(func() (int, error) { return unix.Wait4(c.pid, nil, 0, nil) }) }()
		return
	}
	_ = unix.SetNonblock(c.pidfd, true) // else the runtime does not poll it
	file := os.NewFile(uintptr(c.pidfd), "pidfd")
	go func() {
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
}

func (c Child) closePidfd() {
	if c.pidfd >= 0 {
		unix.Close(c.pidfd)
	}
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
