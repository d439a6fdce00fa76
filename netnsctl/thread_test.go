package netnsctl_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/clean"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
	"github.com/netnsctl/netnsctl/netnsctl/monitor"
)

// TestThreadsStay: no call of the library leaves a thread of the process in another
// namespace, whatever goroutine it is made from.
func TestThreadsStay(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		home := threadNamespaces(t)
		if len(home) != 2 { // a network and a mount namespace
			t.Fatalf("the threads begin in %q", home)
		}
		var callers sync.WaitGroup
		for i := range 8 {
			callers.Go(func() {
				for round := range 3 {
					callAll(t, fmt.Sprintf("n%d.%d", i, round))
				}
			})
		}
		callers.Wait()
		if diff := cmp.Diff(home, settled(t, home)); diff != "" {
			t.Errorf("namespaces of the threads (-before +after):\n%s", diff)
		}
	})
}

// callAll makes the calls that work in other namespaces.
func callAll(t *testing.T, name string) {
	h := netnsctl.Host{Resolve: discover.Open}
	must := func(err error) {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(h.Add(name))
	must(addLocked(h, name+"-locked"))
	must(h.AttachAny(name+"-again", name))
	must(h.Replace(name+"-replaced", name))
	adder := h.NewAdder()
	for i := range 4 {
		must(adder.Add(fmt.Sprint(name, "-", i)))
	}
	adder.Close()
	must(h.Do(name, func() error {
		return h.Do(name+"-0", func() error { return h.Add(name + "-inside") })
	}))
	_, err := h.Run(name, []string{"true"}, netnsctl.Setup{}, nil, nil, nil)
	must(err)
	h.RunEach([]string{name, name + "-0"}, 2, []string{"true"}, netnsctl.Setup{}, func(o netnsctl.Outcome) { must(o.Err) })
	_, err = h.Identity(name)
	must(err)
	snap, err := discover.Scan(h, discover.Options{Everything: true, Hold: true, Files: true})
	must(err)
	if err == nil {
		_, err = clean.Make(snap, clean.Request{Targets: []string{name + "-1"}})
		must(err)
		snap.Close()
	}
	must(monitorOne(h, name+"-event"))
}

func addLocked(h netnsctl.Host, name string) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	h.LockedThread = true
	return h.Add(name)
}

// monitorOne waits for one event, which it brings about.
func monitorOne(h netnsctl.Host, name string) error {
	seen := errors.New("seen")
	done := make(chan struct{})
	var adding sync.WaitGroup
	var addErr error
	adding.Go(func() {
		for addErr == nil {
			select {
			case <-done:
				return
			default:
				addErr = errors.Join(h.Add(name), h.Delete(name))
			}
		}
	})
	err := monitor.Run(context.Background(), h, monitor.Options{Namespaces: true, Interval: 10 * time.Millisecond}, func(monitor.Event) error { return seen })
	close(done)
	adding.Wait()
	if errors.Is(err, seen) {
		err = nil
	}
	return errors.Join(err, addErr)
}

// threadNamespaces gives the network and mount namespaces of all threads, each once.
func threadNamespaces(t *testing.T) []string {
	t.Helper()
	nets, err := filepath.Glob("/proc/self/task/*/ns/net")
	nstest.Must(t, err)
	mounts, err := filepath.Glob("/proc/self/task/*/ns/mnt")
	nstest.Must(t, err)
	var all []string
	for _, link := range append(nets, mounts...) {
		ns, err := os.Readlink(link)
		if errors.Is(err, os.ErrNotExist) {
			continue // The thread has ended.
		}
		nstest.Must(t, err)
		all = append(all, ns)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// settled waits for threads to end that are in other namespaces than those of home.
func settled(t *testing.T, home []string) (now []string) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if now = threadNamespaces(t); slices.Equal(now, home) {
			break
		}
	}
	return now
}
