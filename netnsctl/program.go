package netnsctl

import (
	"cmp"
	"io"
	"os"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// ExecFile replaces the process by the program at path, with what the process
// was given at its own start: environment, descriptors, signals, limits. It
// returns only if that fails.
func ExecFile(path string, argv []string) error {
	return newOpError(OpExec, path, "", sys.ExecFile(path, argv))
}

// RunFile runs the program at path as a child, with input as its standard
// input, and waits for it. It returns what the child wrote to standard output
// and standard error; with a terminal the output goes there directly.
func RunFile(path string, argv []string, input []byte, terminal bool) (status ExitStatus, stdout, stderr []byte, err error) {
	files, err := memoryFiles()
	if err != nil {
		return status, nil, nil, newOpError(OpExec, path, "", err)
	}
	defer closeAll(files)
	fds := [3]int{int(files[0].Fd()), int(files[1].Fd()), int(files[2].Fd())}
	if terminal {
		fds[1] = 1
	}
	if _, err = files[0].WriteAt(input, 0); err != nil {
		return status, nil, nil, newOpError(OpExec, path, "", err)
	}
	ended, err := sys.SpawnFile(path, argv, fds)
	if err != nil {
		return status, nil, nil, newOpError(OpExec, path, "", err)
	}
	if stdout, stderr, err = written(files); err != nil {
		err = newOpError(OpExec, path, "", err)
	}
	return ExitStatus(ended), stdout, stderr, err
}

// memoryFiles makes files for the standard descriptors of a child.
func memoryFiles() (files [3]*os.File, err error) {
	for i := range files {
		if files[i], err = sys.MemoryFile(); err != nil {
			closeAll(files)
			return files, err
		}
	}
	return files, nil
}

func closeAll(files [3]*os.File) {
	for _, f := range files {
		if f != nil {
			f.Close()
		}
	}
}

// written reads what a child wrote to its files in memory.
func written(files [3]*os.File) (stdout, stderr []byte, err error) {
	stdout, err = io.ReadAll(io.NewSectionReader(files[1], 0, 1<<62))
	stderr, err2 := io.ReadAll(io.NewSectionReader(files[2], 0, 1<<62))
	return stdout, stderr, cmp.Or(err, err2)
}
