package proc

import (
	"cmp"
	"io"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// ExecFile replaces the process by the program at path, with the environment env and what
// the process was given at its start: descriptors, signals, limits. It returns only if that
// fails.
func ExecFile(path string, argv, env []string) error {
	RestoreAll()
	return syscall.Exec(path, argv, env)
}

// RunFile runs the program at path as a child, with the environment env and with input as
// its standard input, and waits for it. It returns the exit status, -1 if a signal ended the child, and what
// the child wrote to standard output and standard error. If terminal is not nil,
// standard output goes there directly. The child does not outlive this process.
func RunFile(path string, argv, env []string, input []byte, terminal *os.File) (status int, stdout, stderr []byte, err error) {
	var files [3]*os.File
	for i := range files {
		if files[i], err = memoryFile(); err != nil {
			return 0, nil, nil, err
		}
		defer files[i].Close()
	}
	if _, err := files[0].WriteAt(input, 0); err != nil {
		return 0, nil, nil, err
	}
	attr := &os.ProcAttr{Env: env, Files: files[:], Sys: diesWithParent()}
	if terminal != nil {
		attr.Files = []*os.File{files[0], terminal, files[2]}
	}
	child, err := os.StartProcess(path, argv, attr)
	if err != nil {
		return 0, nil, nil, err
	}
	ended, err := child.Wait()
	if err != nil {
		return 0, nil, nil, err
	}
	stdout, err1 := readAll(files[1])
	stderr, err2 := readAll(files[2])
	return ended.ExitCode(), stdout, stderr, cmp.Or(err1, err2)
}

// memoryFile makes a file without a name that lives in memory (Linux 3.17).
func memoryFile() (*os.File, error) {
	fd, err := unix.MemfdCreate("netnsctl", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), "memfd"), nil
}

// readAll reads a file that a child has written, from its beginning.
func readAll(file *os.File) ([]byte, error) {
	return io.ReadAll(io.NewSectionReader(file, 0, 1<<62))
}
