package sys

import (
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// Exec replaces the process by argv, which is looked up as execvp(3) does, with
// the environment, signal dispositions, signal mask, resource limits and
// standard descriptors that the process was given. The environment is changed as
// in [changedEnviron]. It returns only if that fails.
func Exec(argv, changes []string) error {
	restoreInherited()
	env := changedEnviron(changes)
	return execvp(argv, func(path string, argv []string) error {
		return syscall.Exec(path, argv, env)
	})
}

// ExecFile is Exec of the file path.
func ExecFile(path string, argv []string) error {
	restoreInherited()
	return syscall.Exec(path, argv, Environ())
}

// ExitStatus is how a child ended.
type ExitStatus struct {
	Code   int
	Signal syscall.Signal // 0 unless a signal ended it
}

// Spawn runs argv as a child, like [Exec] in all else, in the calling thread's
// namespaces, and waits for it. The files become its standard descriptors.
func Spawn(argv, changes []string, files [3]int) (ExitStatus, error) {
	env := changedEnviron(changes)
	var pid int
	err := execvp(argv, func(path string, argv []string) (err error) {
		pid, err = fork(path, argv, env, files)
		return err
	})
	if err != nil {
		return ExitStatus{}, err
	}
	return wait(pid)
}

// SpawnFile is Spawn of the file path.
func SpawnFile(path string, argv []string, files [3]int) (ExitStatus, error) {
	pid, err := fork(path, argv, Environ(), files)
	if err != nil {
		return ExitStatus{}, err
	}
	return wait(pid)
}

func fork(path string, argv, env []string, files [3]int) (pid int, err error) {
	RestoreIgnored()
	attr := &syscall.ProcAttr{Env: env}
	for i, fd := range files {
		if fd == i && StdClosed(i) {
			fd = -1
		}
		attr.Files = append(attr.Files, uintptr(fd))
	}
	return syscall.ForkExec(path, argv, attr)
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

// execvp calls execve for every place where argv[0] may be, in the order and
// with the errors of glibc's execvp(3): a file without a known format is a
// script for /bin/sh, EACCES is remembered while the search goes on, an
// unexpected error ends it.
func execvp(argv []string, execve func(string, []string) error) error {
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
	for dir := range strings.SplitSeq(lookupPath(), ":") {
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

func lookupPath() string {
	if path, ok := Getenv("PATH"); ok {
		return path
	}
	return defaultPath
}
