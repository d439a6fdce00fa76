package sys

import (
	"os/signal"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys/entry"
)

const (
	sigDfl = 0
	sigIgn = 1
)

// SignalIgnored reports whether the signal was ignored when the process began.
func SignalIgnored(sig syscall.Signal) bool {
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

// RestoreSignals undoes what the runtime did to signals, as far as Go code can go
// on afterwards: a signal that was ignored is ignored again, all others get their
// default action.
func RestoreSignals() {
	RestoreIgnored()
	for sig := syscall.Signal(1); sig <= entry.LastSignal; sig++ {
		if !isRuntimeSignal(sig) && !SignalIgnored(sig) {
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

// restoreInherited undoes what the runtime did at its start. Only execve may
// follow.
func restoreInherited() {
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
