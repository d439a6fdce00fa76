// Package nstest runs tests in mount, network and pid namespaces of their own with an
// empty /run, also for an ordinary user, and has what the library's own tests share.
// Package netnstest is its public face: nstest imports nothing of the library, so that
// the tests of package sys can use it, too.
package nstest

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// insideVariable names the test that a copy of the test binary is to run in a
// sandbox, or is everything for [Main].
const (
	insideVariable = "NETNSCTL_TEST_INSIDE"
	everything     = "*"
)

// Run runs f in a copy of the test binary, as the first process of a sandbox that
// ends with it. The copy's output is the test's.
func Run(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	// The copy for a subtest runs the tests around it, too, each in a sandbox of the same
	// process: they would otherwise make further copies without end.
	if inside := os.Getenv(insideVariable); inside == t.Name() || strings.HasPrefix(inside, t.Name()+"/") {
		if err := enter(); err != nil {
			Lacks(t, "no sandbox: "+err.Error())
		}
		f(t)
		return
	}
	args := []string{"-test.run=" + pattern(t.Name()), "-test.v=true", "-test.count=1"}
	if deadline, ok := t.Deadline(); ok {
		args = append(args, "-test.timeout="+max(time.Until(deadline), time.Second).String())
	}
	// The copy writes its coverage counters beside ours: the testing package adds up all
	// that it finds in the directory.
	if dir := flag.Lookup("test.gocoverdir"); dir != nil && dir.Value.String() != "" {
		args = append(args, "-test.gocoverdir="+dir.Value.String())
	}
	var out bytes.Buffer
	cmd := sandboxed(t.Name(), args)
	cmd.Stdout, cmd.Stderr = &out, &out
	switch err := run(cmd); {
	case err != nil && cmd.Process == nil:
		Lacks(t, "no sandbox: "+err.Error())
	case err != nil:
		t.Fatalf("%v\n%s", err, out.Bytes())
	case !bytes.Contains(out.Bytes(), []byte("=== RUN   "+t.Name()+"\n")):
		t.Fatalf("the name of the test is another one in each process, so it did not run in the sandbox\n%s", out.Bytes())
	case bytes.Contains(out.Bytes(), []byte("--- SKIP: "+t.Name()+" (")):
		t.Skipf("\n%s", out.Bytes())
	default:
		t.Logf("\n%s", out.Bytes())
	}
}

// Main runs m in a copy of the test binary, as the first process of a sandbox that
// ends with it, and gives the exit status. An error says that nothing was run, since
// there is no sandbox.
func Main(m *testing.M) (status int, err error) {
	if os.Getenv(insideVariable) != "" {
		// The process of a fuzz target is a child of the sandbox's first.
		if os.Getenv(insideVariable) == everything && os.Getpid() == 1 {
			if err := enter(); err != nil {
				fmt.Fprintln(os.Stderr, err)
				return noSandbox, nil
			}
		}
		return m.Run(), nil
	}
	cmd := sandboxed(everything, os.Args[1:])
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err = run(cmd); cmd.Process == nil || cmd.ProcessState.ExitCode() == noSandbox {
		return 1, fmt.Errorf("no sandbox: %w", err)
	}
	return cmd.ProcessState.ExitCode(), nil
}

// noSandbox is the exit status of a copy whose namespaces are no sandbox.
const noSandbox = 125

// sandboxed is a call of the test binary in namespaces that [enter] makes a sandbox
// of. An ordinary user gets a user namespace in which he is root, too.
func sandboxed(inside string, args []string) *exec.Cmd {
	cmd := exec.Command("/proc/self/exe", args...)
	cmd.Env = append(os.Environ(), insideVariable+"="+inside)
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWNET | syscall.CLONE_NEWPID,
		Pdeathsig:  syscall.SIGKILL,
	}
	if uid, gid := os.Getuid(), os.Getgid(); uid != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: uid, Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: gid, Size: 1}}
	}
	return cmd
}

// run is cmd.Run on a thread that waits: the parent-death signal is sent when the
// thread that started the command ends (prctl(2)).
func run(cmd *exec.Cmd) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	return cmd.Run()
}

// enter gives the process' new namespaces an empty /run and /var/lib and a procfs of their own.
func enter() error {
	for _, step := range []struct {
		source, target, fstype string
		flags                  uintptr
	}{
		{"none", "/", "", syscall.MS_REC | syscall.MS_PRIVATE},
		{"proc", "/proc", "proc", 0}, // what is mounted later is known to be younger than the pid namespace
		{"tmpfs", "/run", "tmpfs", 0},
		{"tmpfs", "/var/lib", "tmpfs", 0},                     // no containers of the machine
		{"none", "/", "", syscall.MS_REC | syscall.MS_SHARED}, // as systemd does
	} {
		if err := syscall.Mount(step.source, step.target, step.fstype, step.flags, ""); err != nil {
			return fmt.Errorf("mount %s: %w", step.target, err)
		}
		if step.flags == syscall.MS_REC|syscall.MS_PRIVATE {
			unmountBelow("/run")
		}
	}
	return nil
}

// unmountBelow unmounts what is mounted at a directory and below. A scan would find
// the machine's namespaces there, although the sandbox covers them. A user namespace
// cannot unmount what it was given. Each round uncovers other mounts.
func unmountBelow(dir string) {
	for unmounted := true; unmounted; {
		unmounted = false
		mounts, _ := os.ReadFile("/proc/self/mountinfo")
		for line := range strings.Lines(string(mounts)) {
			// Blanks and the like are octal there: proc_pid_mountinfo(5).
			point, err := strconv.Unquote(`"` + strings.ReplaceAll(strings.Fields(line)[4], `"`, `\"`) + `"`)
			if err == nil && (point == dir || strings.HasPrefix(point, dir+"/")) && syscall.Unmount(point, syscall.MNT_DETACH) == nil {
				unmounted = true
			}
		}
	}
}

// pattern is the value of -test.run for one test or subtest.
func pattern(name string) string {
	parts := strings.Split(name, "/")
	for i, part := range parts {
		parts[i] = "^" + regexp.QuoteMeta(part) + "$"
	}
	return strings.Join(parts, "/")
}

// NoSkip reports whether a test that cannot be run is a failure.
func NoSkip() bool { return os.Getenv("NETNSCTL_TEST_NOSKIP") == "1" }
