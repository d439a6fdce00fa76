package tests

import (
	"syscall"
	"unsafe"
)

// resetSignals gives the signals that glibc uses itself their default action
// again: its posix_spawn(3), which make starts the tests by, has its children
// ignore them, and a transcript shows what a command ignores.
func resetSignals() {
	var action struct {
		handler, flags, restorer uintptr
		mask                     uint64
	}
	for _, sig := range []uintptr{32, 33} {
		syscall.RawSyscall6(syscall.SYS_RT_SIGACTION, sig, uintptr(unsafe.Pointer(&action)), 0,
			unsafe.Sizeof(action.mask), 0, 0)
	}
}
