package sys

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// The system calls of this file, like the looks at procfs that are raw, take
// microseconds but, now and then, more than the 20 after which the runtime gives
// the processor of a thread in a system call to another thread: to get it back
// takes two switches. So they don't tell the runtime. None of them waits for a
// person, a network or a device.

func unshare(flags uintptr) error {
	return errorOf(unix.RawSyscall(unix.SYS_UNSHARE, flags, 0, 0))
}

// mount is mount(2) without data.
func mount(source, target, kind string, flags uintptr) error {
	paths, err := cStrings(source, target, kind)
	if err != nil {
		return err
	}
	_, _, errno := unix.RawSyscall6(unix.SYS_MOUNT, uintptr(unsafe.Pointer(paths[0])),
		uintptr(unsafe.Pointer(paths[1])), uintptr(unsafe.Pointer(paths[2])), flags, 0, 0)
	return errorOf(0, 0, errno)
}

func unmount(target string, flags uintptr) error {
	path, err := unix.BytePtrFromString(target)
	if err != nil {
		return err
	}
	return errorOf(unix.RawSyscall(unix.SYS_UMOUNT2, uintptr(unsafe.Pointer(path)), flags, 0))
}

// UnlinkPath removes the file path, which is not a directory.
func UnlinkPath(path string) error {
	p, err := unix.BytePtrFromString(path)
	if err != nil {
		return err
	}
	cwd := unix.AT_FDCWD
	return errorOf(unix.RawSyscall(unix.SYS_UNLINKAT, uintptr(cwd), uintptr(unsafe.Pointer(p)), 0))
}

func cStrings(words ...string) (c []*byte, err error) {
	c = make([]*byte, len(words))
	for i, word := range words {
		if c[i], err = unix.BytePtrFromString(word); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func errorOf(_, _ uintptr, errno unix.Errno) error {
	if errno != 0 {
		return errno
	}
	return nil
}
