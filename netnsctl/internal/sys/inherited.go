package sys

import (
	"os/signal"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	_ "github.com/netnsctl/netnsctl/netnsctl/internal/sys/nofile"
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

// oneProcessor takes the place of the first word of the environment until the
// runtime has read it: most calls are over before a second processor's threads
// would have started, which cost a seventh of the CPU time of `list`. The word
// goes back in [Environ]; [UseAllProcessors] is for work that is worth it. A word
// that begins with GO is left, since it is for the runtime, too.
var (
	oneProcessor  = [...]byte{'G', 'O', 'M', 'A', 'X', 'P', 'R', 'O', 'C', 'S', '=', '1', 0} //nolint:unused // by netnsctl_entry
	inheritedEnv0 unsafe.Pointer
)

const (
	sigDfl = 0
	sigIgn = 1
)

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
	first := *(*uintptr)(inheritedStack) + 2
	var env []string
	for i := first; word(i) != nil; i++ {
		p := word(i)
		if i == first && inheritedEnv0 != nil {
			p = inheritedEnv0
		}
		env = append(env, unix.BytePtrToString((*byte)(p)))
	}
	return env
}

// Getenv looks up the first word NAME=value of [Environ].
func Getenv(name string) (value string, ok bool) {
	for _, word := range Environ() {
		if rest, found := strings.CutPrefix(word, name); found && strings.HasPrefix(rest, "=") {
			return rest[1:], true
		}
	}
	return "", false
}

// UseAllProcessors lets Go code run on all processors, and gives the os package
// the environment that the process was given.
func UseAllProcessors() {
	useAll.Do(func() {
		if inheritedEnv0 == nil {
			return
		}
		syscall.Clearenv()
		for _, word := range Environ() {
			if name, value, ok := strings.Cut(word, "="); ok {
				syscall.Setenv(name, value)
			}
		}
		runtime.GOMAXPROCS(runtime.NumCPU())
	})
}

var useAll sync.Once

// isRuntimeSignal tells of signals that the Go runtime itself needs: for faults,
// for preemption, for system calls in all threads (runtime/signal_unix.go).
func isRuntimeSignal(sig syscall.Signal) bool {
	switch sig {
	case unix.SIGSEGV, unix.SIGBUS, unix.SIGFPE, unix.SIGPROF, unix.SIGURG, 32, 33, 34:
		return true
	}
	return false
}

// RestoreSignals undoes what the runtime did to signals as far as Go code can
// go on: what was ignored is ignored again, everything else gets its default
// action.
func RestoreSignals() {
	RestoreIgnored()
	for sig := range syscall.Signal(len(inheritedActions)) {
		if sig != 0 && !isRuntimeSignal(sig) && !SignalIgnored(sig) {
			setAction(sig, sigDfl)
		}
	}
}

// setAction sets a signal's action behind the runtime's back.
func setAction(sig syscall.Signal, handler uintptr) {
	action := struct {
		handler, flags, restorer uintptr
		mask                     uint64
	}{handler: handler}
	unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(sig),
		uintptr(unsafe.Pointer(&action)), 0, unsafe.Sizeof(action.mask), 0, 0)
}

// restoreInherited undoes what the Go runtime did at start. Only execve may
// follow.
func restoreInherited() {
	RestoreIgnored()
	if !captured() {
		return
	}
	for sig := range syscall.Signal(len(inheritedActions)) {
		if isRuntimeSignal(sig) && SignalIgnored(sig) {
			setAction(sig, sigIgn)
		}
	}
	for fd := range inheritedFDFlags {
		if StdClosed(fd) {
			unix.Close(fd)
		}
	}
	unix.RawSyscall6(unix.SYS_RT_SIGPROCMASK, unix.SIG_SETMASK,
		uintptr(unsafe.Pointer(&inheritedMask)), 0, unsafe.Sizeof(inheritedMask), 0, 0)
}

// RestoreIgnored ignores again what was ignored, for children too: the runtime
// resets every signal it handles in a child it forks.
func RestoreIgnored() {
	for sig := range syscall.Signal(len(inheritedActions)) {
		if captured() && inheritedActions[sig] == sigIgn {
			signal.Ignore(sig)
		}
	}
}
