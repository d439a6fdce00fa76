// Package nstest gives tests a machine of their own: mount, network and pid
// namespaces with an empty /run, also for an ordinary user.
package nstest

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"syscall"
	"testing"
)

// insideVariable names the test that the copy of the test binary is to run.
const insideVariable = "NETNSCTL_TEST_INSIDE"

// Run runs f in a copy of the test binary, as the first process of a sandbox that
// ends with it. What f logs is the test's output.
func Run(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	if os.Getenv(insideVariable) == t.Name() {
		build(t)
		f(t)
		return
	}
	cmd := exec.Command("/proc/self/exe", "-test.run=^"+t.Name()+"$", "-test.v=true", "-test.count=1")
	// The copy writes its coverage counters beside ours: the testing package adds up all
	// that it finds in the directory.
	if dir := flag.Lookup("test.gocoverdir"); dir != nil && dir.Value.String() != "" {
		cmd.Args = append(cmd.Args, "-test.gocoverdir="+dir.Value.String())
	}
	cmd.Env = append(os.Environ(), insideVariable+"="+t.Name())
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWNET | syscall.CLONE_NEWPID,
		Pdeathsig:  syscall.SIGKILL,
	}
	if uid, gid := os.Getuid(), os.Getgid(); uid != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: uid, Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: gid, Size: 1}}
	}
	out, err := cmd.CombinedOutput()
	switch {
	case err != nil && len(out) == 0:
		unable(t, "no sandbox:", err)
	case err != nil:
		t.Fatalf("%v\n%s", err, out)
	}
}

func unable(t *testing.T, reason ...any) {
	t.Helper()
	if os.Getenv("NETNSCTL_TEST_NOSKIP") == "1" {
		t.Fatal(append([]any{"NETNSCTL_TEST_NOSKIP: "}, reason...)...)
	}
	t.Skip(reason...)
}

func build(t *testing.T) {
	t.Helper()
	steps := []struct {
		source, target, fstype string
		flags                  uintptr
	}{
		{"none", "/", "", syscall.MS_REC | syscall.MS_PRIVATE},
		{"tmpfs", "/run", "tmpfs", 0},
		{"proc", "/proc", "proc", 0},
		{"none", "/", "", syscall.MS_REC | syscall.MS_SHARED}, // as systemd does
	}
	for _, s := range steps {
		Must(t, syscall.Mount(s.source, s.target, s.fstype, s.flags, ""))
	}
}

// Must ends the test at an error.
func Must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Shell runs a script with the words as $1, $2 and so on. Background processes
// live as long as the sandbox.
func Shell(t *testing.T, script string, words ...string) string {
	t.Helper()
	cmd := exec.Command("/bin/sh", append([]string{"-ec", script, "sh"}, words...)...)
	var failure bytes.Buffer
	cmd.Stderr = &failure
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", script, err, failure.String())
	}
	return string(out)
}
