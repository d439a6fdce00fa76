package tests

import (
	"fmt"
	"os"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// kernelHides has the pins that this kernel does not tell of, with the words in
// which that is said. It must not be asked in a sandbox, whose procfs does not show
// us.
func kernelHides() map[string]string {
	hidden := map[string]string{}
	if !handlesTellType() {
		hidden["inotify"] = "1 inotify or fanotify mark is on a namespace whose type the kernel does not tell"
		hidden["fanotify"] = "1 inotify or fanotify mark is on a namespace whose type the kernel does not tell"
	}
	if !ringsTellFiles() {
		hidden["io_uring"] = "1 io_uring file could not be inspected"
	}
	if !detachedTreesClone() {
		hidden["detached tree"] = "1 detached mount tree could not be inspected"
	}
	return hidden
}

// handlesTellType reports whether nsfs files have handles, which tell a namespace's
// type (Linux 6.18).
func handlesTellType() bool {
	_, _, err := unix.NameToHandleAt(unix.AT_FDCWD, "/proc/thread-self/ns/net", unix.AT_SYMLINK_FOLLOW)
	return err == nil
}

// ringsTellFiles reports whether the fdinfo of an io_uring has the paths of
// registered files, not only their last component, which a namespace has none of.
func ringsTellFiles() bool {
	ring, err := ringWithNetns()
	if err != nil {
		return false
	}
	defer unix.Close(ring)
	text, err := os.ReadFile(fmt.Sprintf("/proc/thread-self/fdinfo/%d", ring))
	return err == nil && strings.Contains(string(text), "net:[")
}

// detachedTreesClone reports whether open_tree(2) copies what is detached already
// (Linux 6.15).
func detachedTreesClone() bool {
	const clone = unix.OPEN_TREE_CLONE | unix.OPEN_TREE_CLOEXEC
	tree, err := unix.OpenTree(unix.AT_FDCWD, "/run", clone)
	if err != nil {
		return false
	}
	defer unix.Close(tree)
	again, err := unix.OpenTree(tree, "", clone|unix.AT_EMPTY_PATH)
	if err != nil {
		return false
	}
	unix.Close(again)
	return true
}

// ringWithNetns makes an io_uring with the thread's network namespace registered.
func ringWithNetns() (ring int, err error) {
	params := make([]byte, 120)
	r, _, errno := unix.Syscall(unix.SYS_IO_URING_SETUP, 2, uintptr(unsafe.Pointer(&params[0])), 0)
	if errno != 0 {
		return -1, errno
	}
	fd, err := unix.Open("/proc/thread-self/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		unix.Close(int(r))
		return -1, err
	}
	defer unix.Close(fd)
	const registerFiles = 2
	table := int32(fd)
	if _, _, errno = unix.Syscall6(unix.SYS_IO_URING_REGISTER, r, registerFiles, uintptr(unsafe.Pointer(&table)), 1, 0, 0); errno != 0 {
		unix.Close(int(r))
		return -1, errno
	}
	return int(r), nil
}
