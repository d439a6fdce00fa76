package sys

import (
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"
)

// CPath is a path that ends with a NUL byte, in a buffer that its owner uses
// again: a scan of procfs makes tens of thousands of paths and allocates none.
type CPath []byte

// Set makes the path of the words and numbers in parts, joined by slashes.
func (p *CPath) Set(number int, rest string) CPath {
	*p = append(strconv.AppendInt((*p)[:0], int64(number), 10), rest...)
	*p = append(*p, 0)
	return *p
}

// SetTask makes the path of a file of one thread.
func (p *CPath) SetTask(pid, tid int, rest string) CPath {
	*p = append(strconv.AppendInt((*p)[:0], int64(pid), 10), "/task/"...)
	*p = append(strconv.AppendInt(*p, int64(tid), 10), rest...)
	*p = append(*p, 0)
	return *p
}

// ReadlinkAt reads the link path, below dirfd, into buf.
func ReadlinkAt(dirfd int, path CPath, buf []byte) (int, error) {
	n, _, errno := unix.RawSyscall6(unix.SYS_READLINKAT, uintptr(dirfd), uintptr(unsafe.Pointer(&path[0])),
		uintptr(unsafe.Pointer(&buf[0])), uintptr(len(buf)), 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}

// OpenAt opens path, below dirfd, for reading; a directory too.
func OpenAt(dirfd int, path CPath) (int, error) {
	for {
		fd, _, errno := unix.Syscall6(unix.SYS_OPENAT, uintptr(dirfd), uintptr(unsafe.Pointer(&path[0])),
			openFlags, 0, 0, 0)
		switch errno {
		case 0:
			return int(fd), nil
		case unix.EINTR:
		default:
			return -1, errno
		}
	}
}

// ReadAll reads the open file fd to its end into buf, which grows if need be.
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

// EachNumber calls f with every entry of the open directory fd whose name is a
// number: a process, a thread, a descriptor. buf is for the kernel's records. It
// ends when f is false.
func EachNumber(fd int, buf []byte, f func(int) bool) error {
	for {
		n, err := retry(func() (int, error) { return unix.Getdents(fd, buf) })
		if err != nil || n == 0 {
			return err
		}
		for rest := buf[:n]; len(rest) > 0; {
			entry := (*unix.Dirent)(unsafe.Pointer(&rest[0]))
			name := rest[unsafe.Offsetof(entry.Name):entry.Reclen]
			if number, ok := leadingNumber(name); ok && !f(number) {
				return nil
			}
			rest = rest[entry.Reclen:]
		}
	}
}

// leadingNumber reads a NUL-terminated decimal number.
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
