package netnsctl_test

import (
	"errors"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vishvananda/netns"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
)

// TestDoPanics: the caller of Do can recover from a panic of the function, and sees where it
// was.
func TestDoPanics(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		h := netnsctl.Host{}
		nstest.Must(t, h.Add("blue"))
		failed := errors.New("failed")
		defer func() {
			err, ok := recover().(error)
			if !ok || !errors.Is(err, failed) || !strings.Contains(err.Error(), "panicker") {
				t.Errorf("recovered: %v", err)
			}
		}()
		err := h.Do("blue", func() error { return panicker(failed) })
		t.Errorf("Do returned %v", err)
	})
}

//go:noinline
func panicker(err error) error { panic(err) }

// TestNotNetwork: handles that are closed, and files that are no network namespaces.
func TestNotNetwork(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		h := netnsctl.Host{}
		nstest.Must(t, h.Add("blue"))
		open := func(path string) netns.NsHandle {
			fd, err := syscall.Open(path, syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
			nstest.Must(t, err)
			return netns.NsHandle(fd)
		}
		file, uts, closed := open("/dev/null"), open("/proc/self/ns/uts"), open(h.NamePath("blue"))
		nstest.Must(t, syscall.Close(int(closed)))
		for _, c := range []struct {
			what  string
			ns    netns.NsHandle
			errno error
		}{
			{"file", file, syscall.EINVAL},
			{"uts", uts, syscall.EINVAL},
			{"closed", closed, syscall.EBADF},
			{"none", netns.None(), syscall.EBADF},
		} {
			if _, err := netnsctl.IdentityOf(c.ns); !errors.Is(err, c.errno) {
				t.Errorf("IdentityOf %s: %v", c.what, err)
			}
			err := netnsctl.Do(c.ns, func() error {
				t.Errorf("Do %s: the function runs", c.what)
				return nil
			})
			if !errors.Is(err, c.errno) {
				t.Errorf("Do %s: %v", c.what, err)
			}
		}
		if err := h.Attach("file", "/dev/null"); !errors.Is(err, syscall.EINVAL) {
			t.Errorf("Attach: %v", err)
		}
		if _, err := os.Lstat(h.NamePath("file")); !os.IsNotExist(err) {
			t.Errorf("after Attach: %v", err)
		}
	})
}

// TestNoCommand: a command without words is an error, and no panic on another goroutine.
func TestNoCommand(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		h := netnsctl.Host{}
		nstest.Must(t, h.Add("blue"))
		check := func(what string, err error) {
			if op, ok := errors.AsType[*netnsctl.OpError](err); !ok || op.Op != netnsctl.OpExec || op.Err != syscall.EINVAL {
				t.Errorf("%s: %v", what, err)
			}
		}
		_, err := h.Run("blue", nil, netnsctl.Setup{}, nil, nil, nil)
		check("Run", err)
		check("Exec", h.Exec("blue", nil, netnsctl.Setup{}))
		h.RunEach([]string{"blue"}, 1, nil, netnsctl.Setup{}, func(o netnsctl.Outcome) { check("RunEach", o.Err) })
	})
}

// TestRunEachAtOnce: a number below 1 runs one command at a time, and does not wait forever.
func TestRunEachAtOnce(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		h := netnsctl.Host{}
		nstest.Must(t, h.Add("blue"))
		done := make(chan netnsctl.Outcome, 1)
		go h.RunEach([]string{"blue"}, 0, []string{"true"}, netnsctl.Setup{}, func(o netnsctl.Outcome) { done <- o })
		select {
		case o := <-done:
			nstest.Must(t, o.Err)
		case <-time.After(20 * time.Second):
			t.Error("no outcome")
		}
	})
}

// TestRunEachEnds: when tell ends its goroutine, RunEach waits for the commands that run.
func TestRunEachEnds(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		h := netnsctl.Host{}
		nstest.Must(t, h.Add("fast"))
		nstest.Must(t, h.Add("slow"))
		fast, err := h.Identity("fast")
		nstest.Must(t, err)
		script := `test "$(readlink /proc/self/ns/net)" = "$0" || { >/run/started; sleep 0.3; >/run/ended; }; until test -e /run/started; do :; done`
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			h.RunEach([]string{"fast", "slow"}, 2, []string{"sh", "-c", script, fast.ID.String()}, netnsctl.Setup{},
				func(netnsctl.Outcome) { runtime.Goexit() })
		}()
		<-ended
		if _, err := os.Stat("/run/ended"); err != nil {
			t.Error(err)
		}
	})
}

// TestAdderCloses: an Adder can be closed twice, and used again.
func TestAdderCloses(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		a := netnsctl.Host{}.NewAdder()
		for _, name := range []string{"a", "b", "c"} {
			nstest.Must(t, a.Add(name))
		}
		a.Close()
		a.Close()
		nstest.Must(t, a.Add("d"))
		nstest.Must(t, a.Add("e"))
		a.Close()
	})
}
