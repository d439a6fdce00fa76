package clean_test

import (
	"os/exec"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/clean"
	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
)

// witnessed gives a plan a witness.
func witnessed(t *testing.T, plan *clean.Plan) {
	t.Helper()
	var err error
	plan.Witness, err = netnsctl.NewWitness()
	nstest.Must(t, err)
	t.Cleanup(plan.Witness.Close)
}

func TestRelease(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		pid := leakNamespace(t)
		snap, plan := planned(t)
		witnessed(t, plan)
		got, released := applied(snap, plan)
		if got != "released" || len(released) != 1 {
			t.Fatal(got, released)
		}
		snap.Close()
		left, err := clean.Wait(host, plan.Witness, released, 5*time.Second, nil)
		if err != nil || len(left) > 0 {
			t.Errorf("left %v, %v", left, err)
		}
		nstest.Must(t, exec.Command("kill", "-0", pid).Run())
	})
}

// TestWaitHidden: a namespace that a socket pins when its mount is released is not gone. The
// wait tells of it, and ends well when the socket is closed meanwhile.
func TestWaitHidden(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		pid := leakNamespace(t)
		snap, plan := planned(t)
		witnessed(t, plan)
		socket := -1
		nstest.Must(t, netnsctl.Do(plan.Steps[0].Namespace.Descriptor(), func() (err error) {
			socket, err = unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
			return err
		}))
		got, released := applied(snap, plan)
		if got != "released" || len(released) != 1 {
			t.Fatal(got, released)
		}
		snap.Close()
		left, err := clean.Wait(host, plan.Witness, released, 500*time.Millisecond, nil)
		if err != nil || len(left) != 1 || left[0].Tracked != released[0] {
			t.Errorf("left %v, %v", left, err)
		}
		var told []clean.Left
		left, err = clean.Wait(host, plan.Witness, released, 0, func(left []clean.Left) {
			if told == nil { // a busy machine may tell once more before the namespace is gone
				nstest.Must(t, unix.Close(socket))
			}
			told = append(told, left...)
		})
		if err != nil || len(left) != 0 || len(told) == 0 || told[0].Stage != netnsctl.StagePinned {
			t.Errorf("left %v, told %v, %v", left, told, err)
		}
		nstest.Must(t, exec.Command("kill", "-0", pid).Run())
	})
}

// TestWaitUnproven: without a witness a wait ends when a scan does not find the namespace, and
// does not say that it is gone.
func TestWaitUnproven(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Must(t, host.Add("x"))
		id, err := host.Identity("x")
		nstest.Must(t, err)
		unproven := []netnsctl.Tracked{{Identity: id}}
		left, err := clean.Wait(host, nil, unproven, time.Millisecond, nil)
		if err != nil || len(left) != 1 || left[0].Stage != netnsctl.StagePinned {
			t.Errorf("left %v, %v", left, err)
		}
		nstest.Must(t, host.Delete("x"))
		left, err = clean.Wait(host, nil, unproven, 20*time.Second, nil)
		if err != nil || len(left) != 1 || left[0].Stage != netnsctl.StageUnknown {
			t.Errorf("left %v, %v", left, err)
		}
	})
}
