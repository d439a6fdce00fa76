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
	return ReadNames(fd)
}

// ReadNames is [Names] of an open directory.
func ReadNames(fd int) (names []string, err error) {
	for buf := make([]byte, 8<<10); ; {
		n, err := retry(func() (int, error) { return unix.ReadDirent(fd, buf) })
		if err != nil || n == 0 {
			return names, err
		}
		_, _, names = unix.ParseDirent(buf[:n], -1, names)
	}
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
