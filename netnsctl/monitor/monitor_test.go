package monitor_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
	"github.com/netnsctl/netnsctl/netnsctl/monitor"
)

// patience is how long a test waits for an event before it fails.
const patience = 20 * time.Second

var errEnough = errors.New("enough")

// running is a monitor that tells of all events until the test ends.
type running struct {
	t      *testing.T
	events chan monitor.Event
	ended  chan error
	// seen are all events since the monitor was ready.
	seen []monitor.Event
}

// start starts a monitor. It returns when the monitor tells of what happens: names
// come and go until it tells of one.
func start(t *testing.T, host netnsctl.Host, opts monitor.Options) *running {
	t.Helper()
	r := &running{t: t, events: make(chan monitor.Event), ended: make(chan error, 1)}
	stop := make(chan struct{})
	go func() {
		runtime.LockOSThread()
		r.ended <- monitor.Run(t.Context(), host, opts, func(e monitor.Event) error {
			select {
			case r.events <- e:
				return nil
			case <-stop:
				return errEnough
			}
		})
	}()
	t.Cleanup(func() { close(stop) })
	nstest.Must(t, os.MkdirAll(host.Dir(), 0o755))
	const prod = "prod"
	for end := time.Now().Add(patience); ; {
		select {
		case e := <-r.events:
			if e.Name != prod {
				t.Fatalf("before all else: %+v", e)
			}
			// The last event: the file is gone when it is told of.
			nstest.Must(t, os.WriteFile(host.NamePath("last"), nil, 0))
			nstest.Must(t, os.Remove(host.NamePath("last")))
			r.wait(monitor.NameDeleted, "last")
			r.seen = nil
			return r
		case err := <-r.ended:
			t.Fatalf("the monitor ended: %v", err)
		default:
			nstest.Must(t, os.WriteFile(host.NamePath(prod), nil, 0))
			nstest.Must(t, os.Remove(host.NamePath(prod)))
		}
		if time.Now().After(end) {
			t.Fatal("the monitor tells of nothing")
		}
	}
}

// next is the next event.
func (r *running) next() monitor.Event {
	r.t.Helper()
	select {
	case e := <-r.events:
		r.seen = append(r.seen, e)
		return e
	case err := <-r.ended:
		r.t.Fatalf("the monitor ended: %v", err)
	case <-time.After(patience):
		r.t.Fatalf("no further event after %+v", r.seen)
	}
	return monitor.Event{}
}

// wait is the next event of a kind with that name.
func (r *running) wait(kind monitor.Kind, name string) monitor.Event {
	r.t.Helper()
	for {
		if e := r.next(); e.Kind == kind && e.Name == name {
			return e
		}
	}
}

// waitID is the next event of a kind with that namespace.
func (r *running) waitID(kind monitor.Kind, id netnsctl.ID) monitor.Event {
	r.t.Helper()
	for {
		if e := r.next(); e.Kind == kind && e.ID == id {
			return e
		}
	}
}

// identity is the namespace of a name.
func identity(t *testing.T, host netnsctl.Host, name string) (netnsctl.ID, uint64) {
	t.Helper()
	id, err := host.Identity(name)
	nstest.Must(t, err)
	return id.ID, id.Cookie
}

// TestNames: without Identify names are told of at once and in order, whatever they
// lead to, and without their namespace.
func TestNames(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		var host netnsctl.Host
		r := start(t, host, monitor.Options{})
		before := time.Now()
		nstest.Must(t, host.Add("red"))
		nstest.Must(t, os.WriteFile(host.NamePath("dead"), nil, 0))
		nstest.Must(t, host.Delete("red"))
		for _, want := range []monitor.Event{
			{Kind: monitor.NameAdded, Name: "red"},
			{Kind: monitor.NameAdded, Name: "dead"},
			{Kind: monitor.NameDeleted, Name: "red"},
		} {
			e := r.next()
			if e.Kind != want.Kind || e.Name != want.Name || e.ID != want.ID || e.Cookie != 0 {
				t.Errorf("%+v, want %+v", e, want)
			}
			if e.Time.Before(before) || e.Time.After(time.Now()) {
				t.Errorf("%s %s happened at %v", e.Kind, e.Name, e.Time)
			}
		}
	})
}

// TestIdentify: a name is told of with its namespace, when it comes and when it goes,
// also if it was there before the monitor.
func TestIdentify(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		var host netnsctl.Host
		nstest.Must(t, host.Add("old"))
		oldID, oldCookie := identity(t, host, "old")
		r := start(t, host, monitor.Options{Identify: true})
		nstest.Must(t, host.Add("red"))
		id, cookie := identity(t, host, "red")
		if e := r.wait(monitor.NameAdded, "red"); e.ID != id || e.Cookie != cookie {
			t.Errorf("%+v, want %v %d", e, id, cookie)
		}
		nstest.Must(t, host.Delete("red"))
		if e := r.wait(monitor.NameDeleted, "red"); e.ID != id || e.Cookie != cookie {
			t.Errorf("%+v, want %v %d", e, id, cookie)
		}
		nstest.Must(t, host.Delete("old"))
		if e := r.wait(monitor.NameDeleted, "old"); e.ID != oldID || e.Cookie != oldCookie {
			t.Errorf("%+v, want %v %d", e, oldID, oldCookie)
		}
	})
}

// TestIdentifyDead: a name without a namespace is told of all the same: after a while,
// or before it is told that it has gone.
func TestIdentifyDead(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		var host netnsctl.Host
		r := start(t, host, monitor.Options{Identify: true})
		nstest.Must(t, os.WriteFile(host.NamePath("dead"), nil, 0))
		if e := r.next(); e.Kind != monitor.NameAdded || e.Name != "dead" || e.ID != (netnsctl.ID{}) || e.Cookie != 0 {
			t.Errorf("%+v", e)
		}
		nstest.Must(t, os.WriteFile(host.NamePath("short"), nil, 0))
		nstest.Must(t, os.Remove(host.NamePath("short")))
		for _, kind := range []monitor.Kind{monitor.NameAdded, monitor.NameDeleted} {
			if e := r.next(); e.Kind != kind || e.Name != "short" || e.ID != (netnsctl.ID{}) {
				t.Errorf("%+v, want %s short", e, kind)
			}
		}
	})
}

// TestNamespaces: a namespace without a name is told of with the process that has it,
// and when it has gone, with the same cookie.
func TestNamespaces(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		var host netnsctl.Host
		r := start(t, host, monitor.Options{Namespaces: true, Interval: 10 * time.Millisecond})
		cmd := exec.Command("sleep", "infinity")
		cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
		nstest.Must(t, cmd.Start())
		e := r.next()
		if e.Kind != monitor.NamespaceNew || e.Pin == nil || e.Pin.PID != cmd.Process.Pid || e.Pin.Command == "" || len(e.Names) != 0 {
			t.Fatalf("%+v %+v, want the namespace of process %d", e, e.Pin, cmd.Process.Pid)
		}
		nstest.Must(t, cmd.Process.Kill())
		_ = cmd.Wait()
		if gone := r.next(); gone.Kind != monitor.NamespaceGone || gone.ID != e.ID || gone.Cookie != e.Cookie {
			t.Errorf("%+v after %+v", gone, e)
		}
	})
}

// TestNamespacesHurry: a name that comes or goes, and a mount, bring a look at the
// namespaces about, however long the interval is.
func TestNamespacesHurry(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		var host netnsctl.Host
		nstest.Must(t, host.Add("old"))
		oldID, oldCookie := identity(t, host, "old")
		r := start(t, host, monitor.Options{Identify: true, Namespaces: true, Interval: time.Hour})
		nstest.Must(t, host.Add("red"))
		id, cookie := identity(t, host, "red")
		e := r.waitID(monitor.NamespaceNew, id)
		if e.Cookie != cookie || len(e.Names) != 1 || e.Names[0] != "red" || e.Pin == nil || e.Pin.Mount == nil {
			t.Errorf("%+v, want red, which is mounted on its name", e)
		}
		nstest.Must(t, host.Delete("old"))
		if gone := r.waitID(monitor.NamespaceGone, oldID); gone.Cookie != oldCookie {
			t.Errorf("%+v, want the cookie %d", gone, oldCookie)
		}
		// The name goes, and the namespace stays where it is mounted elsewhere.
		nstest.Must(t, os.WriteFile("/run/kept", nil, 0))
		nstest.Must(t, syscall.Mount(host.NamePath("red"), "/run/kept", "", syscall.MS_BIND, ""))
		nstest.Must(t, host.Delete("red"))
		r.wait(monitor.NameDeleted, "red")
		nstest.Must(t, host.Add("later"))
		laterID, _ := identity(t, host, "later")
		r.waitID(monitor.NamespaceNew, laterID)
		nstest.Must(t, syscall.Unmount("/run/kept", 0))
		r.waitID(monitor.NamespaceGone, id)
		told := map[monitor.Kind]int{}
		for _, e := range r.seen {
			told[e.Kind]++
		}
		if told[monitor.NamespaceNew] != 2 || told[monitor.NamespaceGone] != 2 {
			t.Errorf("told of %v, want two that came and two that went", told)
		}
	})
}

// TestEnds: the monitor ends with the error of the caller, or when its directory goes.
func TestEnds(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		var host netnsctl.Host
		r := start(t, host, monitor.Options{})
		nstest.Must(t, os.RemoveAll(host.Dir()))
		var failed *netnsctl.OpError
		if err := <-r.ended; !errors.As(err, &failed) || failed.Op != netnsctl.OpReadWatch || !errors.Is(err, syscall.ENOENT) {
			t.Errorf("the directory has gone: %v", err)
		}
	})
}

// TestTellFails: Run hands back the error of tell.
func TestTellFails(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		var host netnsctl.Host
		ended := make(chan error)
		for _, opts := range []monitor.Options{{}, {Identify: true}, {Namespaces: true, Interval: time.Millisecond}} {
			go func() {
				runtime.LockOSThread()
				ended <- monitor.Run(t.Context(), host, opts, func(monitor.Event) error { return errEnough })
			}()
			var err error
			for running := true; running; {
				select {
				case err = <-ended:
					running = false
				default:
					nstest.Must(t, host.Add("x"))
					nstest.Must(t, host.Delete("x"))
				}
			}
			if !errors.Is(err, errEnough) {
				t.Errorf("%+v: %v", opts, err)
			}
		}
	})
}

// TestCannotWatch: where the run directory is a file there is nothing to watch.
func TestCannotWatch(t *testing.T) {
	file := t.TempDir() + "/file"
	nstest.Must(t, os.WriteFile(file, nil, 0o644))
	err := monitor.Run(t.Context(), netnsctl.Host{RunDir: file + "/netns"}, monitor.Options{}, func(monitor.Event) error { return nil })
	if !errors.Is(err, syscall.ENOTDIR) {
		t.Errorf("below a file: %v", err)
	}
}

// TestDefaultInterval: without an interval the monitor does not scan all the time.
func TestDefaultInterval(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 600*time.Millisecond)
		defer cancel()
		before := cpuTime(t)
		err := monitor.Run(ctx, netnsctl.Host{}, monitor.Options{Namespaces: true}, func(monitor.Event) error { return nil })
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		if used := cpuTime(t) - before; used > 150*time.Millisecond {
			t.Errorf("the monitor used %s of processor time", used)
		}
	})
}

func cpuTime(t *testing.T) time.Duration {
	t.Helper()
	var usage syscall.Rusage
	nstest.Must(t, syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
