package proc

import (
	"os/signal"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/netnsctl/netnsctl/compat/proc/entry"
)

const (
	sigDfl = 0
	sigIgn = 1
)

// signalIgnored reports whether the signal was ignored when the process began.
func signalIgnored(sig syscall.Signal) bool {
	if !entry.Recorded() {
		return signal.Ignored(sig)
	}
	return entry.Ignored(int(sig))
}

// isRuntimeSignal reports whether the Go runtime itself needs the signal: for
// faults, for preemption, for system calls in all threads (runtime/signal_unix.go).
func isRuntimeSignal(sig syscall.Signal) bool {
	switch sig {
	case unix.SIGSEGV, unix.SIGBUS, unix.SIGFPE, unix.SIGPROF, unix.SIGURG, 32, 33, 34:
		return true
	}
	return false
}

// RestoreIgnored ignores the signals that were ignored when the process began, in
// children too: in a child the runtime resets every signal that it handles.
func RestoreIgnored() {
	for sig := syscall.Signal(1); sig <= entry.LastSignal; sig++ {
		if entry.Ignored(int(sig)) {
			signal.Ignore(sig)
		}
	}
}

// RestoreSignals gives signals the effect that they have on a C program: a signal that
// was ignored is ignored again, all others get their default action, such as ending the
// process by SIGQUIT or SIGUSR1. It takes 57 system calls, so only commands that wait
// call it. The process must not use os/signal afterwards.
func RestoreSignals() {
	RestoreIgnored()
	for sig := syscall.Signal(1); sig <= entry.LastSignal; sig++ {
		if !isRuntimeSignal(sig) && !signalIgnored(sig) {
			setAction(sig, sigDfl)
		}
	}
}

// setAction sets the action of a signal without the knowledge of the runtime.
func setAction(sig syscall.Signal, handler uintptr) {
	action := struct { // struct kernel_sigaction, without flags
		handler, flags, restorer uintptr
		mask                     uint64
	}{handler: handler}
	unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(sig),
		uintptr(unsafe.Pointer(&action)), 0, unsafe.Sizeof(action.mask), 0, 0)
}

// RestoreAll undoes what the runtime did at its start: to signals, their mask and
// standard descriptors. Only execve may follow.
func RestoreAll() {
	if !entry.Recorded() {
		return
	}
	RestoreIgnored()
	for sig := syscall.Signal(1); sig <= entry.LastSignal; sig++ {
		if isRuntimeSignal(sig) && entry.Ignored(int(sig)) {
			setAction(sig, sigIgn)
		}
	}
	for fd := range 3 {
		if entry.StdClosed(fd) {
			unix.Close(fd)
		}
	}
	mask := entry.Mask()
	unix.RawSyscall6(unix.SYS_RT_SIGPROCMASK, unix.SIG_SETMASK,
		uintptr(unsafe.Pointer(&mask)), 0, unsafe.Sizeof(mask), 0, 0)
}
