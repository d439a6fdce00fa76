package tests

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"
)

// fuseServer is a file system in user space that can stop answering. Names that begin
// with f are files, with d directories, and all others do not exist.
//
// The server uses none of its files. Who does is another process: what hangs in its own
// server cannot be killed, and hangs whoever looks at it, such as ps.
type fuseServer struct {
	fd int
	// hangs says that no request is answered any more; holdsFlush that those of close(2)
	// by other users are not.
	hangs, holdsFlush atomic.Bool
	uid, gid          uint32
	// waiting gets a token when somebody waits for an answer.
	waiting chan struct{}
	// opened counts what others than the user of the server have opened.
	opened atomic.Int64
}

// The operations of the protocol (linux/fuse.h).
const (
	fuseLookup      = 1
	fuseForget      = 2
	fuseGetattr     = 3
	fuseOpen        = 14
	fuseRead        = 15
	fuseRelease     = 18
	fuseFlush       = 25
	fuseInit        = 26
	fuseOpendir     = 27
	fuseReaddir     = 28
	fuseReleasedir  = 29
	fuseAccess      = 34
	fuseInterrupt   = 36
	fuseBatchForget = 42
)

// mountFuse mounts the file system. Where others are allowed, they wait for it, too.
func mountFuse(point string, others bool) *fuseServer {
	s := &fuseServer{fd: must(unix.Open("/run/fuse", unix.O_RDWR|unix.O_CLOEXEC, 0)), uid: uint32(os.Getuid()), gid: uint32(os.Getgid()), waiting: make(chan struct{}, 1)}
	data := fmt.Sprintf("fd=%d,rootmode=40000,user_id=%d,group_id=%d", s.fd, s.uid, s.gid)
	if others {
		data += ",allow_other"
	}
	check(unix.Mount("hang", point, "fuse", unix.MS_NOSUID|unix.MS_NODEV, data))
	go s.serve()
	return s
}

// fuseRequest is struct fuse_in_header and what follows it.
type fuseRequest struct {
	opcode       uint32
	unique, node uint64
	uid          uint32
	body         []byte
}

func (s *fuseServer) serve() {
	buf := make([]byte, 1<<20)
	for {
		n, err := unix.Read(s.fd, buf)
		if err == unix.EINTR || err == unix.ENOENT {
			continue
		}
		if err != nil {
			return // unmounted
		}
		e := binary.NativeEndian
		r := fuseRequest{e.Uint32(buf[4:]), e.Uint64(buf[8:]), e.Uint64(buf[16:]), e.Uint32(buf[24:]), buf[40:n]}
		if s.hangs.Load() || r.opcode == fuseFlush && s.holdsFlush.Load() && r.uid != s.uid {
			select {
			case s.waiting <- struct{}{}:
			default:
			}
			continue
		}
		s.answer(r)
	}
}

func (s *fuseServer) answer(r fuseRequest) {
	switch r.opcode {
	case fuseInit:
		out := make([]byte, 64)
		e := binary.NativeEndian
		e.PutUint32(out, 7)
		e.PutUint32(out[4:], 31)
		e.PutUint32(out[8:], 64<<10)
		e.PutUint16(out[16:], 10)
		e.PutUint16(out[18:], 8)
		e.PutUint32(out[20:], 64<<10)
		s.reply(r, 0, out)
	case fuseGetattr:
		s.reply(r, 0, append(make([]byte, 16), s.attr(r.node)...))
	case fuseLookup:
		node := uint64(0)
		switch r.body[0] {
		case 'f':
			node = 2
		case 'd':
			node = 1000
		default:
			s.reply(r, unix.ENOENT, nil)
			return
		}
		out := make([]byte, 40)
		binary.NativeEndian.PutUint64(out, node)
		s.reply(r, 0, append(out, s.attr(node)...))
	case fuseOpen, fuseOpendir:
		if r.uid != s.uid {
			s.opened.Add(1)
		}
		s.reply(r, 0, make([]byte, 16))
	case fuseRead:
		s.reply(r, 0, make([]byte, min(4096, binary.NativeEndian.Uint32(r.body[16:]))))
	case fuseReaddir, fuseRelease, fuseReleasedir, fuseAccess, fuseFlush:
		s.reply(r, 0, nil)
	case fuseForget, fuseBatchForget, fuseInterrupt:
	default:
		s.reply(r, unix.ENOSYS, nil)
	}
}

// attr is struct fuse_attr.
func (s *fuseServer) attr(node uint64) []byte {
	out, e := make([]byte, 88), binary.NativeEndian
	mode := uint32(unix.S_IFDIR | 0o777)
	if node == 2 {
		mode = unix.S_IFREG | 0o777
		e.PutUint64(out[8:], 1<<20)
	}
	e.PutUint64(out, node)
	e.PutUint32(out[60:], mode)
	e.PutUint32(out[64:], 1)
	e.PutUint32(out[68:], s.uid)
	e.PutUint32(out[72:], s.gid)
	return out
}

func (s *fuseServer) reply(r fuseRequest, errno unix.Errno, body []byte) {
	e := binary.NativeEndian
	head := make([]byte, 16, 16+len(body))
	e.PutUint32(head, uint32(16+len(body)))
	e.PutUint32(head[4:], uint32(-int32(errno)))
	e.PutUint64(head[8:], r.unique)
	unix.Write(s.fd, append(head, body...))
}

// hanging mounts a file system on a new directory and starts a victim that uses it, until
// killed.
func hanging(args []string) {
	point := fmt.Sprintf("/run/u/fuse%d", os.Getpid())
	check(unix.Mkdir(point, 0o755))
	s := mountFuse(point, false)
	words, w, err := os.Pipe()
	check(err)
	obeyed, o, err := os.Pipe()
	check(err)
	victim := exec.Command("/proc/self/exe", append([]string{point}, args[1:]...)...)
	victim.Args[0] = "victim"
	victim.Env = append(os.Environ(), attackVariable+"="+args[0])
	victim.Stderr = os.Stderr
	victim.ExtraFiles = []*os.File{w, obeyed}
	victim.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	check(victim.Start())
	w.Close()
	obeyed.Close()
	s.obey(words, o)
}

// The words to a server.
const (
	hangAll   = "hang" // answers nothing any more; the attack begins with the first who waits
	holdClose = "hold" // does not answer to the close(2) of others
)

// tellServer tells its server what a victim wants, and waits until that is so.
func tellServer(word string) {
	fmt.Fprintln(os.NewFile(3, "server"), word, sandboxPID())
	os.NewFile(4, "obeyed").Read(make([]byte, 1))
}

// obey does what a victim, or the test, wants. The test learns it from a line on standard
// output.
func (s *fuseServer) obey(words io.Reader, obeyed io.Writer) {
	for lines := bufio.NewScanner(words); lines.Scan(); {
		word, pid, _ := strings.Cut(lines.Text(), " ")
		switch word {
		case hangAll:
			s.hangs.Store(true)
			obeyed.Write([]byte("x"))
			if pid != "" {
				<-s.waiting
			}
		case holdClose:
			s.holdsFlush.Store(true)
			obeyed.Write([]byte("x"))
		}
		fmt.Println("ready", pid)
	}
	forever()
}
