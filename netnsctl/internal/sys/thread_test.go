package sys

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// showFirstThread in the environment makes the test binary tell what runs on the
// process' first thread.
const showFirstThread = "NETNSCTL_TEST_SHOW_FIRST_THREAD"

// TestMain is on the main goroutine: only that one is on the first thread for certain,
// and with one processor what it starts is next there.
func TestMain(m *testing.M) {
	if os.Getenv(showFirstThread) == "" {
		os.Exit(m.Run())
	}
	runtime.GOMAXPROCS(1)
	isFirst := func() bool { return unix.Gettid() == unix.Getpid() }
	main, thrownAway := isFirst(), false
	OnThrowAwayThread(func() { thrownAway = isFirst() })
	fmt.Println(main, thrownAway)
}

// TestThrowAwayThreadIsNotTheFirst: the first thread would not end with its work.
func TestThrowAwayThreadIsNotTheFirst(t *testing.T) {
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), showFirstThread+"=1")
	if out, err := cmd.Output(); err != nil || string(out) != "true false\n" {
		t.Errorf("main and throw-away goroutine on the first thread: %q, %v", out, err)
	}
}
