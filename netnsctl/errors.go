package netnsctl

import (
	"cmp"
	"errors"
	"strconv"
	"syscall"
)

// Op names the step that failed. Every point of failure has its own.
type Op string

// The steps of this package. Packages discover, clean and inside have further ones.
const (
	OpMakeRunDir    Op = "make run directory"
	OpOpenRunDir    Op = "open run directory"
	OpLockRunDir    Op = "lock run directory"
	OpShareRunDir   Op = "share run directory"
	OpBindRunDir    Op = "bind run directory"
	OpUnshareRunDir Op = "take run directory out of its peer group"
	OpReadRunDir    Op = "read run directory"
	OpWatchRunDir   Op = "watch run directory"
	OpOpenWatch     Op = "open inotify"
	OpReadWatch     Op = "read inotify"
	OpCreateName    Op = "create name"
	OpOpenSelf      Op = "open own network namespace"
	OpUnshareNet    Op = "create network namespace"
	OpLoopbackUp    Op = "bring up lo"
	OpBindName      Op = "bind name"
	OpRestoreNet    Op = "return to own network namespace"
	OpRemoveName    Op = "remove name"
	OpOpenNetns     Op = "open network namespace"
	OpStatNetns     Op = "stat network namespace"
	OpEnterNet      Op = "enter network namespace"
	OpUnshareMount  Op = "create mount namespace"
	OpSlaveMounts   Op = "make mounts slaves"
	OpMountSysfs    Op = "mount sysfs"
	OpKeepMount     Op = "keep mount"
	OpBindEtc       Op = "bind over /etc"
	OpIsolateDNS    Op = "isolate DNS"
	OpMakeFolder    Op = "make directory in memory"
	OpBecomeUser    Op = "become user"
	OpExec          Op = "run command"
	OpReadProc      Op = "read procfs"
	OpOpenNetlink   Op = "open netlink socket"
	OpGetNSID       Op = "get nsid"
	OpSetNSID       Op = "set nsid"
	OpListNSIDs     Op = "list nsids"
	OpMountCgroup   Op = "mount cgroup2"
	OpMakeVRFGroup  Op = "make cgroup"
	OpLeaveVRF      Op = "leave VRF"
)

// OpError is the only type of error that this package returns, except where a
// function's comment says otherwise.
type OpError struct {
	// Op is the step that failed.
	Op Op
	// Name is the name of the namespace that the step was for, the command for [OpExec],
	// the file below /etc for [OpBindEtc], or empty.
	Name string
	// Path is the file that the step was done to, empty if there was none.
	Path string
	// Message is what the kernel said beyond the errno: the text of an
	// rtnetlink extended acknowledgement (Linux 4.12), without a final period.
	Message string
	// Err is a bare [syscall.Errno] or, where there is none, another error with its own
	// text, such as [ErrInvalidName] and [ErrChanged].
	Err error
}

func (e *OpError) Error() string {
	if errors.Is(e.Err, ErrNoAnswer) {
		return strconv.Quote(cmp.Or(e.Path, e.Name)) + " does not answer"
	}
	s := string(e.Op)
	if e.Path != "" {
		s += " " + e.Path
	} else if e.Name != "" {
		s += " " + e.Name
	}
	if e.Message != "" {
		return s + ": " + e.Message
	}
	return s + ": " + e.Err.Error()
}

func (e *OpError) Unwrap() error { return e.Err }

// NewOpError makes an [OpError] with the errno in err, or with err itself where it has
// none. It is nil for a nil err.
func NewOpError(op Op, name, path string, err error) error { return newOpError(op, name, path, err) }

// newOpError is [NewOpError]. It takes the errno out of what the standard library has
// wrapped around it.
func newOpError(op Op, name, path string, err error) error {
	if err == nil {
		return nil
	}
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		err = errno
	}
	return &OpError{Op: op, Name: name, Path: path, Err: err}
}

// AtLimit reports whether an error means that a limit is reached: of the kernel
// (namespaces(7), fs.mount-max), of the process (getrlimit(2)), of its cgroup, or of a file
// system.
func AtLimit(err error) bool {
	for _, limit := range []syscall.Errno{syscall.ENOSPC, syscall.EMFILE, syscall.ENFILE, syscall.EAGAIN, syscall.ENOMEM} {
		if errors.Is(err, limit) {
			return true
		}
	}
	return false
}
