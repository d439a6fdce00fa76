package sys

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// ReadFile reads the file path of procfs. Files that others control are for [Tree.Read].
func ReadFile(path string) ([]byte, error) {
	fd, err := open(path, openFlags)
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	return ReadAll(fd, make([]byte, 0, 1<<10))
}

// ReadAll reads the open file fd to its end into buf, which grows where that is needed.
func ReadAll(fd int, buf []byte) ([]byte, error) {
	buf = buf[:0]
	for {
		if len(buf) == cap(buf) {
			buf = append(buf, 0)[:len(buf)]
		}
		n, err := retry(func() (int, error) { return unix.Read(fd, buf[len(buf):cap(buf)]) })
		if err != nil || n == 0 {
			return buf, err
		}
		buf = buf[:len(buf)+n]
	}
}

// Names returns the entries of the directory path, without "." and "..", in the order
// of the directory. [os.File] needs eight system calls more, for the poller of the
// runtime.
func Names(path string) ([]string, error) {
	fd, err := OpenDir(path)
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	return ReadNames(fd)
}

// ReadNames is [Names] of an open directory. With an error it returns what was read.
func ReadNames(fd int) (names []string, err error) {
	for buf := make([]byte, 8<<10); ; {
		n, err := retry(func() (int, error) { return unix.ReadDirent(fd, buf) })
		if err != nil || n == 0 {
			return names, err
		}
		_, _, names = unix.ParseDirent(buf[:n], -1, names)
	}
}

// EachNumber calls f with every entry of the open directory fd that is a number: a
// process, a thread, a descriptor. It ends when f returns false. buf is for the records
// of the kernel.
func EachNumber(fd int, buf []byte, f func(int) bool) error {
	return eachEntry(fd, buf, func(_ uint8, name []byte) bool {
		number, ok := leadingNumber(name)
		return !ok || f(number)
	})
}

// eachEntry calls f with the type (DT_LNK and others, readdir(3)) and the name, which a NUL byte
// ends, of every entry of the open directory fd. It ends when f returns false.
func eachEntry(fd int, buf []byte, f func(kind uint8, name []byte) bool) error {
	for {
		n, err := retry(func() (int, error) { return unix.Getdents(fd, buf) })
		if err != nil || n == 0 {
			return err
		}
		for rest := buf[:n]; len(rest) > 0; {
			entry := (*unix.Dirent)(unsafe.Pointer(&rest[0]))
			if !f(entry.Type, rest[unsafe.Offsetof(entry.Name):entry.Reclen]) {
				return nil
			}
			rest = rest[entry.Reclen:]
		}
	}
}

// leadingNumber reads a decimal number that a NUL byte ends.
func leadingNumber(s []byte) (n int, ok bool) {
	for i, c := range s {
		if c == 0 {
			return n, i > 0
		}
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return 0, false
}

// ReadUpTo reads the first bytes of the open file fd.
func ReadUpTo(fd, limit int) ([]byte, error) {
	buf := make([]byte, 0, min(limit, 4<<10))
	for len(buf) < limit {
		if len(buf) == cap(buf) {
			buf = append(buf, 0)[:len(buf)]
		}
		n, err := retry(func() (int, error) { return unix.Read(fd, buf[len(buf):min(cap(buf), limit)]) })
		if err != nil || n == 0 {
			return buf, err
		}
		buf = buf[:len(buf)+n]
	}
	return buf, nil
}
