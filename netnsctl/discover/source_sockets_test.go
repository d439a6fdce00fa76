package discover

import (
	"os"
	"slices"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// TestSocketsOfEndedProcesses: their sockets are no gap.
func TestSocketsOfEndedProcesses(t *testing.T) {
	v := recorded(t, nil)
	v.files = []openFile{
		{pid: 9000001, fd: 3, class: socketFile, id: 5},
		{pid: 9000002, fd: 3, class: socketFile, id: 5},
		{pid: 9000002, fd: 4, class: socketFile, id: 6},
		{pid: 9000002, fd: 5, class: tunFile, id: 7},
		{pid: 9000002, fd: 6, class: directory, id: 8},
	}
	for _, source := range []func(*vantage) ([]sighting, []Gap){sockets, tunDevices, detachedTrees} {
		seen, gaps := source(v)
		expect(t, seen, nil)
		expectGaps(t, gaps)
	}
}

// TestClosedMeanwhile: between the look at a process and that at its descriptors some are
// closed, and their numbers used for other files. That is no gap, and another process that
// has the socket tells of it.
func TestClosedMeanwhile(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
		nstest.Must(t, err)
		defer sys.Close(fd)
		_, ino, err := sys.Fstat(fd)
		nstest.Must(t, err)
		v, pid := recorded(t, nil), os.Getpid()
		onNsfs(t, v)
		const closed = 100000
		v.files = []openFile{
			{pid: pid, fd: closed, class: socketFile, id: ino + 1},
			{pid: 9000001, fd: 3, class: socketFile, id: ino},
			{pid: pid, fd: closed, class: socketFile, id: ino},
			{pid: pid, fd: fd, class: socketFile, id: ino},
			{pid: pid, fd: fd, class: tunFile, id: 7},
		}
		seen, gaps := sockets(v)
		expectGaps(t, gaps)
		if len(seen) != 3 || seen[0].ID != v.own || seen[0].Pin.Kind != SocketPin {
			t.Errorf("seen %+v", seen)
		}
		seen, gaps = tunDevices(v)
		expect(t, seen, nil)
		expectGaps(t, gaps)
	})
}

// TestInFlightNotShown: the kernel shows the first message that waits; what is in the second
// one is a gap.
func TestInFlightNotShown(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		_, id := leaked(t, "socket-in-flight")
		snap := scanned(t, host, Options{})
		if pins := snap.named(t, id.String()).Pins; len(pins) != 1 || pins[0].Kind != InFlight {
			t.Errorf("pins %v", pins)
		}
		var gap Gap
		for _, g := range snap.Gaps {
			if g.What == GapInFlight {
				gap = g
			}
		}
		if gap.Count != 1 || gap.Critical || gap.String() != "descriptors in flight not readable: 1" {
			t.Errorf("gap %+v", gap)
		}
	})
}

// TestSocketWithinSocket: what is in the queue of a socket that is itself in flight is found, and
// counted where the kernel does not show it.
func TestSocketWithinSocket(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		pid, id := leaked(t, "flight-in-flight")
		snap := scanned(t, host, Options{})
		if pins := snap.named(t, id.String()).Pins; len(pins) != 1 || pins[0].Kind != InFlight || pins[0].PID != pid {
			t.Errorf("pins %v", pins)
		}
		if !slices.ContainsFunc(snap.Gaps, func(g Gap) bool { return g.What == GapInFlight && g.Count == 1 && g.PID == pid }) {
			t.Errorf("gaps %v", snap.Gaps)
		}
	})
}

// TestSharedSocket: each process that has a socket is told. The child is in the namespace
// itself, so nobody need know why it is there.
func TestSharedSocket(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Must(t, host.Add("x"))
		pid := holder(t, "shared-socket", "x")
		ns := scanned(t, host, Options{}).named(t, "x")
		pids := map[int]int{}
		for _, p := range ns.Pins {
			if p.Kind == SocketPin {
				pids[p.PID]++
				if outside := p.PID == pid; outside != (p.Detail == "udp") {
					t.Errorf("pid %d has the socket: %+v", pid, p)
				}
			}
		}
		if len(pids) != 2 || pids[pid] != 1 {
			t.Errorf("pins %v of pid %d and its child", ns.Pins, pid)
		}
	})
}
