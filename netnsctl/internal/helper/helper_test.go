package helper

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

func TestMain(m *testing.M) {
	if !Serve(os.Args) {
		os.Exit(m.Run())
	}
}

// each runs a test with children and with threads.
func each(t *testing.T, f func(t *testing.T, h *Helper)) {
	for _, process := range []bool{true, false} {
		h := &Helper{Process: process}
		t.Run(fmt.Sprintf("process=%v", process), func(t *testing.T) { f(t, h) })
		if h.threads {
			t.Error("no child was to be had")
		}
		h.Rest()
	}
}

// inSandbox is [each] in a sandbox.
func inSandbox(t *testing.T, f func(t *testing.T, h *Helper)) {
	nstest.Run(t, func(t *testing.T) { each(t, f) })
}

// holder starts a process that has a file as its descriptor 3.
func holder(t *testing.T, file *os.File) Descriptor {
	t.Helper()
	cmd := exec.Command("sleep", "infinity")
	cmd.ExtraFiles = []*os.File{file}
	nstest.Must(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		go func() { _ = cmd.Wait() }() // the close of its descriptors may hang
	})
	return Descriptor{PID: cmd.Process.Pid, FD: 3}
}

// TestSocket: the state of a socket is told, of another file at its number nothing.
func TestSocket(t *testing.T) {
	nstest.NeedRoot(t, "to copy descriptors needs root")
	each(t, func(t *testing.T, h *Helper) {
		var config net.ListenConfig
		config.SetMultipathTCP(false) // which Go takes where the kernel has it
		listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
		nstest.Must(t, err)
		defer listener.Close()
		file, err := listener.(*net.TCPListener).File()
		nstest.Must(t, err)
		defer file.Close()
		_, ino, err := sys.Fstat(int(file.Fd()))
		nstest.Must(t, err)
		_, own, err := sys.Stat("/proc/thread-self/ns/net")
		nstest.Must(t, err)
		d := holder(t, file)
		null, err := os.Open("/dev/null")
		nstest.Must(t, err)
		defer null.Close()
		answers := h.Ask(Socket(d, ino, 0), Socket(d, ino, own), Socket(d, ino+1, 0), Socket(holder(t, null), 0, 0), Socket(Descriptor{d.PID, 0, 99}, 0, 0))
		if got := answers[0]; got.Err != nil || got.Socket() != (SocketState{Net: own, Type: "tcp"}) {
			t.Errorf("%+v", got)
		}
		if got := answers[1]; got.Err != nil || got.Socket() != (SocketState{Net: own}) {
			t.Errorf("%+v", got)
		}
		for i, want := range []error{syscall.ENOENT, syscall.ENOENT, syscall.EBADF} {
			if answers[i+2].Err != want {
				t.Errorf("%d: %v", i+2, answers[i+2].Err)
			}
		}
		opened := h.Ask(OpenNet(d))[0]
		nstest.Must(t, opened.Err)
		defer sys.Close(opened.FD)
		if _, is, err := sys.Fstat(opened.FD); err != nil || is != own {
			t.Errorf("opened %d, not %d: %v", is, own, err)
		}
	})
}

// TestFlight: the descriptors in flight are told, and the offset of the socket stays.
func TestFlight(t *testing.T) {
	nstest.NeedRoot(t, "to copy descriptors needs root")
	each(t, func(t *testing.T, h *Helper) {
		for _, kind := range []int{unix.SOCK_STREAM, unix.SOCK_DGRAM, unix.SOCK_SEQPACKET} {
			pair, err := unix.Socketpair(unix.AF_UNIX, kind|unix.SOCK_CLOEXEC, 0)
			nstest.Must(t, err)
			nstest.Must(t, unix.SetsockoptInt(pair[1], unix.SOL_SOCKET, unix.SO_PEEK_OFF, 0))
			own, err := os.Open("/proc/thread-self/ns/net")
			nstest.Must(t, err)
			nstest.Must(t, unix.Sendmsg(pair[0], []byte("ABC"), unix.UnixRights(int(own.Fd()), 2), nil, 0))
			file := os.NewFile(uintptr(pair[1]), "socket")
			d := holder(t, file)
			state := h.Ask(Socket(d, 0, 0))[0]
			if state.Err != nil || !state.Socket().Unread || state.Socket().Type != "unix" {
				t.Errorf("%+v", state)
			}
			_, ino, err := sys.Fstat(int(own.Fd()))
			nstest.Must(t, err)
			a := h.Ask(Flight(d, 0))[0]
			nstest.Must(t, a.Err)
			if sent := a.Flight(); sent.Count != 2 || len(sent.Nets) != 1 || sent.Nets[0] != ino || len(sent.Mounts) != 0 {
				t.Errorf("%+v", sent)
			}
			text := make([]byte, 9)
			n, _, err := unix.Recvfrom(pair[1], text, unix.MSG_PEEK)
			if string(text[:max(n, 0)]) != "ABC" {
				t.Errorf("left %q, %v", text[:max(n, 0)], err)
			}
			file.Close()
			own.Close()
			unix.Close(pair[0])
		}
	})
}

// TestSilent: a descriptor whose close never returns is given up, and the others are
// answered. Further descriptors of the process are not tried.
func TestSilent(t *testing.T) {
	nstest.NeedRoot(t, "a FUSE mount needs root")
	inSandbox(t, func(t *testing.T, h *Helper) {
		dir := t.TempDir()
		fuse := nstest.MountFUSE(t, dir)
		file, err := os.Open(dir + "/f")
		nstest.Must(t, err)
		d := holder(t, file)
		file.Close() // each child that the test starts would close it, too
		pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
		nstest.Must(t, err)
		socket := os.NewFile(uintptr(pair[0]), "socket")
		defer socket.Close()
		good := holder(t, socket)
		fuse.Hang(nstest.FUSEFlush, nstest.FUSEGetattr)
		begin := time.Now()
		answers := h.Ask(Socket(good, 0, 0), Socket(d, 0, 0), Socket(good, 0, 0), Socket(d, 0, 0), Tun(d))
		if elapsed := time.Since(begin); elapsed < patience || elapsed > 3*patience {
			t.Errorf("took %v", elapsed)
		}
		for i, want := range []error{nil, ErrSilent, nil, ErrSilent, ErrSilent} {
			if answers[i].Err != want {
				t.Errorf("%d: %v", i, answers[i].Err)
			}
		}
		if got := fuse.Hung(); got != nstest.FUSEFlush {
			t.Errorf("request %d hung", got)
		}
	})
}

// TestManySilent: many servers that do not answer take no longer than the limits, and what
// was not tried says so.
func TestManySilent(t *testing.T) {
	nstest.NeedRoot(t, "a FUSE mount needs root")
	inSandbox(t, func(t *testing.T, h *Helper) {
		dir := t.TempDir()
		nstest.MountFUSE(t, dir).Hang(nstest.FUSELookup)
		begin, silent := time.Now(), 0
		for i := range 20 {
			switch _, err := h.OpenPath(-1, fmt.Sprintf("%s/f%d", dir, i), 0); {
			case errors.Is(err, ErrNotAsked):
			case errors.Is(err, ErrSilent):
				silent++
			default:
				t.Errorf("%d: %v", i, err)
			}
		}
		// On a busy machine the limits of time come before that of the number. The start of a child
		// counts for none of them.
		if elapsed := time.Since(begin); silent < 2 || silent > maxGivenUp || elapsed > 3*maxAsked {
			t.Errorf("%d given up, %v", silent, elapsed)
		}
		h.begun = time.Time{}
		if fd, err := h.OpenPath(-1, "/", 0); err != nil {
			t.Error(err)
		} else {
			sys.Close(fd)
		}
	})
}

// TestNoZombies: a child that was given up leaves no zombie when it has ended.
func TestNoZombies(t *testing.T) {
	nstest.NeedRoot(t, "a FUSE mount needs root")
	nstest.Run(t, func(t *testing.T) {
		dir := t.TempDir()
		h := &Helper{Process: true}
		t.Run("mounted", func(t *testing.T) {
			nstest.MountFUSE(t, dir).Hang(nstest.FUSELookup)
			if _, err := h.OpenPath(-1, dir+"/f", 0); !errors.Is(err, ErrSilent) {
				t.Fatal(err)
			}
		})
		deadline := time.Now().Add(10 * time.Second)
		for {
			left := nstest.Shell(t, `cat /proc/[0-9]*/comm | grep -c `+Name+` || :`)
			if strings.TrimSpace(left) == "0" {
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("%s children are left", left)
			}
			time.Sleep(tick)
		}
	})
}

// TestFiles: only regular files are read, up to their limit.
func TestFiles(t *testing.T) {
	each(t, func(t *testing.T, h *Helper) {
		dir := t.TempDir()
		nstest.Must(t, os.WriteFile(dir+"/text", []byte("12345"), 0o600))
		nstest.Must(t, os.Symlink("text", dir+"/link"))
		nstest.Must(t, unix.Mkfifo(dir+"/fifo", 0o600))
		for i, a := range h.Ask(ReadFile(dir+"/text", 5), ReadFile(dir+"/text", 4), ReadFile(dir+"/link", 9), ReadFile(dir+"/fifo", 9),
			ReadFile("/proc/self/status", 5)) {
			want := []struct {
				err  error
				text string
			}{{nil, "12345"}, {syscall.EFBIG, ""}, {syscall.EINVAL, ""}, {syscall.EINVAL, ""}, {nil, "Name:"}}[i]
			if a.Err != want.err || string(a.Text) != want.text {
				t.Errorf("%d: %q, %v", i, a.Text, a.Err)
			}
		}
	})
}

// TestNoChild: where the program cannot be executed, threads answer.
func TestNoChild(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		h := &Helper{Process: true}
		nstest.Must(t, unix.Mount("none", "/proc", "tmpfs", 0, ""))
		defer func() { _ = unix.Unmount("/proc", 0) }()
		a := h.Ask(Request{op: opOpenPath, dir: -1, path: "/proc"})[0]
		sys.Close(a.FD)
		if a.Err != nil || len(h.idle) != 1 || h.idle[0].child != nil {
			t.Errorf("%v, %+v", a.Err, h.idle)
		}
	})
}

// TestNoServe: a program that does not answer as a helper is one without children.
func TestNoServe(t *testing.T) {
	if Serve([]string{"netnsctl"}) || Serve(nil) || Serve([]string{Name, "x"}) {
		t.Error("another program serves")
	}
}

// TestNetOf: of the files in flight only namespaces, sockets and tun devices are asked.
func TestNetOf(t *testing.T) {
	nsfs, own, err := sys.Stat("/proc/thread-self/ns/net")
	nstest.Must(t, err)
	for path, isNet := range map[string]bool{"/proc/thread-self/ns/net": true, "/proc/self/ns/uts": false, "/dev/null": false, "/": false} {
		fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
		nstest.Must(t, err)
		net, ok := netOf(fd, nsfs)
		sys.Close(fd)
		if ok != isNet || ok && net != own {
			t.Errorf("%s: %d, %v", path, net, ok)
		}
	}
	if _, ok := netOf(-1, nsfs); ok {
		t.Error("a closed descriptor is of a namespace")
	}
}
