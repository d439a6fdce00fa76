package compat

import (
	"errors"
	"strings"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl"
)

// messages holds iproute2's words for each step that can fail, in any command
// or in one that has its own for it (those come first). $name, $path and $err
// stand for the error's parts, $dir for the run directory.
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
	{"", netnsctl.OpDropCaps, "Failed to drop capabilities: $err"},
}

// words says what failed as `ip` does in the command.
func (s *session) words(command string, e *netnsctl.OpError) string {
	if e.Message != "" {
		return "Error: " + strings.TrimSuffix(e.Message, ".") + "."
	}
	for _, m := range messages {
		if m.op == e.Op && (m.command == command || m.command == "") {
			return strings.NewReplacer("$name", e.Name, "$path", e.Path,
				"$dir", s.host.Dir(), "$err", strerror(e.Err)).Replace(m.text)
		}
	}
	return e.Error()
}

// strerror is glibc's text: Go's with its first letter raised.
func strerror(err error) string {
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		return err.Error()
	}
	text := errno.Error()
	return strings.ToUpper(text[:1]) + text[1:]
}
