// Package tests is the black-box suite: it builds the binary that ships and
// runs it, and nothing of the project is imported here.
//
// Every script and every fuzz draw runs in namespaces of its own (sandbox_test.go)
// so that the suite is safe on a machine in use, and runs for an ordinary user.
package tests

import (
	"flag"
	"fmt"
	"math"
	"os"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

var update = flag.Bool("update", false, "record the transcripts of testdata/compat from the installed ip")

// noSkip turns skips into failures, for machines that can run everything.
var noSkip = os.Getenv("NETNSCTL_TEST_NOSKIP") == "1"

// The main goroutine keeps the first thread, which a sandbox must not get: it
// cannot end before the process does.
func init() { runtime.LockOSThread() }

func TestMain(m *testing.M) {
	flag.Parse()
	resetSignals()
	// Nor do commands get descriptors that were left open for us.
	unix.CloseRange(3, math.MaxUint32, unix.CLOSE_RANGE_CLOEXEC)
	os.Exit(runTests(m))
}

func runTests(m *testing.M) int {
	done, err := prepareArtefact()
	if err != nil {
		fmt.Fprintln(os.Stderr, "tests:", err)
		return 1
	}
	defer done()
	if status, ended := inUserNamespace(); ended {
		return status
	}
	installIP()
	check := guardMachine()
	status := m.Run()
	if problems := check(); len(problems) > 0 {
		for _, p := range problems {
			fmt.Fprintln(os.Stderr, "tests: left behind on the machine:", p)
		}
		return 1
	}
	return status
}

// unable skips what the machine cannot do, or fails where nothing may be skipped.
func unable(t interface {
	Skip(...any)
	Fatal(...any)
}, reason ...any,
) {
	if noSkip {
		t.Fatal(append([]any{"NETNSCTL_TEST_NOSKIP: "}, reason...)...)
	}
	logSkip(fmt.Sprintln(reason...))
	t.Skip(reason...)
}

// logSkip appends to the file NETNSCTL_TEST_SKIPLOG, if there is one: `go test`
// does not show what was skipped.
func logSkip(reason string) {
	name := os.Getenv("NETNSCTL_TEST_SKIPLOG")
	if name == "" {
		return
	}
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return
	}
	file.WriteString(reason)
	file.Close()
}
