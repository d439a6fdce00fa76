package proc

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// Child is a program that runs the lines of its standard input one after the other, such as
// `ip -batch -`. It gets one line at a time, so that its answers can be told apart.
//
// Its standard input is a pipe with room for one piece of text, which the kernel reports free
// when the child has read the piece before. So the child gets a line and, when it has read
// that, a blank: it reads the blank when it has run the line. The blank becomes the beginning
// of the next line.
type Child struct {
	process *os.Process
	// stdin is the child's standard input. It is nil when the child gets no more lines.
	stdin *os.File
	// unread is the end of stdin that the child reads. While it is open here, too, a write to
	// a child that has ended does not raise SIGPIPE.
	unread *os.File
	// output are standard output, nil if that is a terminal, and standard error.
	output [2]*os.File
	pass   func(fd int, text []byte)
	buffer []byte
}

// ErrNoSmallPipe is the error where the system has no pipe with room for one piece of text.
var ErrNoSmallPipe = errors.New("a pipe cannot be made small")

// minPage is a size that every pipe takes at once.
const minPage = 4096

// StartChild starts the program at path with the environment env. Function pass gets what the
// child writes to descriptor 1 and 2. If terminal is not nil, standard output goes there
// directly. The child does not outlive this process.
func StartChild(path string, argv, env []string, terminal *os.File, pass func(fd int, text []byte)) (*Child, error) {
	c := &Child{pass: pass, buffer: make([]byte, 16<<10)}
	if err := c.start(path, argv, env, terminal); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

func (c *Child) start(path string, argv, env []string, terminal *os.File) (err error) {
	if c.unread, c.stdin, err = blockingPipe(); err != nil {
		return err
	}
	size, err := unix.FcntlInt(c.stdin.Fd(), unix.F_SETPIPE_SZ, minPage)
	if err != nil || size != os.Getpagesize() {
		return ErrNoSmallPipe
	}
	files := []*os.File{c.unread, terminal, nil}
	for i := range c.output {
		if files[1+i] != nil {
			continue
		}
		if c.output[i], files[1+i], err = blockingPipe(); err != nil {
			return err
		}
		defer files[1+i].Close()
	}
	c.process, err = os.StartProcess(path, argv, &os.ProcAttr{Env: env, Files: files, Sys: diesWithParent()})
	return err
}

// Run gives the child a line. It returns when the child has run it, or has ended: then only
// End may follow.
func (c *Child) Run(line []byte) (ended bool, err error) {
	for _, text := range [][]byte{line, []byte(" ")} {
		for len(text) > 0 {
			n, err := c.stdin.Write(text[:min(len(text), minPage)])
			if err != nil {
				return false, err
			}
			text = text[n:]
			if ended, err := c.wait(); ended || err != nil {
				return ended, err
			}
		}
	}
	return false, nil
}

// End tells the child that there are no more lines, waits for it and gives its exit status,
// -1 if a signal ended it.
func (c *Child) End() (status int, err error) {
	c.unread.Close()
	c.stdin.Close()
	c.stdin = nil
	defer c.close()
	for ended := false; !ended; {
		if ended, err = c.wait(); err != nil {
			return 0, err
		}
	}
	state, err := c.process.Wait()
	if err != nil {
		return 0, err
	}
	return state.ExitCode(), nil
}

// wait passes on what the child writes, until the child has read all of its standard input
// or has ended: nobody can write to its standard error then.
func (c *Child) wait() (ended bool, err error) {
	const stdin, stderr = 0, 2
	for {
		fds := []unix.PollFd{{Fd: -1, Events: unix.POLLOUT}, {Fd: -1, Events: unix.POLLIN}, {Fd: -1, Events: unix.POLLIN}}
		for i, file := range []*os.File{c.stdin, c.output[0], c.output[1]} {
			if file != nil {
				fds[i].Fd = int32(file.Fd())
			}
		}
		if _, err := unix.Poll(fds, -1); err != nil && !errors.Is(err, unix.EINTR) {
			return false, err
		}
		passed := false
		for i, file := range c.output {
			if fds[1+i].Revents&unix.POLLIN == 0 {
				continue
			}
			n, err := file.Read(c.buffer)
			if err != nil {
				return false, err
			}
			c.pass(1+i, c.buffer[:n])
			passed = true
		}
		switch {
		case passed: // the child may have read its standard input after it wrote more
		case fds[stderr].Revents&unix.POLLHUP != 0:
			return true, nil
		case fds[stdin].Revents&unix.POLLOUT != 0:
			return false, nil
		}
	}
}

func (c *Child) close() {
	for _, file := range []*os.File{c.stdin, c.unread, c.output[0], c.output[1]} {
		file.Close() // of nil is an error
	}
}

// diesWithParent has a child killed when the thread that made it ends: the process' first.
func diesWithParent() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}

// blockingPipe is os.Pipe without the runtime's poller.
func blockingPipe() (r, w *os.File, err error) {
	var fds [2]int
	if err := unix.Pipe2(fds[:], unix.O_CLOEXEC); err != nil {
		return nil, nil, os.NewSyscallError("pipe2", err)
	}
	return os.NewFile(uintptr(fds[0]), "|0"), os.NewFile(uintptr(fds[1]), "|1"), nil
}
