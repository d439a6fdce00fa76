// Package netnstest is for tests of programs that work with network namespaces:
// [Sandbox] and [Main] give them namespaces of their own, in which they may do
// anything, also without root, and [NoLeaks] finds what a test has left behind.
//
// The functions run the test binary once more, as the first process of the new
// namespaces. A process with several threads, which every Go program is, cannot enter
// a user namespace, and a single thread of it in other namespaces would not help:
// goroutines do not stay on it.
package netnstest

import (
	"fmt"
	"os"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
)

// Sandbox runs f as the test in network, mount and pid namespaces of its own, with an
// empty /run and, for an ordinary user, in a user namespace in which the test is root.
// All that f makes and starts ends with f: names, namespaces, processes, mounts. Files
// outside of /run are those of the host.
//
// Sandbox must be all that the test, which may be a subtest, does: code before it runs
// outside, and once more inside. The test must have the same name in each process. If f fails
// or is skipped, so is the test. A subtest in f may call Sandbox, too. If the kernel refuses
// the namespaces (unprivileged user namespaces may be forbidden) the test is skipped, or fails
// if the environment has NETNSCTL_TEST_NOSKIP=1.
func Sandbox(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	nstest.Run(t, f)
}

// Main is [Sandbox] for all tests, benchmarks and examples of a package together. It returns
// the exit status. If the kernel refuses the namespaces, Main runs no test and returns 1.
//
//	func TestMain(m *testing.M) { os.Exit(netnstest.Main(m)) }
func Main(m *testing.M) (status int) {
	status, err := nstest.Main(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "netnstest: no test was run:", err)
	}
	return status
}
