package discover

import (
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
)

// TestHolders tells the processes that pin a namespace in one order: those inside first.
// The numbers are of recorded processes.
func TestHolders(t *testing.T) {
	at := netnsctl.Host{ProcRoot: nstest.Tree(t, map[string]string{
		"9000001/comm": "nc\n", "9000001/cmdline": "nc\x00-l\x00", "9000001/status": "Uid:\t0\t5\t0\t0\n",
		"9000001/cgroup": "0::/system.slice/nc.service\n",
		"9000002/comm":   "sh\n", "9000002/cmdline": "sh\x00",
	})}
	ns := &Namespace{Pins: []Pin{
		{Kind: SocketPin, PID: 9000001, FD: 3},
		{Kind: Descriptor, PID: 9000001, FD: 4},
		{Kind: Descriptor, PID: 9000002, FD: 5},
		{Kind: Process, PID: 9000002, FD: -1},
		{Kind: SocketPin, PID: 9000002, FD: 6},
		{Kind: Thread, PID: 9000003, TID: 9000004, FD: -1},
		{Kind: MountPin, FD: -1, Mount: &Mount{Path: "/run/netns/x"}},
	}}
	var got []string
	for _, h := range Holders(at, ns) {
		got = append(got, strings.Join([]string{
			strconv.Itoa(h.Owner.PID), h.Owner.Command, h.Owner.Unit, strconv.FormatInt(h.UID, 10),
			strings.Join(h.Args, " "), strconv.FormatBool(h.Inside), strconv.Itoa(len(h.Pins)),
		}, "|"))
	}
	want := []string{
		"9000002|sh||-1|sh|true|1",
		"9000001|nc|nc.service|5|nc -l|false|2",
		"9000003|||-1||false|1",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if got := Holders(at, &Namespace{}); len(got) != 0 {
		t.Errorf("holders of nothing: %+v", got)
	}
}

func TestSocketHolders(t *testing.T) {
	at := netnsctl.Host{ProcRoot: nstest.Tree(t, map[string]string{
		"9000001/comm": "nc\n", "9000001/fd/3": "-> socket:[55]", "9000001/fd/4": "-> socket:[56]", "9000001/fd/6": "-> /dev/null",
		"9000002/comm": "sh\n", "9000002/task/9000003/fd/3": "-> socket:[55]",
	})}
	ns := &Namespace{Pins: []Pin{
		{Kind: SocketPin, PID: 9000001, FD: 3},
		{Kind: SocketPin, PID: 9000001, FD: 4},
		{Kind: SocketPin, PID: 9000001, FD: 5}, // closed since
		{Kind: SocketPin, PID: 9000001, FD: 6}, // another file since
		{Kind: SocketPin, PID: 9000002, TID: 9000003, FD: 3},
		{Kind: Descriptor, PID: 9000001, FD: 3},
	}}
	got := SocketHolders(at, ns)
	if len(got) != 2 || len(got[56]) != 1 ||
		!slices.Equal(got[55], []Pin{{Kind: SocketPin, PID: 9000001, FD: 3, Command: "nc"}, {Kind: SocketPin, PID: 9000002, TID: 9000003, FD: 3, Command: "sh"}}) {
		t.Errorf("%+v", got)
	}
}

// TestHoldersOfScan: what a scan finds is told of the processes that are there.
func TestHoldersOfScan(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Must(t, host.Add("x"))
		sleep := exec.Command("sleep", "infinity")
		nstest.Must(t, host.Do("x", sleep.Start))
		holding := holder(t, "socket", "x")
		ns := scanned(t, host, Options{}).named(t, "x")
		found := Holders(host, ns)
		if len(found) != 2 {
			t.Fatalf("%+v", found)
		}
		inside, outside := found[0], found[1]
		if inside.Owner.PID != sleep.Process.Pid || !inside.Inside || inside.UID != int64(os.Geteuid()) ||
			!slices.Equal(inside.Args, []string{"sleep", "infinity"}) {
			t.Errorf("inside: %+v", inside)
		}
		if outside.Owner.PID != holding || outside.Inside || len(outside.Pins) != 1 {
			t.Errorf("outside: %+v", outside)
		}
		sockets := SocketHolders(host, ns)
		if len(sockets) != 1 {
			t.Fatalf("sockets: %+v", sockets)
		}
		for ino, pins := range sockets {
			if ino == 0 || len(pins) != 1 || pins[0].PID != holding {
				t.Errorf("socket %d: %+v", ino, pins)
			}
		}
	})
}
