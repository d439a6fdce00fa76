package tests

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
)

// userNamespaceVariable says that we are the copy inside a user namespace.
const userNamespaceVariable = "NETNSCTL_TEST_USERNS"

// noSandbox says why there are no sandboxes here; empty where there are.
var noSandbox string

// isRoot reports whether we have the machine's root, not that of a user namespace
// made for the tests.
func isRoot() bool { return os.Geteuid() == 0 && os.Getenv(userNamespaceVariable) == "" }

// inUserNamespace runs the test binary again in a user namespace where an
// ordinary user has the capabilities that a sandbox needs. ended tells that this
// has been done.
func inUserNamespace() (status int, ended bool) {
	if os.Geteuid() == 0 {
		return 0, false
	}
	cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
	cmd.Args[0] = os.Args[0]
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), userNamespaceVariable+"=1", artefactVariable+"="+artefact)
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS | syscall.CLONE_NEWNET,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
		Pdeathsig:   syscall.SIGKILL,
	}
	signal.Ignore(syscall.SIGINT, syscall.SIGQUIT) // the copy decides
	var exit *exec.ExitError
	switch err := cmd.Run(); {
	case err == nil:
		return 0, true
	case errors.As(err, &exit):
		return max(1, exit.ExitCode()), true
	default:
		noSandbox = fmt.Sprintf("no user namespace for an ordinary user: %v", err)
		return 0, false
	}
}
