package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// explainLimit prints which limit a failed step has reached, if any.
func (u *ui) explainLimit(host netnsctl.Host, err error) {
	op, _ := errors.AsType[*netnsctl.OpError](err)
	if op == nil || !netnsctl.AtLimit(err) {
		return
	}
	if text := limitText(host, op); text != "" {
		u.note("%s", text)
	}
}

// warnOfLimit prints who is about to reach the limit of network namespaces.
func (u *ui) warnOfLimit(l discover.Limit) {
	if l.NearlyReached() {
		u.note("warning: %s", usageText(l))
	}
}

// limitText names the limit that a step has reached.
func limitText(host netnsctl.Host, op *netnsctl.OpError) string {
	switch errno, _ := errors.AsType[syscall.Errno](op.Err); errno {
	case syscall.ENOSPC:
		return spaceText(host, op)
	case syscall.EMFILE:
		if op.Op == netnsctl.OpOpenWatch {
			return "all inotify instances that user.max_inotify_instances" + valueOf("user/max_inotify_instances") + " allows a user are in use"
		}
		return "the process has as many open files as it may have (ulimit -n)"
	case syscall.ENFILE:
		return "all processes together have as many open files as fs.file-max allows"
	case syscall.EAGAIN:
		if op.Op != netnsctl.OpExec {
			return ""
		}
		return "no further process is allowed by pids.max of the cgroup, or by the user's limit (ulimit -u)"
	case syscall.ENOMEM:
		return "the kernel has no memory left for this, or memory.max of the cgroup allows no more"
	}
	return ""
}

// spaceText is about ENOSPC, by which the kernel answers to several limits.
func spaceText(host netnsctl.Host, op *netnsctl.OpError) string {
	switch op.Op {
	case netnsctl.OpUnshareNet:
		const unused = "; to see the unused ones: netnsctl list --stale"
		snap, err := discover.Scan(host, discover.Options{})
		if err != nil || len(snap.Limit.Users) == 0 {
			return "all network namespaces that user.max_net_namespaces" + valueOf("user/max_net_namespaces") +
				" allows a user are in use, in this user namespace or in an outer one" + unused
		}
		defer snap.Close()
		return usageText(snap.Limit) + unused
	case netnsctl.OpUnshareMount:
		return "all mount namespaces that user.max_mnt_namespaces" + valueOf("user/max_mnt_namespaces") + " allows a user are in use," +
			" in this user namespace or in an outer one"
	case netnsctl.OpWatchRunDir:
		return "all inotify watches that user.max_inotify_watches" + valueOf("user/max_inotify_watches") + " allows a user are in use"
	case netnsctl.OpCreateName, netnsctl.OpMakeRunDir:
		return "the file system of " + host.Dir() + " is full"
	case netnsctl.OpBindName, netnsctl.OpBindRunDir, netnsctl.OpMountSysfs, netnsctl.OpKeepMount, netnsctl.OpMountCgroup:
		return "the mount namespace has as many mounts as fs.mount-max" + valueOf("fs/mount-max") + " allows"
	}
	return ""
}

// usageText says who has how many network namespaces.
func usageText(l discover.Limit) string {
	const most = 3
	var users []string
	for _, one := range l.Users[:min(len(l.Users), most)] {
		users = append(users, fmt.Sprintf("%s has %d", userName(one.UID), one.Count))
	}
	if more := len(l.Users) - most; more > 0 {
		users = append(users, plural(more, "other user has fewer", "other users have fewer"))
	}
	return fmt.Sprintf("user.max_net_namespaces allows each user %s: %s",
		plural(l.Max, "network namespace", "network namespaces"), strings.Join(users, ", "))
}

// valueOf is the value of a kernel parameter, in brackets.
func valueOf(key string) string {
	if value := parameter(key); value != "" {
		return " (" + value + ")"
	}
	return ""
}

// parameter is the value of a kernel parameter, or empty.
func parameter(key string) string {
	text, err := os.ReadFile("/proc/sys/" + key)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}
