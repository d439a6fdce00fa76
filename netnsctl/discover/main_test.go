package discover

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// A scan leaves out the process that scans. So the tests have other processes hold
// namespaces: copies of the test binary, which holdVariable tells what to do with the
// namespace at the path pathVariable.
const (
	holdVariable = "NETNSCTL_TEST_HOLD"
	pathVariable = "NETNSCTL_TEST_PATH"
)

func TestMain(m *testing.M) {
	what := os.Getenv(holdVariable)
	if what == "" {
		os.Exit(m.Run())
	}
	if err := holds[what](os.Getenv(pathVariable)); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("holds")
	for { // select {} is a deadlock for a runtime without cgo
		_ = unix.Pause()
	}
}

// host is the sandbox.
var host netnsctl.Host

// holder starts a process that holds the namespace of a name, and waits until it does. The
// test is skipped aloud where the kernel cannot do that.
func holder(t *testing.T, what, name string) (pid int) {
	t.Helper()
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), holdVariable+"="+what, pathVariable+"="+host.NamePath(name))
	// Mounts are made in a mount namespace of its own.
	if strings.HasPrefix(what, "mount") || what == "detached-tree" {
		cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	}
	var answer string
	start := func() error {
		out, err := cmd.StdoutPipe()
		if err != nil {
			return err
		}
		if err := cmd.Start(); err != nil {
			return err
		}
		answer, err = bufio.NewReader(out).ReadString('\n')
		return err
	}
	if what == "process" {
		nstest.Must(t, host.Do(name, start))
	} else {
		nstest.Must(t, start())
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	if answer != "holds\n" {
		nstest.Lacks(t, what+" cannot be held: "+answer)
	}
	return cmd.Process.Pid
}

// end ends a holder, and waits until nothing of it is left.
func end(t *testing.T, pid int) {
	t.Helper()
	nstest.Must(t, syscall.Kill(pid, syscall.SIGKILL))
	_, err := syscall.Wait4(pid, nil, 0, nil)
	nstest.Must(t, err)
}

// leaked makes a namespace without a name that a process holds.
func leaked(t *testing.T, what string) (pid int, id netnsctl.ID) {
	t.Helper()
	nstest.Must(t, host.Add("x"))
	identity, err := host.Identity("x")
	nstest.Must(t, err)
	pid = holder(t, what, "x")
	if what == "mount-named" { // to delete the file would end the mounts on it everywhere
		nstest.Must(t, sys.Detach(host.NamePath("x")))
	} else {
		nstest.Must(t, host.Delete("x"))
	}
	return pid, identity.ID
}

// scanned scans the sandbox.
func scanned(t *testing.T, host netnsctl.Host, opts Options) *Snapshot {
	t.Helper()
	snap, err := Scan(host, opts)
	nstest.Must(t, err)
	t.Cleanup(snap.Close)
	return snap
}

// named gives the namespace of a name, or what else Lookup finds.
func (s *Snapshot) named(t *testing.T, word string) *Namespace {
	t.Helper()
	ns := s.Lookup(word)
	if ns == nil {
		t.Fatalf("no namespace %s", word)
	}
	return ns
}

// inode is that of the namespace at a path.
func inode(t *testing.T, path string) uint64 {
	t.Helper()
	_, ino, err := sys.Stat(path)
	nstest.Must(t, err)
	return ino
}
