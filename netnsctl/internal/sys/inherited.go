package sys

import (
	"os/signal"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// What the process was given at execve, recorded by netnsctl_entry before the Go
// runtime installs its signal handlers, changes the signal mask and opens
// /dev/null for closed standard descriptors. A command that is executed in our
// place has to get all of it unchanged. The variables are written once, before
// any Go code runs.
var (
	inheritedStack   unsafe.Pointer // argc, argv…, NULL, envp…, NULL
	inheritedFDFlags [3]int64       // fcntl(fd, F_GETFD): -EBADF where closed
	inheritedMask    uint64
	inheritedActions [65]uint64 // handler per signal: SIG_DFL 0, SIG_IGN 1
)

const sigIgn = 1

// captured tells whether the linker flag -E made netnsctl_entry the entry point. A
// binary built without it passes on what the Go runtime left.
func captured() bool { return inheritedStack != nil }

// SignalIgnored tells whether sig was ignored when the process began.
func SignalIgnored(sig syscall.Signal) bool {
	if !captured() {
		return signal.Ignored(sig)
	}
	return inheritedActions[sig] == sigIgn
}

// StdClosed tells whether standard descriptor fd was closed when the process
// began.
func StdClosed(fd int) bool {
	return captured() && inheritedFDFlags[fd] == -int64(unix.EBADF)
}

// Environ is the environment as it was given, duplicates and words without "="
// included, which os.Environ leaves out.
func Environ() []string {
	if !captured() {
		return syscall.Environ()
	}
	word := func(i uintptr) unsafe.Pointer {
		return *(*unsafe.Pointer)(unsafe.Add(inheritedStack, i*unsafe.Sizeof(i)))
	}
	argc := *(*uintptr)(inheritedStack)
	var env []string
	for i := argc + 2; word(i) != nil; i++ {
		env = append(env, unix.BytePtrToString((*byte)(word(i))))
	}
	return env
}

// runtimeSignals are those that the Go runtime itself needs: for faults, for
// preemption, for system calls in all threads (runtime/signal_unix.go).
var runtimeSignals = map[syscall.Signal]bool{
	unix.SIGSEGV: true, unix.SIGBUS: true, unix.SIGFPE: true, unix.SIGPROF: true,
	unix.SIGURG: true, 32: true, 33: true, 34: true,
}

// RestoreSignals undoes what the runtime did to signals as far as Go code can
// go on: what was ignored is ignored again, everything else gets its default
// action.
func RestoreSignals() {
	restoreIgnored()
	var deflt struct {
		handler, flags, restorer uintptr
		mask                     uint64
	}
	for sig := range syscall.Signal(len(inheritedActions)) {
		if sig != 0 && !runtimeSignals[sig] && !SignalIgnored(sig) {
			unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(sig),
				uintptr(unsafe.Pointer(&deflt)), 0, unsafe.Sizeof(deflt.mask), 0, 0)
		}
	}
}

// restoreInherited undoes what the Go runtime did at start. Only execve may
// follow.
func restoreInherited() {
	restoreIgnored()
	if !captured() {
		return
	}
	for fd := range inheritedFDFlags {
		if StdClosed(fd) {
			unix.Close(fd)
		}
	}
	unix.RawSyscall6(unix.SYS_RT_SIGPROCMASK, unix.SIG_SETMASK,
		uintptr(unsafe.Pointer(&inheritedMask)), 0, unsafe.Sizeof(inheritedMask), 0, 0)
}

// restoreIgnored ignores again what was ignored, for children too: the runtime
// resets every signal it handles in a child it forks.
func restoreIgnored() {
	for sig := range syscall.Signal(len(inheritedActions)) {
		if captured() && inheritedActions[sig] == sigIgn {
			signal.Ignore(sig)
		}
	}
}
