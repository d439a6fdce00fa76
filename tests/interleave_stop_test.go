package tests

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// stop is a moment of a program: before its n-th system call of one kind, counted over all
// threads and processes of the program, from its first getuid, with which its own work begins.
type stop struct {
	call string
	n    int
}

func (s stop) String() string { return fmt.Sprintf("before %s #%d", s.call, s.n) }

// stoppable are the system calls whose order with the acts of others can matter: each looks
// at or changes what others share. runtimeCalls and what only touches the memory or the
// descriptors of the program are left out; close is here, as it may end a namespace.
var stoppable = map[uint64]string{
	unix.SYS_OPENAT: "openat", unix.SYS_OPENAT2: "openat2", unix.SYS_NAME_TO_HANDLE_AT: "name_to_handle_at",
	unix.SYS_OPEN_BY_HANDLE_AT: "open_by_handle_at", unix.SYS_STATX: "statx", unix.SYS_READLINKAT: "readlinkat",
	unix.SYS_GETDENTS64: "getdents64", unix.SYS_READ: "read", unix.SYS_WRITE: "write", unix.SYS_CLOSE: "close",
	unix.SYS_IOCTL: "ioctl", unix.SYS_FLOCK: "flock", unix.SYS_MKDIRAT: "mkdirat", unix.SYS_UNLINKAT: "unlinkat",
	unix.SYS_MOUNT: "mount", unix.SYS_UMOUNT2: "umount2", unix.SYS_OPEN_TREE: "open_tree",
	unix.SYS_MOVE_MOUNT: "move_mount", unix.SYS_MOUNT_SETATTR: "mount_setattr", unix.SYS_UNSHARE: "unshare",
	unix.SYS_SETNS: "setns", unix.SYS_SOCKET: "socket", unix.SYS_SENDTO: "sendto", unix.SYS_RECVFROM: "recvfrom",
	unix.SYS_SENDMSG: "sendmsg", unix.SYS_RECVMSG: "recvmsg", unix.SYS_PIDFD_OPEN: "pidfd_open",
	unix.SYS_PIDFD_GETFD: "pidfd_getfd", unix.SYS_EXIT_GROUP: "exit_group", 470: "listns",
}

// tracedCalls is the environment variable by which a test program is told to execute another one
// of which these system calls stop for the tracer. That is far faster than to stop at all.
const tracedCalls = "NETNSCTL_TEST_TRACED"

// testProgram is this one. A sandbox has no /proc/self.
var testProgram, _ = os.Executable()

func init() {
	if list := os.Getenv(tracedCalls); list != "" {
		fmt.Fprintln(os.Stderr, execTraced(strings.Split(list, ",")))
		os.Exit(1)
	}
}

// numbers are those of the calls that a run with these stops, or with none, needs.
func numbers(stops []stop) string {
	list := strconv.Itoa(unix.SYS_GETUID)
	for number, name := range stoppable {
		needed := slices.Contains(strings.Fields("openat getdents64 readlinkat unlinkat umount2"), name)
		if needed || stops == nil || slices.ContainsFunc(stops, func(s stop) bool { return s.call == name }) {
			list += "," + strconv.FormatUint(number, 10)
		}
	}
	return list
}

// execTraced executes the program of the arguments with a filter (seccomp(2)) for system calls.
func execTraced(calls []string) error {
	const load, equal, ret = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, unix.BPF_RET | unix.BPF_K
	filter := []unix.SockFilter{{Code: load}} // the number is the first field of struct seccomp_data
	for i, call := range calls {
		number, err := strconv.ParseUint(call, 10, 32)
		if err != nil {
			return err
		}
		filter = append(filter, unix.SockFilter{Code: equal, K: uint32(number), Jt: uint8(len(calls) - i)})
	}
	filter = append(filter, unix.SockFilter{Code: ret, K: unix.SECCOMP_RET_ALLOW}, unix.SockFilter{Code: ret, K: unix.SECCOMP_RET_TRACE})
	env := slices.DeleteFunc(os.Environ(), func(word string) bool { return strings.HasPrefix(word, tracedCalls) })
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	if err := unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&program)), 0, 0); err != nil {
		return err
	}
	return syscall.Exec(os.Args[0], os.Args[1:], env)
}

// stoppedRun is what a run under ptrace has shown.
type stoppedRun struct {
	answer
	// calls are the stoppable calls in their order.
	calls []string
	// reached says which stops were reached.
	reached []bool
	// stoppedAt has when each stop was reached, as the number of calls before it.
	stoppedAt []int
	// looked says of "processes" and "mounts" when the program listed the processes for its last
	// look at them, and removed what that was at its last unmount, and at each unlink by the name.
	looked  map[string]int
	removed map[string]map[string]int
}

// tracer runs one program under ptrace(2). strace(1) cannot say when a program is stopped,
// and stops it after the call, not before.
type tracer struct {
	stoppedRun
	root int
	// threads live; true are those that an event of their parent has announced. ended are those
	// that have ended before that.
	threads, ended map[int]bool

	begun  bool
	opened string // the last path
	seen   int    // calls
	listed int    // when the processes were listed last
	count  map[string]int
	stops  []stop
	at     func(i int)
}

// runStopped runs a command, and calls at with the index of each stop while all threads are
// stopped: one before the call, the others before their next. The calling goroutine is locked
// to the thread of a sandbox, which ptrace and WNOTHREAD need.
func (c command) runStopped(stops []stop, at func(i int)) (stoppedRun, error) {
	var files [2]*os.File
	for i := range files {
		fd, err := unix.MemfdCreate("std", unix.MFD_CLOEXEC)
		if err != nil {
			return stoppedRun{}, err
		}
		files[i] = os.NewFile(uintptr(fd), "std")
		defer files[i].Close()
	}
	cmd := exec.Command(testProgram)
	cmd.Args, cmd.Dir = append([]string{c.path}, c.argv...), c.dir
	cmd.Env = append(slices.Clone(c.env), tracedCalls+"="+numbers(stops))
	cmd.Stdout, cmd.Stderr = files[0], files[1]
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Ptrace: true}
	if err := cmd.Start(); err != nil {
		return stoppedRun{}, err
	}
	pid := cmd.Process.Pid
	timer := time.AfterFunc(commandTimeout, func() { syscall.Kill(-pid, syscall.SIGKILL) })
	t := tracer{root: pid, threads: map[int]bool{pid: true}, ended: map[int]bool{}, count: map[string]int{}, stops: stops, at: at}
	t.reached, t.looked, t.removed = make([]bool, len(stops)), map[string]int{}, map[string]map[string]int{}
	if err := t.follow(); err != nil {
		syscall.Kill(-pid, syscall.SIGKILL)
		return stoppedRun{}, err
	}
	cmd.Process.Release()
	if !timer.Stop() {
		t.status = "timeout"
	}
	t.stdout, t.stderr = content(files[0]), content(files[1])
	return t.stoppedRun, nil
}

const traceOptions = unix.PTRACE_O_TRACECLONE | unix.PTRACE_O_TRACEFORK |
	unix.PTRACE_O_TRACEVFORK | unix.PTRACE_O_TRACEEXEC | unix.PTRACE_O_EXITKILL | unix.PTRACE_O_TRACESECCOMP

// follow lets the program run from its execve until all of its threads and children have ended.
func (t *tracer) follow() error {
	configured := false
	for len(t.threads) > 0 {
		var ws unix.WaitStatus
		pid, err := unix.Wait4(-1, &ws, unix.WALL|unix.WNOTHREAD, nil)
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return fmt.Errorf("wait4: %w", err)
		case ws.Exited() || ws.Signaled():
			if pid == t.root {
				t.status = statusOf(ws)
			}
			if !t.threads[pid] {
				t.ended[pid] = true
			}
			delete(t.threads, pid)
			continue
		case !configured:
			if err := unix.PtraceSetOptions(pid, traceOptions); err != nil {
				return fmt.Errorf("ptrace: %w", err)
			}
			configured = true
			unix.PtraceCont(pid, 0)
			continue
		}
		// ESRCH: it has been killed meanwhile.
		unix.PtraceCont(pid, t.stopped(pid, ws))
	}
	return nil
}

// stopped handles a stop of one thread, and gives the signal that it is to get.
func (t *tracer) stopped(pid int, ws unix.WaitStatus) (signal int) {
	if _, known := t.threads[pid]; !known {
		t.threads[pid] = false
	}
	switch sig := ws.StopSignal(); {
	case ws.TrapCause() == unix.PTRACE_EVENT_SECCOMP:
		t.call(pid)
		return 0
	case ws.TrapCause() > 0: // another event
		if child, err := unix.PtraceGetEventMsg(pid); err == nil && ws.TrapCause() != unix.PTRACE_EVENT_EXEC {
			if !t.ended[int(child)] {
				t.threads[int(child)] = true
			}
			delete(t.ended, int(child))
		}
		return 0
	case sig == unix.SIGTRAP, sig == unix.SIGSTOP: // an execve, the first stop of a new thread
		return 0
	default:
		return int(sig)
	}
}

// callInfo is struct ptrace_syscall_info, ptrace(2), for a call that a filter has stopped.
type callInfo struct {
	op     uint8
	_      [3]uint8
	_      uint32
	_      [2]uint64
	number uint64
	args   [6]uint64
	_      [16]byte
}

// call handles the entry of a system call.
func (t *tracer) call(pid int) {
	const ptraceGetSyscallInfo, stopped = 0x420e, 3
	var info callInfo
	_, _, errno := unix.Syscall6(unix.SYS_PTRACE, ptraceGetSyscallInfo, uintptr(pid), unsafe.Sizeof(info), uintptr(unsafe.Pointer(&info)), 0, 0)
	if errno != 0 || info.op != stopped {
		return
	}
	if info.number == unix.SYS_GETUID {
		t.begun = true
	}
	name := stoppable[info.number]
	if !t.begun || name == "" {
		return
	}
	t.count[name]++
	t.seen++
	t.calls = append(t.calls, name)
	if i := slices.Index(t.stops, stop{name, t.count[name]}); i >= 0 && !t.reached[i] {
		t.reached[i] = true
		t.stoppedAt = append(t.stoppedAt, t.seen)
		t.at(i)
	}
	const expire = 4 // MNT_EXPIRE asks whether the mount is in use
	switch {
	case name == "openat":
		t.opened = text(pid, info.args[1])
		if strings.HasSuffix(t.opened, "/mountinfo") {
			t.looked["mounts"] = t.listed
		}
	case name == "getdents64" && t.opened == "/proc":
		t.listed = t.seen
	case name == "readlinkat" && strings.HasSuffix(text(pid, info.args[1]), "/ns/net"):
		t.looked["processes"] = t.listed
	case name == "unlinkat":
		t.removed["unlinkat "+text(pid, info.args[1])] = maps.Clone(t.looked)
	case name == "umount2" && info.args[1]&expire == 0:
		t.removed[name] = maps.Clone(t.looked)
	}
}

// text reads a path in the memory of a stopped thread.
func text(pid int, address uint64) string {
	buf := make([]byte, 64)
	n, _ := unix.PtracePeekData(pid, uintptr(address), buf)
	s, _, _ := bytes.Cut(buf[:n], []byte{0})
	return string(s)
}

func statusOf(ws unix.WaitStatus) string {
	if ws.Signaled() {
		return ws.Signal().String()
	}
	return fmt.Sprint(ws.ExitStatus())
}
