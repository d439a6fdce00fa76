// Package entry has the entry point of the program, which runs before the Go
// runtime.
//
// The runtime changes some of what the process was given, and a command that the program
// executes must get it unchanged. So the entry point records it: the dispositions and
// the mask of the signals, which standard descriptors are closed, the environment with
// duplicates.
//
// A call of the face ip for another object than netns needs no runtime: the entry point
// executes the real `ip` itself, see [handOver].
//
// The entry point is in use where the program was linked with -E netnsctl_entry,
// which needs one of the assembly files of this package. Without it [Recorded] is
// false, and a command gets what the runtime has left.
//
// The entry point also makes the start of the runtime cheaper. Of the time of
// `list`, measured beside that of `ip netns list` (Go 1.26, two processors):
//   - The runtime reads the cgroup's limit of processors from /proc/self/mountinfo
//     since Go 1.25, even where GOMAXPROCS is given: 0.2 ms, and more with every
//     mount. So the entry point lowers the limit of open files to 3, with which the
//     runtime cannot open that file.
//   - The runtime starts threads for a second processor, which a short call never
//     uses: 0.2 ms. So the entry point puts GOMAXPROCS=1 before the environment that the
//     runtime reads. Main raises the number again; commands do not get the variable.
//
// Where the program's name begins with [NewUserNamespace], the entry point also moves the
// process into a new user namespace, which the kernel allows a process with one thread only
// (unshare(2)); the runtime starts a second one before any Go code.
//
// The package imports nothing, so that it is initialised before package syscall
// (packages without dependencies come in the order of their import paths): syscall
// raises the limit of open files, and remembers the inherited one for children.
// TestStartupLimit fails where the order is another.
package entry

import "unsafe"

// NewUserNamespace is the first byte of a program's name (argv[0]) that asks for a user namespace.
const NewUserNamespace = "\x01"

// notAsked is userNamespace where the program's name does not ask for one.
const notAsked = 1

// IPVariable is the environment variable with the path of the real `ip`, and RoundsVariable
// the one that counts how often a call came here on its way there: see package compat.
const (
	IPVariable     = "NETNSCTL_IP"
	RoundsVariable = "NETNSCTL_IP_ROUNDS"
)

// LastSignal is the highest number of a signal (NSIG in the kernel's headers).
const LastSignal = 64

// The entry point writes these variables, before any Go code runs.
var (
	env       unsafe.Pointer         // the first word of the environment; NULL ends it
	fdFlags   [3]int64               // fcntl(fd, F_GETFD): -EBADF where fd is closed
	mask      uint64                 // of signals
	actions   [LastSignal + 1]uint64 // the handler of each signal: SIG_DFL 0, SIG_IGN 1
	openFiles [2]uint64              // RLIMIT_NOFILE, soft and hard

	userNamespace int64 = notAsked // what unshare(CLONE_NEWUSER) returned: 0 or a negative errno
)

// Recorded reports whether the entry point has run.
func Recorded() bool { return env != nil }

// UserNamespace reports whether the process was asked to begin in a new user namespace, and the
// errno if it is not in one, else 0.
func UserNamespace() (asked bool, errno uintptr) {
	if userNamespace == notAsked {
		return false, 0
	}
	return true, uintptr(-userNamespace)
}

// StdClosed reports whether the standard descriptor fd was closed when the process
// began. The runtime opens /dev/null in its place.
func StdClosed(fd int) bool {
	const ebadf = 9
	return fdFlags[fd] == -ebadf
}

// Ignored reports whether the process began with the signal ignored.
func Ignored(signal int) bool {
	const sigIgn = 1
	return actions[signal] == sigIgn
}

// Mask is the mask of blocked signals that the process began with.
func Mask() uint64 { return mask }

// Environ is the environment that the process was given, with duplicates and with
// words that have no "=", which os.Environ leaves out.
func Environ() []string {
	var words []string
	for at := env; ; at = unsafe.Add(at, wordSize) {
		word := *(**byte)(at)
		if word == nil {
			return words
		}
		length := 0
		for *(*byte)(unsafe.Add(unsafe.Pointer(word), length)) != 0 {
			length++
		}
		words = append(words, unsafe.String(word, length))
	}
}

// wordSize is the size of a pointer.
const wordSize = unsafe.Sizeof(uintptr(0))
