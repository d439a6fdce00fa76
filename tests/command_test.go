package tests

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// commandTimeout ends what hangs. NETNSCTL_TEST_PATIENCE is for slow machines: how
// many times as long it is there.
var commandTimeout = 20 * time.Second * time.Duration(patience())

func patience() int {
	n, _ := strconv.Atoi(os.Getenv("NETNSCTL_TEST_PATIENCE"))
	return max(n, 1)
}

// command is one program call in a sandbox.
type command struct {
	path  string
	argv  []string
	env   []string
	dir   string
	stdin []byte // nil is /dev/null
	user  bool   // as an ordinary user without capabilities
}

// answer is what a caller sees of a call.
type answer struct {
	stdout, stderr string
	// status is the exit status, or how else the call ended.
	status string
}

func baseEnv(f face, dir string) []string {
	return append(f.env(), "HOME="+dir, "WORK="+dir, "LC_ALL=C", "TERM=dumb", "TZ=UTC", "REAL="+realIP, "FACES="+filepath.Join(artefact, "face"))
}

// run runs a command on the calling thread's namespaces. Its output goes into
// files: what outlives it does not keep us waiting.
func (c command) run() (answer, error) {
	var files [3]*os.File
	for i := range files {
		fd, err := unix.MemfdCreate("std", unix.MFD_CLOEXEC)
		if err != nil {
			return answer{}, err
		}
		files[i] = os.NewFile(uintptr(fd), "std")
		defer files[i].Close()
	}
	cmd := exec.Command(c.path)
	cmd.Args, cmd.Env, cmd.Dir = c.argv, c.env, c.dir
	cmd.Stdout, cmd.Stderr = files[1], files[2]
	if c.stdin != nil {
		files[0].Write(c.stdin)
		files[0].Seek(0, io.SeekStart)
		cmd.Stdin = files[0]
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if c.user {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: 65534, Gid: 65534}
	}
	if err := cmd.Start(); err != nil {
		return answer{}, err
	}
	timer := time.AfterFunc(commandTimeout, func() { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	cmd.Wait()
	a := answer{stdout: content(files[1]), stderr: content(files[2]), status: statusText(cmd.ProcessState)}
	if !timer.Stop() {
		a.status = "timeout"
	}
	return a, nil
}

// poll waits for what has no event of its own, until commandTimeout has passed.
func poll(done func() bool) bool {
	for end := time.Now().Add(commandTimeout); !done(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			return false
		}
	}
	return true
}

func content(f *os.File) string {
	f.Seek(0, io.SeekStart)
	var b bytes.Buffer
	io.Copy(&b, f)
	return b.String()
}

func statusText(state *os.ProcessState) string {
	if ws := state.Sys().(syscall.WaitStatus); ws.Signaled() {
		return strings.TrimSuffix(ws.Signal().String(), " (core dumped)")
	}
	return fmt.Sprint(state.ExitCode())
}
