package proc

import (
	"fmt"
	"os"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/netnsctl/netnsctl/compat/proc/entry"
)

// User is a user and his group, by their numbers.
type User struct{ UID, GID int }

// ExecInUserNamespace starts the program again, in place of the process and with argv, in a new
// user namespace. It returns only if that fails. It is ENOTSUP without the entry point.
func ExecInUserNamespace(argv []string) error {
	if !entry.Recorded() {
		return syscall.ENOTSUP
	}
	argv = append([]string{fmt.Sprintf("%s%d:%d/%s", entry.NewUserNamespace, os.Geteuid(), os.Getegid(), argv[0])}, argv[1:]...)
	return ExecFile("/proc/self/exe", argv, Environ())
}

// UserNamespace reports whether [ExecInUserNamespace] has started the program, and for which
// user of the outer user namespace. The error says why the process is not in a new one.
func UserNamespace() (outer User, started bool, err error) {
	asked, errno := entry.UserNamespace()
	switch {
	case !asked:
		return outer, false, nil
	case errno != 0:
		return outer, true, syscall.Errno(errno)
	}
	_, err = fmt.Sscanf(strings.TrimPrefix(os.Args[0], entry.NewUserNamespace), "%d:%d/", &outer.UID, &outer.GID)
	return outer, true, err
}

// MapUser makes the user outer of the outer user namespace the user inner of the process'
// own, which may be done once. There is no other user in it, and setgroups(2) is refused: the
// kernel demands that of an ordinary user (user_namespaces(7)).
func MapUser(inner, outer User) error {
	// The files belong to root where the program's file has capabilities (proc(5)). The process
	// has nothing of these any more, so its user may trace it.
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 1, 0, 0, 0); err != nil {
		return err
	}
	for _, file := range []struct{ name, text string }{
		{"setgroups", "deny"},
		{"uid_map", fmt.Sprintf("%d %d 1", inner.UID, outer.UID)},
		{"gid_map", fmt.Sprintf("%d %d 1", inner.GID, outer.GID)},
	} {
		if err := os.WriteFile("/proc/self/"+file.name, []byte(file.text), 0); err != nil {
			return err
		}
	}
	return nil
}
