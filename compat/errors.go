package compat

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl"
)

// The exit statuses of `ip`.
const (
	statusFailed  = 1   // the command failed
	statusRefused = 2   // rtnetlink refused
	statusUsage   = 255 // usage error
)

// failure is an error with the exit status of the command.
type failure struct {
	status int
	// text is printed to standard error with a newline. It is empty if the command
	// has printed its messages already.
	text string
	// cause is the step that failed, or nil.
	cause *netnsctl.OpError
	// exits is set where `ip` exits at once: a batch ends with this status, even
	// with -force.
	exits bool
}

func (f *failure) Error() string { return f.text }

func failed(format string, args ...any) error {
	return &failure{status: statusFailed, text: fmt.Sprintf(format, args...)}
}

// usageError is an error that `ip` finds before it has done anything.
func usageError(format string, args ...any) error {
	return &failure{status: statusUsage, text: fmt.Sprintf(format, args...), exits: true}
}

func invalidArgument(word, reason string) error {
	return usageError("Error: argument \"%s\" is wrong: %s", word, reason)
}

// silent is a failure without a message.
func silent(status int) error { return &failure{status: status} }

// ended ends a call without a failure: an option has done everything.
type ended struct{}

func (ended) Error() string { return "" }

// fail is the failure of a command with status 1, in iproute2's words.
func (s *session) fail(command string, err error) error {
	return s.failWith(statusFailed, command, err)
}

func (s *session) failWith(status int, command string, err error) error {
	if e := opError(err); e != nil {
		// The thread that could not return must run no further line of a batch.
		return &failure{status: status, text: s.message(command, e), cause: e, exits: e.Op == netnsctl.OpRestoreNet}
	}
	return err
}

func opError(err error) *netnsctl.OpError {
	e, _ := errors.AsType[*netnsctl.OpError](err)
	return e
}

// messages are iproute2's messages for each operation that can fail: first those
// of single commands, then those of all others. $name, $path and $err stand for
// the fields of the error, $dir for the run directory.
var messages = []struct {
	command string
	op      netnsctl.Op
	text    string
}{
	{"add", netnsctl.OpBindName, "Bind /proc/self/ns/net -> $dir/$name failed: $err"},
	{"identify", netnsctl.OpReadRunDir, "Failed to open directory $dir:$err"},
	{"identify", netnsctl.OpOpenNetns, "Cannot open network namespace: $err"},
	{"identify", netnsctl.OpStatNetns, "Stat of netns failed: $err"},
	{"pids", netnsctl.OpOpenNetns, "Cannot open network namespace: $err"},
	{"pids", netnsctl.OpStatNetns, "Stat of netns failed: $err"},

	{"", netnsctl.OpMakeRunDir, "mkdir $dir failed: $err"},
	{"", netnsctl.OpOpenRunDir, `Cannot open netns runtime directory "$dir": $err`},
	{"", netnsctl.OpLockRunDir, `Warning: could not flock netns runtime directory "$dir": $err`},
	{"", netnsctl.OpShareRunDir, "mount --make-shared $dir failed: $err"},
	{"", netnsctl.OpBindRunDir, "mount --bind $dir $dir failed: $err"},
	{"", netnsctl.OpUnshareRunDir, "mount --make-private $dir failed: $err"},
	{"", netnsctl.OpReadRunDir, "Failed to open directory $dir: $err"},
	{"", netnsctl.OpOpenWatch, "inotify_init failed: $err"},
	{"", netnsctl.OpWatchRunDir, "inotify_add_watch failed: $err"},
	{"", netnsctl.OpReadWatch, "read failed: $err"},
	{"", netnsctl.OpCreateName, `Cannot create namespace file "$path": $err`},
	{"", netnsctl.OpOpenSelf, "Cannot open init namespace: $err"},
	{"", netnsctl.OpUnshareNet, `Failed to create a new network namespace "$name": $err`},
	{"", netnsctl.OpLoopbackUp, "Failed to bring up lo: $err"},
	{"", netnsctl.OpBindName, "Bind $path -> $dir/$name failed: $err"},
	{"", netnsctl.OpRestoreNet, "setns: $err"},
	{"", netnsctl.OpRemoveName, `Cannot remove namespace file "$path": $err`},
	{"", netnsctl.OpOpenNetns, `Cannot open network namespace "$name": $err`},
	{"", netnsctl.OpEnterNet, `setting the network namespace "$name" failed: $err`},
	{"", netnsctl.OpUnshareMount, "unshare failed: $err"},
	{"", netnsctl.OpSlaveMounts, `"mount --make-rslave /" failed: $err`},
	{"", netnsctl.OpMountSysfs, "mount of /sys failed: $err"},
	{"", netnsctl.OpKeepMount, "mount of $path failed: $err"},
	{"", netnsctl.OpBecomeUser, "becoming another user failed: $err"},
	{"", netnsctl.OpBindEtc, "Bind $path -> $name failed: $err"},
	{"", netnsctl.OpIsolateDNS, "isolating the DNS failed at $path: $err"},
	{"", netnsctl.OpMakeFolder, "making a directory in memory failed: $err"},
	{"", netnsctl.OpExec, `exec of "$name" failed: $err`},
	{"", netnsctl.OpReadProc, "Open of /proc failed: $err"},
	{"", netnsctl.OpOpenNetlink, "Cannot open netlink socket: $err"},
	{"", netnsctl.OpGetNSID, "RTNETLINK answers: $err"},
	{"", netnsctl.OpSetNSID, "RTNETLINK answers: $err"},
	{"", netnsctl.OpListNSIDs, "RTNETLINK answers: $err"},
	{"", netnsctl.OpMountCgroup, "Failed to mount cgroup2: $err"},
	{"", netnsctl.OpMakeVRFGroup, "mkdir failed for $path: $err\nFailed to setup vrf cgroup2 directory"},
	{"", netnsctl.OpLeaveVRF, "Failed to open cgroups.procs file: $err."},
}

// message gives the message of `ip` for an error in a command.
func (s *session) message(command string, e *netnsctl.OpError) string {
	if e.Message != "" {
		return "Error: " + strings.TrimSuffix(e.Message, ".") + "."
	}
	if errors.Is(e.Err, netnsctl.ErrNoAnswer) {
		return `"` + cmp.Or(e.Path, e.Name) + `" does not answer`
	}
	for _, m := range messages {
		if m.op == e.Op && (m.command == command || m.command == "") {
			return strings.NewReplacer("$name", e.Name, "$path", e.Path,
				"$dir", s.host.Dir(), "$err", strerror(e.Err)).Replace(m.text)
		}
	}
	return e.Error()
}

// strerror gives glibc's text of an error, which is Go's with a capital letter.
func strerror(err error) string {
	errno, ok := errors.AsType[syscall.Errno](err)
	if !ok {
		return err.Error()
	}
	text := errno.Error()
	return strings.ToUpper(text[:1]) + text[1:]
}
