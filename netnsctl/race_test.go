package netnsctl_test

import (
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
)

// What runs on several threads, for the race detector (make test-race), while
// another process changes the names.

func TestRaceAdder(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		h := netnsctl.Host{}
		adder := h.NewAdder()
		for i := range 50 {
			nstest.Must(t, adder.Add(fmt.Sprint("n", i)))
		}
		adder.Close()
		ids := map[netnsctl.ID]bool{}
		for i := range 50 {
			id, err := h.Identity(fmt.Sprint("n", i))
			nstest.Must(t, err)
			ids[id.ID] = true
		}
		if len(ids) != 50 {
			t.Errorf("50 names of %d namespaces", len(ids))
		}
	})
}

// TestRaceEntries has enough names for a second thread. A name that goes away
// meanwhile costs no other its answer.
func TestRaceEntries(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Must(t, os.Mkdir("/run/netns", 0o755))
		const names = 600
		for i := range names {
			nstest.Must(t, os.Symlink("/proc/1/ns/net", fmt.Sprint("/run/netns/n", i)))
		}
		nsids, err := netnsctl.OpenNSIDs(true)
		nstest.Must(t, err)
		defer nsids.Close()
		nstest.Must(t, nsids.Set(netnsctl.Host{}, "n0", 7))
		var stop sync.WaitGroup
		done := make(chan struct{})
		stop.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-done:
					return
				default:
					os.Symlink("nowhere", "/run/netns/other")
					os.Remove("/run/netns/other")
				}
			}
		})
		for range 10 {
			entries, err := nsids.Entries(netnsctl.Host{})
			nstest.Must(t, err)
			healthy := 0
			for _, e := range entries {
				if e.NSID == 7 && e.Err == nil {
					healthy++
				}
			}
			if healthy != names {
				t.Errorf("%d of %d names have the nsid", healthy, names)
			}
		}
		close(done)
		stop.Wait()
	})
}
