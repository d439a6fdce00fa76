package tests

import (
	"syscall"
	"unsafe"
)

// resetSignals lets nothing be ignored that whoever started the tests ignores:
// commands inherit that, and a transcript shows it. nohup(1) is one such, make
// another: glibc's posix_spawn(3) has children ignore its own signals.
func resetSignals() {
	type sigaction struct {
		handler, flags, restorer uintptr
		mask                     uint64
	}
	const ignored = 1
	for sig := uintptr(1); sig <= 64; sig++ {
		var now, deflt sigaction
		syscall.RawSyscall6(syscall.SYS_RT_SIGACTION, sig, 0, uintptr(unsafe.Pointer(&now)), unsafe.Sizeof(now.mask), 0, 0)
		if now.handler == ignored {
			syscall.RawSyscall6(syscall.SYS_RT_SIGACTION, sig, uintptr(unsafe.Pointer(&deflt)), 0,
				unsafe.Sizeof(deflt.mask), 0, 0)
		}
	}
}
