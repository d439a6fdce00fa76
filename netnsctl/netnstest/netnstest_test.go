package netnstest_test

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/netnstest"
)

func TestSandbox(t *testing.T) {
	netnstest.Sandbox(t, func(t *testing.T) {
		if os.Getpid() != 1 || os.Getuid() != 0 {
			t.Errorf("pid %d, uid %d", os.Getpid(), os.Getuid())
		}
		if files, err := os.ReadDir("/run"); err != nil || len(files) != 0 {
			t.Errorf("/run has %v, %v", files, err)
		}
		if err := (netnsctl.Host{}).Add("blue"); err != nil {
			t.Error(err)
		}
	})
	if (netnsctl.Host{}).IsName("blue") && os.Getpid() != 1 {
		t.Error("the name is outside")
	}
}

func TestSandboxOfSubtest(t *testing.T) {
	t.Run("a b/c.d", func(t *testing.T) {
		netnstest.Sandbox(t, func(t *testing.T) {
			if os.Getpid() != 1 {
				t.Errorf("pid %d", os.Getpid())
			}
		})
	})
}

// TestOutcome: a test ends as what runs in its sandbox does.
func TestOutcome(t *testing.T) {
	const wanted = "NETNSTEST_OUTCOME"
	if os.Getenv(wanted) != "" {
		netnstest.Sandbox(t, func(t *testing.T) {
			switch os.Getenv(wanted) {
			case "FAIL":
				t.Error("told to")
			case "SKIP":
				t.Skip("told to")
			}
		})
		return
	}
	for _, want := range []string{"PASS", "FAIL", "SKIP"} {
		cmd := exec.Command("/proc/self/exe", "-test.run=^TestOutcome$", "-test.v=true")
		cmd.Env = append(os.Environ(), wanted+"="+want)
		out, err := cmd.CombinedOutput()
		if !strings.Contains(string(out), "\n--- "+want+": TestOutcome (") || (err != nil) != (want == "FAIL") {
			t.Errorf("%s: %v\n%s", want, err, out)
		}
	}
}

// TestSandboxes: a subtest in a sandbox can have a sandbox of its own.
func TestSandboxes(t *testing.T) {
	const mark = "NETNSTEST_SANDBOXES"
	if os.Getenv(mark) == "" {
		cmd := exec.Command("/proc/self/exe", "-test.run=^TestSandboxes$", "-test.v=true")
		cmd.Env = append(os.Environ(), mark+"=1")
		out, err := cmd.CombinedOutput()
		if err != nil || strings.Count(string(out), "in the inner one") != 1 {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	netnstest.Sandbox(t, func(t *testing.T) {
		if err := (netnsctl.Host{}).Add("outer"); err != nil {
			t.Fatal(err)
		}
		t.Run("inner", func(t *testing.T) {
			netnstest.Sandbox(t, func(t *testing.T) {
				if files, err := os.ReadDir("/run"); err != nil || len(files) != 0 {
					t.Errorf("/run has %v, %v", files, err)
				}
				t.Log("in the inner one")
			})
		})
	})
}

// TestNameOfProcess: a test that the copy of the binary does not find fails.
func TestNameOfProcess(t *testing.T) {
	const mark = "NETNSTEST_NAME"
	if os.Getenv(mark) == "" {
		cmd := exec.Command("/proc/self/exe", "-test.run=^TestNameOfProcess$")
		cmd.Env = append(os.Environ(), mark+"=1")
		if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "did not run in the sandbox") {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	t.Run(fmt.Sprint("pid ", os.Getpid()), func(t *testing.T) {
		netnstest.Sandbox(t, func(*testing.T) {})
	})
}

// test is a test that keeps what NoLeaks tells it.
type test struct {
	testing.TB
	atEnd  func()
	failed string
}

func (t *test) Cleanup(f func())           { t.atEnd = f }
func (t *test) Errorf(f string, va ...any) { t.failed += fmt.Sprintf(f, va...) }

func TestNoLeaks(t *testing.T) {
	netnstest.Sandbox(t, func(t *testing.T) {
		host := netnsctl.Host{}
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		must(host.Add("before"))

		clean := &test{TB: t}
		netnstest.NoLeaks(clean)
		must(host.Add("blue"))
		must(host.Do("blue", exec.Command("true").Run))
		must(host.Delete("blue"))
		clean.atEnd()
		if clean.failed != "" {
			t.Error(clean.failed)
		}

		leaking := &test{TB: t}
		netnstest.NoLeaks(leaking)
		must(os.WriteFile(host.NamePath("dead"), nil, 0o400))
		for _, name := range []string{"name", "handle", "socket", "thread", "process"} {
			must(host.Add(name))
		}
		_, err := host.Open("handle")
		must(err)
		must(host.Do("socket", func() error {
			_, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM|syscall.SOCK_CLOEXEC, 0)
			return err
		}))
		inside := make(chan struct{})
		go host.Do("thread", func() error {
			close(inside)
			select {}
		})
		<-inside
		must(host.Do("process", exec.Command("sleep", "infinity").Start))
		for _, name := range []string{"handle", "socket", "thread", "process"} {
			must(host.Delete(name))
		}
		leaking.atEnd()
		for _, want := range []string{
			`] "name"\n\tpinned by: mount /run/netns/name\n`,
			`]\n\tpinned by: descriptor \d+ of the test itself\n`,
			`]\n\tpinned by: udp socket, descriptor \d+ of the test itself\n`,
			`]\n\tpinned by: thread \d+ of the test itself\n`,
			`]\n\tpinned by: pid \d+ \(sleep\)\n`,
			`\nstale name "dead"$`,
		} {
			if !regexp.MustCompile(want).MatchString(leaking.failed) {
				t.Errorf("no %q", want)
			}
		}
		if found := strings.Count(leaking.failed, "net:["); found != 5 {
			t.Errorf("%d namespaces are said to have leaked, not 5", found)
		}
		t.Log(leaking.failed)
	})
}
