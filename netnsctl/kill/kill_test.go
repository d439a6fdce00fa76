package kill

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

func TestParseSignal(t *testing.T) {
	for word, want := range map[string]syscall.Signal{
		"TERM": syscall.SIGTERM, "SIGTERM": syscall.SIGTERM, "sigkill": syscall.SIGKILL, "hup": syscall.SIGHUP, "15": syscall.SIGTERM, "64": 64,
		"0": 0, "65": 0, "-9": 0, "": 0, "SIG": 0, "FOO": 0, "SIGSIGTERM": 0, "9x": 0, "256": 0,
	} {
		if got, err := ParseSignal(word); got != want || (err == nil) != (want != 0) {
			t.Errorf("%q: %d, %v", word, got, err)
		}
	}
	if names := SignalNames(); len(names) < 30 || names[0] != "HUP" || SignalName(40) != "40" {
		t.Errorf("%q", names)
	}
}

// TestEnd: the processes of one namespace, and no others.
func TestEnd(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		var host netnsctl.Host
		for _, name := range []string{"red", "blue"} {
			if err := host.Add(name); err != nil {
				t.Fatal(err)
			}
		}
		red, blue := sleeper(t, host, "red"), sleeper(t, host, "blue")
		outside := exec.Command("sleep", "1000")
		if err := outside.Start(); err != nil {
			t.Fatal(err)
		}
		id, err := host.Identity("red")
		if err != nil {
			t.Fatal(err)
		}
		var events []Event
		request := Request{
			Namespaces: []Namespace{{"red", id}}, Signal: syscall.SIGTERM, Grace: time.Minute,
			Tell: func(e Event) { events = append(events, e) },
		}
		left, unread, err := End(context.Background(), host, request)
		p := Process{id.ID, red, "sleep"}
		if want := []Event{{p, Sent, syscall.SIGTERM}, {p, Ended, syscall.SIGTERM}}; err != nil || len(left)+len(unread) > 0 || !slices.Equal(events, want) {
			t.Errorf("%v, left %v, unread %v, %v", err, left, unread, events)
		}
		for _, pid := range []int{blue, outside.Process.Pid} {
			if err := syscall.Kill(pid, 0); err != nil {
				t.Errorf("pid %d: %v", pid, err)
			}
		}
		// The name leads to another namespace by now.
		if err := errors.Join(host.Delete("red"), host.Add("red")); err != nil {
			t.Fatal(err)
		}
		again := sleeper(t, host, "red")
		if _, _, err := End(context.Background(), host, request); !errors.Is(err, netnsctl.ErrChanged) {
			t.Errorf("another namespace: %v", err)
		}
		if err := syscall.Kill(again, 0); err != nil {
			t.Errorf("pid %d: %v", again, err)
		}
	})
}

// TestOpen: a process counts only as long as it is in the namespace in which it was found.
func TestOpen(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		var host netnsctl.Host
		if err := host.Add("red"); err != nil {
			t.Fatal(err)
		}
		id, err := host.Identity("red")
		if err != nil {
			t.Fatal(err)
		}
		fs, err := openProc(host)
		if err != nil {
			t.Fatal(err)
		}
		defer fs.Close()
		pid := sleeper(t, host, "red")
		o, err := open(fs, occupant{pid: pid, tid: pid, namespace: id.ID})
		if err != nil || o == nil || o.Process != (Process{id.ID, pid, "sleep"}) {
			t.Fatalf("inside: %v, %v", o, err)
		}
		defer sys.Close(o.pidfd)
		// The process has its number until it is waited for, and is in no namespace any more.
		if err := o.send(syscall.SIGKILL); err != nil || len(sys.WaitEnded([]int{o.pidfd}, time.Minute)) != 1 {
			t.Fatalf("it has not ended: %v", err)
		}
		for what, pid := range map[string]int{"ended": pid, "elsewhere": os.Getpid(), "nobody": 1 << 22} {
			if o, err := open(fs, occupant{pid: pid, tid: pid, namespace: id.ID}); o != nil || err != nil {
				t.Errorf("%s: %v, %v", what, o, err)
			}
		}
	})
}

// TestNoDescriptor: a process waits for its turn where no descriptor is free to open it.
func TestNoDescriptor(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		fs, err := openProc(netnsctl.Host{})
		if err != nil {
			t.Fatal(err)
		}
		defer fs.Close()
		e := &ending{fs: fs, open: map[int]*opened{}, failed: map[int]error{}}
		var limit syscall.Rlimit
		if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
			t.Fatal(err)
		}
		if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Max: limit.Max}); err != nil {
			t.Fatal(err)
		}
		why := e.end(occupant{pid: os.Getpid(), tid: os.Getpid()}, false)
		if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
			t.Fatal(err)
		}
		if why != "no descriptor was free to open it" || len(e.failed) > 0 {
			t.Errorf("%q, %v", why, e.failed)
		}
	})
}

// TestProtected: our ancestors up to process 1.
func TestProtected(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		fs, err := openProc(netnsctl.Host{})
		if err != nil {
			t.Fatal(err)
		}
		defer fs.Close()
		if pids := protected(fs); !slices.Contains(pids, 1) || !slices.Contains(pids, os.Getpid()) || slices.Contains(pids, 0) {
			t.Error(pids)
		}
	})
}

// sleeper starts a process in a namespace, which has executed sleep, and gives its PID.
func sleeper(t *testing.T, host netnsctl.Host, name string) int {
	t.Helper()
	cmd := exec.Command("sleep", "1000")
	if err := host.Do(name, cmd.Start); err != nil {
		t.Fatal(err)
	}
	return cmd.Process.Pid
}
