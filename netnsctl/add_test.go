package netnsctl_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
)

// TestAddLoopbackUp: by every way to add.
func TestAddLoopbackUp(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		h := netnsctl.Host{LoopbackUp: true}
		names := []string{"thread", "locked"}
		nstest.Must(t, h.Add("thread"))
		nstest.Must(t, addLocked(h, "locked"))
		adder := h.NewAdder()
		defer adder.Close()
		for i := range 6 {
			names = append(names, fmt.Sprint("many", i))
			nstest.Must(t, adder.Add(names[len(names)-1]))
		}
		for _, name := range names {
			if flags := loopback(t, h, name); flags&net.FlagUp == 0 {
				t.Errorf("%s: lo is %v", name, flags)
			}
		}
		nstest.Must(t, netnsctl.Host{}.Add("plain"))
		if flags := loopback(t, h, "plain"); flags&net.FlagUp != 0 {
			t.Errorf("plain: lo is %v", flags)
		}
	})
}

// loopback gives the flags of lo inside.
func loopback(t *testing.T, h netnsctl.Host, name string) (flags net.Flags) {
	t.Helper()
	nstest.Must(t, h.Do(name, func() error {
		lo, err := net.InterfaceByName("lo")
		if err == nil {
			flags = lo.Flags
		}
		return err
	}))
	return flags
}

// TestAddRefused: the error is that of the file, as with ip, even where there is no
// namespace for it, and nothing is made.
func TestAddRefused(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		var h netnsctl.Host
		nstest.Must(t, h.Add("there"))
		attach := func(name, source string) error { return h.Attach(name, source) }
		expect := func(what string, err error, op netnsctl.Op, errno syscall.Errno) {
			t.Helper()
			if e, ok := errors.AsType[*netnsctl.OpError](err); !ok || e.Op != op || e.Err != errno {
				t.Errorf("%s: %v, want %s: %v", what, err, op, errno)
			}
			if entries, err := os.ReadDir(h.Dir()); err != nil || len(entries) != 1 {
				t.Errorf("%s: %v, %v are there", what, entries, err)
			}
		}
		expect("add again", h.Add("there"), netnsctl.OpCreateName, syscall.EEXIST)
		expect("attach again", attach("there", "/proc/nosuch/ns/net"), netnsctl.OpCreateName, syscall.EEXIST)
		expect("attach no process", attach("new", "/proc/nosuch/ns/net"), netnsctl.OpBindName, syscall.ENOENT)
		expect("attach no namespace", attach("new", "/proc/self/stat"), netnsctl.OpBindName, syscall.EINVAL)
		nstest.Must(t, unix.Mount("", h.Dir(), "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY, ""))
		expect("add, read-only", h.Add("new"), netnsctl.OpCreateName, syscall.EROFS)
		expect("attach, read-only", attach("new", "/proc/self/ns/net"), netnsctl.OpCreateName, syscall.EROFS)
		expect("attach no process, read-only", attach("new", "/proc/nosuch/ns/net"), netnsctl.OpCreateName, syscall.EROFS)
	})
}
