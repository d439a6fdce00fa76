package netnsctl_test

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
)

// witnessed makes the name x, and a witness that tracks its namespace.
func witnessed(t *testing.T) (*netnsctl.Witness, netnsctl.Tracked) {
	t.Helper()
	w, err := netnsctl.NewWitness()
	nstest.Must(t, err)
	t.Cleanup(w.Close)
	return w, tracked(t, w, "x")
}

// tracked makes a name whose namespace a witness tracks.
func tracked(t *testing.T, w *netnsctl.Witness, name string) netnsctl.Tracked {
	t.Helper()
	nstest.Must(t, netnsctl.Host{}.Add(name))
	ns, err := netnsctl.Host{}.Open(name)
	nstest.Must(t, err)
	defer ns.Close()
	id, err := netnsctl.IdentityOf(ns)
	nstest.Must(t, err)
	tracked, err := w.Track(id, ns)
	nstest.Must(t, err)
	return tracked
}

// reach waits until a namespace is at a stage.
func reach(t *testing.T, w *netnsctl.Witness, tracked netnsctl.Tracked, stage netnsctl.Stage) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); w.Stage(tracked) != stage; {
		if time.Now().After(end) {
			t.Fatalf("the stage is %s, want %s", w.Stage(tracked), stage)
		}
		nstest.Must(t, w.Wait(time.Second))
	}
}

// hiddenPins are pins of the namespace of the calling thread that are no nsfs file: since Linux
// 6.19 neither its file handle nor listns(2) finds a namespace that only they pin.
var hiddenPins = map[string]func() (release func() error, err error){
	"socket": func() (func() error, error) {
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
		return func() error { return unix.Close(fd) }, err
	},
	"file below /proc/net": func() (func() error, error) {
		fd, err := unix.Open("/proc/thread-self/net/dev", unix.O_RDONLY|unix.O_CLOEXEC, 0)
		return func() error { return unix.Close(fd) }, err
	},
	"packet ring": func() (func() error, error) {
		fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			return nil, err
		}
		defer unix.Close(fd) // the mapping pins the socket
		ring := unix.TpacketReq{Block_size: 4096, Block_nr: 1, Frame_size: 2048, Frame_nr: 2}
		if err := unix.SetsockoptTpacketReq(fd, unix.SOL_PACKET, unix.PACKET_RX_RING, &ring); err != nil {
			return nil, err
		}
		memory, err := unix.Mmap(fd, 0, 4096, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
		return func() error { return unix.Munmap(memory) }, err
	},
}

// TestWitnessHiddenPin: a namespace without a name is not gone before its last pin is.
func TestWitnessHiddenPin(t *testing.T) {
	for name, pin := range hiddenPins {
		t.Run(name, func(t *testing.T) {
			nstest.Run(t, func(t *testing.T) {
				w, x := witnessed(t)
				var release func() error
				nstest.Must(t, netnsctl.Host{}.Do("x", func() (err error) {
					release, err = pin()
					return err
				}))
				nstest.Must(t, netnsctl.Host{}.Delete("x"))
				w.Ask()
				reach(t, w, x, netnsctl.StagePinned)
				nstest.Must(t, release())
				reach(t, w, x, netnsctl.StageGone)
			})
		})
	}
}

// TestWitnessDevices: when a namespace is gone, the names of the devices that led to it are
// free at once.
func TestWitnessDevices(t *testing.T) {
	waits := map[string]func(*testing.T, *netnsctl.Witness, netnsctl.Tracked){
		"stage": func(t *testing.T, w *netnsctl.Witness, x netnsctl.Tracked) { reach(t, w, x, netnsctl.StageGone) },
		"settled": func(t *testing.T, _ *netnsctl.Witness, _ netnsctl.Tracked) {
			w, err := netnsctl.NewWitness()
			nstest.Must(t, err)
			defer w.Close()
			settled, err := w.Settle(20 * time.Second)
			if nstest.Must(t, err); !settled {
				t.Error("not settled")
			}
		},
	}
	for name, wait := range waits {
		t.Run(name, func(t *testing.T) {
			nstest.Run(t, func(t *testing.T) {
				for range 20 {
					w, err := netnsctl.NewWitness()
					nstest.Must(t, err)
					x := tracked(t, w, "x")
					ns, err := netnsctl.Host{}.Open("x")
					nstest.Must(t, err)
					for i := range 5 {
						n := strconv.Itoa(i)
						nstest.Must(t, netlink.LinkAdd(&netlink.Veth{
							LinkAttrs: netlink.LinkAttrs{Name: "out" + n}, PeerName: "in" + n, PeerNamespace: netlink.NsFd(ns),
						}))
					}
					ns.Close()
					nstest.Must(t, netnsctl.Host{}.Delete("x"))
					wait(t, w, x)
					if left, err := net.Interfaces(); err != nil || len(left) != 1 {
						t.Fatalf("still there: %v, %v", left, err)
					}
					w.Close()
				}
			})
		})
	}
}

// TestWitnessOfMany: namespaces that go while others stay.
func TestWitnessOfMany(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		w, x := witnessed(t)
		var others []netnsctl.Tracked
		for i := range 100 {
			others = append(others, tracked(t, w, strconv.Itoa(i)))
		}
		again := tracked(t, w, "again")
		for i := range others {
			nstest.Must(t, netnsctl.Host{}.Delete(strconv.Itoa(i)))
		}
		for _, other := range others {
			reach(t, w, other, netnsctl.StageGone)
		}
		if stage := w.Stage(x); stage != netnsctl.StagePending && stage != netnsctl.StagePinned {
			t.Errorf("a namespace with a name is %s", stage)
		}
		// The kernel gives the next namespace the inode number of one that is gone.
		next := tracked(t, w, "next")
		w.Ask()
		reach(t, w, next, netnsctl.StagePinned)
		reach(t, w, again, netnsctl.StagePinned)
	})
}

// TestWitnessOverflow: notices that the kernel has dropped lose nothing.
func TestWitnessOverflow(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		w, x := witnessed(t)
		const many = 2000 // the receive buffer has room for some hundred notices
		var all []netnsctl.Tracked
		for i := range many {
			all = append(all, tracked(t, w, strconv.Itoa(i)))
		}
		for i := range many {
			nstest.Must(t, netnsctl.Host{}.Delete(strconv.Itoa(i)))
		}
		other, err := netnsctl.NewWitness() // tells when the kernel has withdrawn them all
		nstest.Must(t, err)
		defer other.Close()
		last := tracked(t, other, "last")
		nstest.Must(t, netnsctl.Host{}.Delete("last"))
		reach(t, other, last, netnsctl.StageGone)
		for _, one := range all {
			reach(t, w, one, netnsctl.StageGone)
		}
		w.Ask()
		reach(t, w, x, netnsctl.StagePinned)
	})
}

// TestWitnessLeavesNothing: no namespace but that of the witness gets an nsid, and the
// namespaces of the witness go with it.
func TestWitnessLeavesNothing(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		outer, first := witnessed(t)
		w, err := netnsctl.NewWitness()
		nstest.Must(t, err)
		y := tracked(t, w, "y")
		nstest.Must(t, netnsctl.Host{}.Delete("y"))
		reach(t, w, y, netnsctl.StageGone)
		for _, word := range []string{"/proc/self/ns/net", netnsctl.Host{}.NamePath("x")} {
			if out, err := exec.Command("nsenter", "--net="+word, "ip", "netns", "list-id").CombinedOutput(); err != nil || len(out) > 0 {
				t.Errorf("nsids in %s: %s %v", word, out, err)
			}
		}
		if w.Stage(first) != netnsctl.StageUnknown && first != y {
			t.Log("numbers of two witnesses may be equal")
		}
		w.Close()
		_ = outer
	})
}

// TestNoWitness: where the limit of network namespaces is reached, or privilege is missing,
// there is no witness, and without one nothing is known.
func TestNoWitness(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		if os.Getuid() != 0 {
			nstest.Lacks(t, "the limit is one of the sandbox's user namespace")
		}
		var none *netnsctl.Witness
		if tracked := tracked(t, none, "x"); none.Stage(tracked) != netnsctl.StageUnknown {
			t.Errorf("without a witness x is %s", none.Stage(tracked))
		}
		nstest.Must(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: 3, Max: 1000}))
		if _, err := netnsctl.NewWitness(); !errors.Is(err, syscall.EMFILE) {
			t.Errorf("without descriptors: %v", err)
		}
	})
}
