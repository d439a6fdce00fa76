package sys

import "golang.org/x/sys/unix"

// Names gives the entries of the directory path, without "." and "..", in the
// directory's own order. [os.File] would take eight system calls more, for the
// runtime's poller.
func Names(path string) ([]string, error) {
	fd, err := OpenDir(path)
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	var names []string
	for buf := make([]byte, 8<<10); ; {
		n := len(names)
		if names, err = MoreNames(fd, buf, names); err != nil || len(names) == n {
			return names, err
		}
	}
}

// MoreNames appends the next names of an open directory, as many as buf has room
// for, to names; none at its end.
func MoreNames(dir int, buf []byte, names []string) ([]string, error) {
	for had := len(names); len(names) == had; {
		n, err := retry(func() (int, error) { return unix.ReadDirent(dir, buf) })
		if err != nil || n == 0 {
			return names, err
		}
		_, _, names = unix.ParseDirent(buf[:n], -1, names)
	}
	return names, nil
}

// ReadFile reads the file path.
func ReadFile(path string) ([]byte, error) {
	fd, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	return ReadAll(fd, make([]byte, 0, 1<<10))
}
