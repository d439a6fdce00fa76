package sys

import (
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// Exec replaces the process by argv, which is looked up as execvp(3) does, with the
// environment env and, in it, the changes of [changedEnviron]. It calls last, if that
// is not nil, right before the first execve(2). It returns only if that fails.
func Exec(argv, env, changes []string, last func()) error {
	changed := changedEnviron(env, changes)
	if last != nil {
		last()
	}
	return execvp(argv, env, func(path string, argv []string) error {
		return syscall.Exec(path, argv, changed)
	})
}

// ExitStatus is how a child ended.
type ExitStatus struct {
	Code   int
	Signal syscall.Signal // 0 unless a signal ended it
}

// Spawn runs argv, found and with the environment as by [Exec], as a child in the calling
// thread's namespaces, and waits for it. The files become the standard descriptors of the
// child; one that is -1 is closed there.
func Spawn(argv, env, changes []string, files [3]int) (ExitStatus, error) {
	attr := &syscall.ProcAttr{Env: changedEnviron(env, changes)}
	for _, fd := range files {
		attr.Files = append(attr.Files, uintptr(fd))
	}
	var pid int
	err := execvp(argv, env, func(path string, argv []string) (err error) {
		pid, err = syscall.ForkExec(path, argv, attr)
		return err
	})
	if err != nil {
		return ExitStatus{}, err
	}
	return wait(pid)
}

// changedEnviron is env with changes: a word NAME=value takes the place of every
// variable of that name, a word NAME removes it.
func changedEnviron(env, changes []string) []string {
	env = slices.Clone(env)
	for _, change := range changes {
		name, _, sets := strings.Cut(change, "=")
		env = slices.DeleteFunc(env, func(word string) bool { return strings.HasPrefix(word, name+"=") })
		if sets {
			env = append(env, change)
		}
	}
	return env
}

func wait(pid int) (ExitStatus, error) {
	var ws unix.WaitStatus
	_, err := retry(func() (int, error) { return unix.Wait4(pid, &ws, 0, nil) })
	if err != nil {
		return ExitStatus{}, err
	}
	if ws.Signaled() {
		return ExitStatus{Signal: ws.Signal()}, nil
	}
	return ExitStatus{Code: ws.ExitStatus()}, nil
}

// defaultPath is glibc's confstr(_CS_PATH).
const defaultPath = "/bin:/usr/bin"

// execvp calls execve for every path where argv[0] may be, in the order and with the
// errors of glibc's execvp(3), with the PATH in env: a file without a known format is a
// script for /bin/sh, EACCES is remembered while the search goes on, an unexpected
// error ends it.
func execvp(argv, env []string, execve func(string, []string) error) error {
	if len(argv) == 0 {
		return unix.EINVAL
	}
	file := argv[0]
	try := func(path string) error {
		err := execve(path, argv)
		if err == unix.ENOEXEC {
			err = execve("/bin/sh", append([]string{"/bin/sh", path}, argv[1:]...))
		}
		return err
	}
	switch {
	case file == "":
		return unix.ENOENT
	case strings.Contains(file, "/"):
		return try(file)
	case len(file) > unix.NAME_MAX:
		return unix.ENAMETOOLONG
	}
	var result error = unix.ENOENT
	for dir := range strings.SplitSeq(lookupPath(env), ":") {
		if len(dir) >= unix.PathMax {
			continue
		}
		path := file
		if dir != "" {
			path = dir + "/" + file
		}
		// A look is cheaper than an execve for a file that is not there.
		err := unix.Stat(path, &unix.Stat_t{})
		if err != unix.ENOENT {
			err = try(path)
		}
		switch err {
		case nil:
			return nil
		case unix.EACCES:
			result = err
		case unix.ENOENT, unix.ESTALE, unix.ENOTDIR, unix.ENODEV, unix.ETIMEDOUT:
			if result != unix.EACCES {
				result = err
			}
		default:
			return err
		}
	}
	return result
}

func lookupPath(env []string) string {
	for _, word := range env {
		if path, ok := strings.CutPrefix(word, "PATH="); ok {
			return path
		}
	}
	return defaultPath
}
