package netnsctl

import (
	"errors"

	"github.com/vishvananda/netns"
)

// Host says in which directories the names, the overlays of /etc and the processes are, and
// which words stand for a namespace. The zero value has the usual directories, and only names
// stand for a namespace. A Host may be copied, and used by several goroutines at once.
type Host struct {
	// RunDir holds the names; "/run/netns" if empty.
	RunDir string
	// EtcDir holds a directory per name with files that [Host.Enter] mounts over those
	// of /etc; "/etc/netns" if empty.
	EtcDir string
	// ProcRoot is where procfs is mounted; "/proc" if empty. Tests set it to a recorded
	// tree.
	ProcRoot string
	// StateRoot is the directory that has the state files of container runtimes below
	// it; "" is the root directory. Tests set it to a recorded tree.
	StateRoot string
	// Resolve, if not nil, opens the network namespace that a word stands for if the word is
	// not a name. The error must be a bare syscall.Errno: ENOENT if the word stands for
	// nothing. The function Open of package discover is one: it understands "pid:1234",
	// "net:[4026532177]", paths and "host".
	Resolve func(h Host, word string) (netns.NsHandle, error)
	// LockedThread says that the calling goroutine is locked to its thread
	// ([runtime.LockOSThread]). [Host.Exec] then works on this thread instead of starting
	// another one, and so does [Host.Add] if the thread may return to its own namespace. A
	// program that adds one name and then ends takes a third less time.
	LockedThread bool
	// LoopbackUp makes [Host.Add] and [Adder.Add] bring up the device lo of each new
	// namespace before its name appears. If lo cannot be brought up, nothing is added.
	LoopbackUp bool
	// Start says how commands are started.
	Start Start
	// Helper does what may never return. If it is nil, each function that needs one uses a
	// new zero [Helper].
	Helper *Helper
	// Warn, if not nil, is called with each failure after which a function nevertheless goes
	// on. It may be called from several threads at the same time.
	Warn func(*OpError)
}

// Dir returns the run directory.
func (h Host) Dir() string {
	if h.RunDir == "" {
		return "/run/netns"
	}
	return h.RunDir
}

func (h Host) etcDir() string {
	if h.EtcDir == "" {
		return "/etc/netns"
	}
	return h.EtcDir
}

// Proc is where procfs is mounted.
func (h Host) Proc() string {
	if h.ProcRoot == "" {
		return "/proc"
	}
	return h.ProcRoot
}

// NamePath is the path of name in the run directory. The name is not checked.
func (h Host) NamePath(name string) string { return h.Dir() + "/" + name }

// PIDPath is the path of the network namespace of the process pid. The text is not
// checked: "self" is possible, too.
func (h Host) PIDPath(pid string) string { return h.Proc() + "/" + pid + "/ns/net" }

func (h Host) warn(err error) {
	if e, ok := errors.AsType[*OpError](err); ok && h.Warn != nil {
		h.Warn(e)
	}
}
