//go:build amd64 || arm64

package entry

import "unsafe"

// The functions of this file, handover.go, realip.go and text.go run before the runtime, on
// the stack of the process. They are nosplit, since there is no g that knows the stack; and
// they allocate nothing, never panic and call only one another.

// few is the limit of open files that the runtime starts with: the standard descriptors.
const few = 3

// fewFiles is RLIMIT_NOFILE for the runtime, and buffer is what system calls fill.
var (
	fewFiles [2]uint64
	buffer   [256]byte
)

var oneProcessor = [...]byte{'G', 'O', 'M', 'A', 'X', 'P', 'R', 'O', 'C', 'S', '=', '1', 0}

// begin gets the stack that execve(2) leaves: argc, argv…, NULL, envp…, NULL, auxv. It
// returns the one that the runtime is to start with.
//
// Argc, argv and their NULL move down by two words (the stack pointer has to stay a multiple
// of 16). What becomes free are the first two words of the environment.
//
//go:nosplit
func begin(stack unsafe.Pointer) (moved unsafe.Pointer) {
	env = unsafe.Add(stack, (*word(stack, 0)+2)*wordSize)
	moved = unsafe.Add(stack, -2*int(wordSize))
	for i := range *word(stack, 0) + 2 {
		*word(moved, i) = *word(stack, i)
	}
	free := unsafe.Add(env, -2*int(wordSize))

	p := given{argc: *word(moved, 0), argv: unsafe.Add(moved, wordSize), env: env}
	if asksForUserNamespace(p) {
		userNamespace = int64(call(sysUnshare, cloneNewuser, 0, 0, 0, 0))
	} else {
		handOver(p)
	}

	variable := uintptr(unsafe.Pointer(&oneProcessor))
	*word(free, 0), *word(free, 1) = variable, variable
	record()
	if openFiles[1] >= few {
		fewFiles = [2]uint64{few, openFiles[1]}
		call(sysPrlimit, 0, rlimitNofile, uintptr(unsafe.Pointer(&fewFiles)), 0, 0)
	}
	return moved
}

// asksForUserNamespace reports whether the program's name begins with NewUserNamespace.
//
//go:nosplit
func asksForUserNamespace(p given) bool {
	return p.argc > 0 && char(*(*unsafe.Pointer)(p.argv), 0) == NewUserNamespace[0]
}

// record asks the kernel for what the process was given.
//
//go:nosplit
func record() {
	for fd := range uintptr(len(fdFlags)) {
		fdFlags[fd] = int64(call(sysFcntl, fd, fGetfd, 0, 0, 0))
	}
	call(sysSigprocmask, 0, 0, uintptr(unsafe.Pointer(&mask)), unsafe.Sizeof(mask), 0)
	handler := (*uint64)(unsafe.Pointer(&buffer)) // of struct kernel_sigaction
	for signal := uintptr(1); signal <= LastSignal; signal++ {
		*handler = 0
		call(sysSigaction, signal, 0, uintptr(unsafe.Pointer(&buffer)), unsafe.Sizeof(mask), 0)
		actions[signal] = *handler
	}
	call(sysPrlimit, 0, rlimitNofile, 0, uintptr(unsafe.Pointer(&openFiles)), 0)
}

func init() {
	if openFiles[1] >= few {
		call(sysPrlimit, 0, rlimitNofile, uintptr(unsafe.Pointer(&openFiles)), 0, 0)
	}
}

// call is the system call of that number. The result is -errno where the call fails.
func call(number, a, b, c, d, e uintptr) (result uintptr)

const (
	cloneNewuser = 0x10000000
	fGetfd       = 1
	rlimitNofile = 7
)
