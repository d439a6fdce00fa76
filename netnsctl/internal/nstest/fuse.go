package nstest

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync/atomic"
	"syscall"
	"testing"
)

// FUSE is a file system of which the test is the server. A name that begins with d is a
// directory, one that begins with f a file of some bytes; there are no others.
type FUSE struct {
	device *os.File
	hangs  atomic.Pointer[[]FUSERequest] // nil for none
	asked  chan FUSERequest
}

// FUSERequest is the number of a request (linux/fuse.h).
type FUSERequest uint32

// The requests that tests let hang.
const (
	FUSELookup  FUSERequest = 1
	FUSEGetattr FUSERequest = 3
	FUSEOpen    FUSERequest = 14
	FUSERead    FUSERequest = 15
	FUSEFlush   FUSERequest = 25
	FUSEOpendir FUSERequest = 27

	fuseInit = 26
)

// MountFUSE mounts the file system at the directory, until the end of the test. Then
// whatever waits for an answer gets an error.
func MountFUSE(t *testing.T, dir string) *FUSE {
	t.Helper()
	path := t.TempDir() + "/fuse"
	Must(t, syscall.Mknod(path, syscall.S_IFCHR|0o600, 10<<8|229))
	fd, err := syscall.Open(path, syscall.O_RDWR|syscall.O_CLOEXEC, 0)
	if err != nil {
		Lacks(t, "no /dev/fuse: "+err.Error())
	}
	f := &FUSE{device: os.NewFile(uintptr(fd), path), asked: make(chan FUSERequest, 1000)}
	options := fmt.Sprintf("fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other", fd)
	Must(t, syscall.Mount("test", dir, "fuse", syscall.MS_NOSUID|syscall.MS_NODEV, options))
	t.Cleanup(func() { Must(t, syscall.Unmount(dir, syscall.MNT_FORCE|syscall.MNT_DETACH)) })
	go f.serve(fd)
	return f
}

// Hang lets requests of these kinds go without an answer from now on.
func (f *FUSE) Hang(kinds ...FUSERequest) { f.hangs.Store(&kinds) }

// Hung waits for a request that gets no answer.
func (f *FUSE) Hung() FUSERequest { return <-f.asked }

func (f *FUSE) serve(fd int) {
	request := make([]byte, 1<<20)
	for {
		n, err := syscall.Read(fd, request)
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err != nil {
			return // unmounted
		}
		kind := FUSERequest(binary.NativeEndian.Uint32(request[4:]))
		if f.isHung(kind) {
			f.asked <- kind
			continue
		}
		unique := binary.NativeEndian.Uint64(request[8:])
		node := binary.NativeEndian.Uint64(request[16:])
		if errno, body := answer(kind, node, request[40:n]); errno <= 0 {
			head := binary.NativeEndian.AppendUint32(nil, uint32(16+len(body)))
			head = binary.NativeEndian.AppendUint32(head, uint32(errno))
			head = binary.NativeEndian.AppendUint64(head, unique)
			_, _ = syscall.Write(fd, append(head, body...))
		}
	}
}

func (f *FUSE) isHung(kind FUSERequest) bool {
	kinds := f.hangs.Load()
	return kinds != nil && slices.Contains(*kinds, kind)
}

// The nodes of the file system.
const (
	rootNode = 1
	dirNode  = 2
	fileNode = 3
)

// answer is the answer to a request: an error (negative) or the bytes. It is positive for a
// request that gets none.
func answer(kind FUSERequest, node uint64, body []byte) (errno int32, bytes []byte) {
	switch kind {
	case fuseInit:
		b := make([]byte, 64) // struct fuse_init_out
		binary.NativeEndian.PutUint32(b, 7)
		binary.NativeEndian.PutUint32(b[4:], 31)
		binary.NativeEndian.PutUint32(b[20:], 1<<16) // max_write
		return 0, b
	case FUSELookup:
		node = map[byte]uint64{'d': dirNode, 'f': fileNode}[body[0]]
		if node == 0 {
			return -int32(syscall.ENOENT), nil
		}
		b := make([]byte, 40) // struct fuse_entry_out, valid for no time
		binary.NativeEndian.PutUint64(b, node)
		return 0, append(b, attributes(node)...)
	case FUSEGetattr:
		return 0, append(make([]byte, 16), attributes(node)...)
	case FUSEOpen, FUSEOpendir:
		return 0, make([]byte, 16)
	case FUSERead:
		return 0, []byte("text")
	case FUSEFlush, 18, 29: // RELEASE, RELEASEDIR
		return 0, nil
	case 2, 42, 36: // FORGET, BATCH_FORGET, INTERRUPT
		return 1, nil
	}
	return -int32(syscall.ENOSYS), nil
}

// attributes is struct fuse_attr.
func attributes(node uint64) []byte {
	mode, size := uint32(syscall.S_IFDIR|0o755), uint64(0)
	if node == fileNode {
		mode, size = syscall.S_IFREG|0o666, 4
	}
	b := make([]byte, 88)
	binary.NativeEndian.PutUint64(b, node)
	binary.NativeEndian.PutUint64(b[8:], size)
	binary.NativeEndian.PutUint32(b[60:], mode)
	binary.NativeEndian.PutUint32(b[64:], 1)
	return b
}
