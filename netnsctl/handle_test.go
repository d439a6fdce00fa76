package netnsctl_test

import (
	"errors"
	"os"
	"runtime"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
)

func TestDo(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		h := netnsctl.Host{}
		for _, name := range []string{"blue", "red"} {
			nstest.Must(t, h.Add(name))
		}
		here := func() string {
			link, err := os.Readlink("/proc/thread-self/ns/net")
			nstest.Must(t, err)
			return link
		}
		want := func(name string) string {
			id, err := h.Identity(name)
			nstest.Must(t, err)
			return id.ID.String()
		}
		failed := errors.New("failed")
		err := h.Do("blue", func() error {
			if got := here(); got != want("blue") {
				t.Errorf("inside blue: %s", got)
			}
			nstest.Must(t, h.Do("red", func() error {
				if got := here(); got != want("red") {
					t.Errorf("inside red: %s", got)
				}
				return nil
			}))
			if got := here(); got != want("blue") {
				t.Errorf("inside blue, after red: %s", got)
			}
			return failed
		})
		if err != failed {
			t.Errorf("the error of the function: %v", err)
		}
		if got := here(); got == want("blue") || got == want("red") {
			t.Errorf("outside: %s", got)
		}
	})
}

// TestDoNot: where there is no network namespace, the function does not run.
func TestDoNot(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		h := netnsctl.Host{}
		nstest.Must(t, os.MkdirAll("/run/netns", 0o755))
		nstest.Must(t, os.WriteFile(h.NamePath("file"), nil, 0o400))
		nstest.Must(t, os.Symlink("/proc/self/ns/uts", h.NamePath("uts")))
		for name, errno := range map[string]error{"missing": syscall.ENOENT, "file": syscall.EINVAL, "uts": syscall.EINVAL} {
			err := h.Do(name, func() error {
				t.Errorf("%s: the function runs", name)
				return nil
			})
			if op, ok := errors.AsType[*netnsctl.OpError](err); !ok || op.Op != netnsctl.OpOpenNetns || op.Err != errno {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// TestDoEnds: t.Fatal inside ends the test, as it does outside.
func TestDoEnds(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		h := netnsctl.Host{}
		nstest.Must(t, h.Add("blue"))
		ended, returned := make(chan struct{}), false
		go func() {
			defer close(ended)
			_ = h.Do("blue", func() error {
				runtime.Goexit()
				return nil
			})
			returned = true
		}()
		<-ended
		if returned {
			t.Error("Do returned")
		}
	})
}

// TestExec: a failed Exec has moved no thread; one that succeeds keeps the pid, which is
// 1 here, and the exit status of the shell is that of the test.
func TestExec(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		home := threadNamespaces(t)
		h := netnsctl.Host{}
		nstest.Must(t, h.Add("blue"))
		err := h.Exec("blue", []string{"/run/nowhere"}, netnsctl.Setup{})
		if op, ok := errors.AsType[*netnsctl.OpError](err); !ok || op.Op != netnsctl.OpExec || op.Err != syscall.ENOENT {
			t.Fatal(err)
		}
		if diff := cmp.Diff(home, settled(t, home)); diff != "" {
			t.Fatalf("namespaces of the threads (-before +after):\n%s", diff)
		}
		id, err := h.Identity("blue")
		nstest.Must(t, err)
		script := `echo "$$ $(readlink /proc/self/ns/net) $A"; test $$ = 1 && test "$(readlink /proc/self/ns/net)" = "$0" && test "$A" = b`
		t.Fatal(h.Exec("blue", []string{"sh", "-c", script, id.ID.String()}, netnsctl.Setup{Env: []string{"A=b"}}))
	})
}
