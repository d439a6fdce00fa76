package main

import (
	"strings"
	"syscall"
	"testing"
)

// TestRefusal: the kernel parameter is named that forbids user namespaces, else the reason that
// the errno stands for.
func TestRefusal(t *testing.T) {
	for _, c := range []struct {
		key, value, want string
		err              syscall.Errno
	}{
		{"kernel/unprivileged_userns_clone", "0", "kernel.unprivileged_userns_clone is 0", syscall.EPERM},
		{"kernel/unprivileged_userns_clone", "1", "seccomp filter", syscall.EPERM},
		{"user/max_user_namespaces", "0", "user.max_user_namespaces is 0", syscall.ENOSPC},
		{"user/max_user_namespaces", "5", "the limit user.max_user_namespaces is reached", syscall.ENOSPC},
		{"kernel/apparmor_restrict_unprivileged_userns", "1", "kernel.apparmor_restrict_unprivileged_userns is 1", syscall.EPERM},
		{"kernel/apparmor_restrict_unprivileged_userns", "0", "seccomp filter", syscall.EPERM},
		{"kernel/other", "0", "CONFIG_USER_NS", syscall.EINVAL},
		{"kernel/other", "0", "entry point", syscall.ENOTSUP},
		{"kernel/other", "0", "no such file", syscall.ENOENT},
	} {
		valueOf := func(key string) string { return map[string]string{c.key: c.value}[key] }
		if got := refusal(valueOf, c.err); !strings.Contains(got, c.want) {
			t.Errorf("%s %q: %q, want %q", c.key, c.value, got, c.want)
		}
	}
}
