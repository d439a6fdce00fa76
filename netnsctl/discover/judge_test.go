package discover

import (
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/rundir"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// netID is a network namespace of the tests that make no system call.
func netID(ino uint64) netnsctl.ID { return netnsctl.ID{Dev: 4, Ino: ino} }

// sighted is a pin on the namespace with an inode number.
func sighted(ino uint64, p Pin) sighting {
	return sighting{Identity: netnsctl.Identity{ID: netID(ino)}, Pin: p}
}

func TestJudge(t *testing.T) {
	const pid1, ours, other = 1, 2, 3
	process := Pin{Kind: Process, PID: 9, FD: -1}
	process2 := Pin{Kind: Process, PID: 10, FD: -1}
	thread := Pin{Kind: Thread, PID: 9, TID: 10, FD: -1}
	thread2 := Pin{Kind: Thread, PID: 9, TID: 11, FD: -1}
	socket := Pin{Kind: SocketPin, PID: 9, FD: 3}
	leaked := Pin{Kind: MountPin, FD: -1, Mount: &Mount{Path: "/run/c/ns"}}
	elsewhere := Pin{Kind: MountPin, FD: -1, Mount: &Mount{Name: "x", Usable: true, Through: 9}}
	inOurs := Pin{Kind: MountPin, FD: -1, Mount: &Mount{Name: "x", Usable: true, Own: true}}
	inHost := Pin{Kind: MountPin, FD: -1, Mount: &Mount{Name: "x", Usable: true, Host: true}}
	unusable := Pin{Kind: MountPin, FD: -1, Mount: &Mount{Name: "x"}}
	for _, test := range []struct {
		situation string
		ino       uint64
		names     []string
		pins      []Pin
		gaps      []Gap
		kept      string
		verdict   Verdict
		reason    string
	}{
		{situation: "pid 1's", ino: pid1, names: []string{"a"}, verdict: Own, reason: "the namespace of pid 1"},
		{situation: "ours", ino: ours, pins: []Pin{process}, verdict: Own, reason: "our own namespace"},
		{situation: "name and process", ino: other, names: []string{"a"}, pins: []Pin{process}, verdict: InUse, reason: "1 process"},
		{situation: "processes only", ino: other, pins: []Pin{process, process2}, verdict: InUse, reason: "2 processes"},
		{situation: "name and thread", ino: other, names: []string{"a"}, pins: []Pin{thread}, verdict: InUse, reason: "1 thread"},
		{situation: "name and threads", ino: other, names: []string{"a"}, pins: []Pin{thread, thread2}, verdict: InUse, reason: "2 threads"},
		{situation: "thread only", ino: other, pins: []Pin{thread}, verdict: Orphan},
		{situation: "name only", ino: other, names: []string{"a"}, verdict: Idle, reason: "no process"},
		{situation: "two names", ino: other, names: []string{"a", "b"}, verdict: Idle, reason: "no process"},
		{situation: "name and socket", ino: other, names: []string{"a"}, pins: []Pin{socket}, verdict: Idle, reason: "no process"},
		{
			situation: "name and a critical gap", ino: other, names: []string{"a"},
			gaps:    []Gap{{What: "mounts"}, {What: GapHost, Critical: true, Vantage: true}},
			verdict: Idle, reason: "no process that could be seen",
		},
		{
			situation: "name and a process that could not be inspected", ino: other, names: []string{"a"},
			gaps:    []Gap{{What: GapProcesses, Critical: true, PID: 7}},
			verdict: Idle, reason: "no process that could be seen",
		},
		{
			situation: "name and a gap that hides no process", ino: other, names: []string{"a"},
			gaps:    []Gap{{What: GapSockets, Critical: true, PID: 7}},
			verdict: Idle, reason: "no process",
		},
		{
			situation: "name and a gap that is not critical", ino: other, names: []string{"a"},
			gaps: []Gap{{What: "mounts"}}, verdict: Idle, reason: "no process",
		},
		{
			situation: "name elsewhere", ino: other, pins: []Pin{leaked, elsewhere},
			verdict: Idle, reason: "named x in the mount namespace of pid 9",
		},
		{situation: "name in our mounts", ino: other, pins: []Pin{inOurs}, verdict: Idle, reason: "named x in our own mount namespace"},
		{situation: "name elsewhere and a thread", ino: other, pins: []Pin{elsewhere, thread}, verdict: InUse, reason: "1 thread"},
		{situation: "name elsewhere, not usable", ino: other, pins: []Pin{unusable}, verdict: Orphan},
		{situation: "mount in the host, no name", ino: other, pins: []Pin{inHost}, verdict: Orphan},
		{situation: "kept", ino: other, pins: []Pin{leaked}, kept: "docker", verdict: Idle, reason: "kept by docker"},
		{situation: "kept, with a name", ino: other, names: []string{"a"}, kept: "docker", verdict: Idle, reason: "no process"},
		{situation: "socket only", ino: other, pins: []Pin{socket}, verdict: Orphan},
		{situation: "mount only", ino: other, pins: []Pin{leaked}, verdict: Orphan},
		{situation: "nothing but the kernel's list", ino: other, pins: []Pin{{Kind: Invisible, FD: -1}}, verdict: Orphan},
	} {
		t.Run(test.situation, func(t *testing.T) {
			e := grounds{host: netID(pid1), own: netID(ours), gaps: test.gaps}
			e.seen = []sighting{sighted(test.ino, Pin{})}
			for _, p := range test.pins {
				e.seen = append(e.seen, sighted(test.ino, p))
			}
			for _, name := range test.names {
				e.names = append(e.names, &Name{Name: name, ID: netID(test.ino)})
			}
			if test.kept != "" {
				e.kept = map[netnsctl.ID]string{netID(test.ino): test.kept}
			}
			found := judge(e)
			if len(found) != 1 {
				t.Fatalf("%d namespaces", len(found))
			}
			ns := found[0]
			if ns.Verdict != test.verdict || ns.Reason != test.reason {
				t.Errorf("%s, %q", ns.Verdict, ns.Reason)
			}
			if !slices.Equal(ns.Names, test.names) {
				t.Errorf("names %q", ns.Names)
			}
			for _, n := range e.names {
				if n.Verdict != test.verdict {
					t.Errorf("name %s: %s", n.Name, n.Verdict)
				}
			}
			if !slices.IsSortedFunc(ns.Pins, comparePins) {
				t.Errorf("pins not in order: %v", ns.Pins)
			}
		})
	}
}

// A stale name keeps its verdict, and is no name of the namespaces without an ID.
func TestJudgeKeepsStaleNames(t *testing.T) {
	stale := &Name{Name: "old", Verdict: Stale}
	unknown := sighting{NSID: 7, Pin: Pin{Kind: Invisible, FD: -1}}
	found := judge(grounds{host: netID(1), own: netID(1), seen: []sighting{unknown}, names: []*Name{stale}})
	if len(found) != 1 || len(found[0].Names) != 0 || found[0].Verdict != Orphan ||
		found[0].heldBy() != "held by something not visible" || found[0].String() != "nsid:7" {
		t.Errorf("%+v", found)
	}
	if stale.Verdict != Stale {
		t.Errorf("the stale name is %s", stale.Verdict)
	}
}

func TestGather(t *testing.T) {
	invisible, socket := Pin{Kind: Invisible, FD: -1}, Pin{Kind: SocketPin, PID: 9, FD: 3}
	listed := sighted(3, invisible)
	listed.Cookie = 33
	for _, test := range []struct {
		situation string
		seen      []sighting
		pins      []int // of each namespace
		cookie    uint64
	}{
		{situation: "nothing"},
		{situation: "one that leads to no pin", seen: []sighting{sighted(3, Pin{})}, pins: []int{0}},
		{situation: "one ID twice", seen: []sighting{sighted(3, socket), sighted(3, Pin{Kind: Process, PID: 9})}, pins: []int{2}},
		{situation: "listed only", seen: []sighting{listed}, pins: []int{1}, cookie: 33},
		{situation: "held and listed", seen: []sighting{sighted(3, socket), listed}, pins: []int{1}, cookie: 33},
		{situation: "listed, then found to be held", seen: []sighting{listed, sighted(3, socket), sighted(3, socket)}, pins: []int{2}, cookie: 33},
		{situation: "listed and named", seen: []sighting{sighted(3, Pin{}), listed}, pins: []int{0}, cookie: 33},
		{
			situation: "two of which only the nsid is known",
			seen:      []sighting{{NSID: 7, Pin: invisible}, {NSID: 8, Pin: invisible}}, pins: []int{1, 1},
		},
	} {
		var pins []int
		var cookie uint64
		for _, ns := range gather(test.seen) {
			pins = append(pins, len(ns.Pins))
			cookie = ns.Cookie
		}
		if !slices.Equal(pins, test.pins) || cookie != test.cookie {
			t.Errorf("%s: pins %v, cookie %d", test.situation, pins, cookie)
		}
	}
}

func TestJudgeName(t *testing.T) {
	boot := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	const second = int64(time.Second / sys.ClockTick) // in ticks
	netFile := rundir.NSFile{Dev: 4, Ino: 3, Type: sys.TypeNet}
	link := func(target string, born time.Duration) rundir.File {
		return rundir.File{Type: sys.KindLink, Target: target, Born: boot.Add(born)}
	}
	file := func(kind uint32) rundir.File { return rundir.File{Type: kind, Born: boot} }
	toProcess := func(born time.Duration, started int64) rundir.Entry {
		return rundir.Entry{
			File: link("/proc/9/ns/net", born), Namespace: netFile,
			Process: rundir.Process{PID: 9, StartTicks: started},
		}
	}
	for _, test := range []struct {
		situation string
		clock     clock
		unsure    bool // what was done to the clock is not known
		entry     rundir.Entry
		verdict   Verdict
		cause     Cause
		detail    string
	}{
		{situation: "mounted namespace", entry: rundir.Entry{File: file(sys.KindRegular), Mounted: true, Namespace: netFile}},
		{situation: "link to a namespace", entry: rundir.Entry{File: link("/run/other", 0), Namespace: netFile}},
		{situation: "link to a process", entry: toProcess(20*time.Second, 10*second)},
		{
			situation: "dead file", entry: rundir.Entry{File: file(sys.KindRegular)},
			verdict: Stale, cause: DeadFile,
		},
		{
			situation: "dangling link", entry: rundir.Entry{File: link("/run/gone", 0), LinkErr: syscall.ENOENT},
			verdict: Stale, cause: DanglingLink, detail: "to /run/gone",
		},
		{
			situation: "link through a file", entry: rundir.Entry{File: link("/etc/passwd/x", 0), LinkErr: syscall.ENOTDIR},
			verdict: Stale, cause: DanglingLink, detail: "to /etc/passwd/x",
		},
		{
			situation: "loop", entry: rundir.Entry{File: link("loop", 0), LinkErr: syscall.ELOOP},
			verdict: Stale, cause: LinkLoop,
		},
		{
			situation: "link to something else", entry: rundir.Entry{File: link("/etc/passwd", 0)},
			verdict: Stale, cause: NoNamespace, detail: "a link to /etc/passwd",
		},
		{
			situation: "another type of namespace",
			entry:     rundir.Entry{File: file(sys.KindRegular), Mounted: true, Namespace: rundir.NSFile{Dev: 4, Ino: 5, Type: syscall.CLONE_NEWUTS}},
			verdict:   Stale, cause: WrongType, detail: "of type uts",
		},
		{
			situation: "a mount of something else", entry: rundir.Entry{File: file(sys.KindRegular), Mounted: true},
			verdict: Stale, cause: NoNamespace, detail: "a mount of something else",
		},
		{
			situation: "a file with content", entry: rundir.Entry{File: rundir.File{Type: sys.KindRegular, Size: 1}},
			verdict: Stale, cause: NoNamespace, detail: "a file with content",
		},
		{
			situation: "a directory", entry: rundir.Entry{File: file(sys.KindDirectory)},
			verdict: Stale, cause: NoNamespace, detail: "a directory",
		},
		{situation: "a fifo", entry: rundir.Entry{File: file(sys.KindFifo)}, verdict: Stale, cause: NoNamespace, detail: "a fifo"},
		{situation: "a socket", entry: rundir.Entry{File: file(sys.KindSocket)}, verdict: Stale, cause: NoNamespace, detail: "a socket"},
		{situation: "a device", entry: rundir.Entry{File: file(sys.KindCharDevice)}, verdict: Stale, cause: NoNamespace, detail: "a device"},
		{
			situation: "what cannot be read", entry: rundir.Entry{File: file(sys.KindRegular), Mounted: true, Err: syscall.EACCES},
			verdict: Unknown, detail: "permission denied",
		},
		{
			situation: "process younger than the link", entry: toProcess(10*time.Second, 20*second),
			verdict: Stale, cause: RecycledPID, detail: "pid 9 is younger than the link",
		},
		{situation: "process as old as the link", entry: toProcess(10*time.Second, 10*second+7)},
		{
			situation: "process a little more than the slack younger", entry: toProcess(10*time.Second, 10*second+8),
			verdict: Stale, cause: RecycledPID, detail: "pid 9 is younger than the link",
		},
		{
			situation: "recycled on a tmpfs", clock: clock{tmpfs: true}, entry: toProcess(10*time.Second, 20*second),
			verdict: Stale, cause: RecycledPID, detail: "pid 9 is younger than the link",
		},
		{situation: "a clock set since, on a tmpfs", clock: clock{tmpfs: true}, entry: toProcess(-time.Hour, 20*second)},
		{
			situation: "a link from before the boot, on a disk", entry: toProcess(-time.Hour, 20*second),
			verdict: Stale, cause: RecycledPID, detail: "pid 9 is younger than the link",
		},
		{situation: "a clock that may have been set", unsure: true, entry: toProcess(10*time.Second, 20*second)},
		{situation: "a clock that was set by as much", clock: clock{forward: 10 * time.Second}, entry: toProcess(10*time.Second, 20*second)},
		{
			situation: "a clock that was set by less", clock: clock{forward: 9 * time.Second}, entry: toProcess(10*time.Second, 20*second),
			verdict: Stale, cause: RecycledPID, detail: "pid 9 is younger than the link",
		},
		{
			situation: "a link that seems older than its directory", clock: clock{dir: boot.Add(11 * time.Second)},
			entry: toProcess(10*time.Second, 20*second),
		},
		{
			situation: "a clock set back since a link from before our pid namespace", clock: clock{pids: boot.Add(time.Minute), step: -time.Hour},
			entry: toProcess(2*time.Minute, 20*second), verdict: Unknown, detail: "a link to a process, older than this pid namespace",
		},
		{situation: "a process whose start is not known", entry: toProcess(10*time.Second, 0)},
		{
			situation: "a link from before our pid namespace", clock: clock{pids: boot.Add(time.Minute)}, entry: toProcess(10*time.Second, 20*second),
			verdict: Unknown, detail: "a link to a process, older than this pid namespace",
		},
		{
			situation: "mounted over a link from before our pid namespace", clock: clock{pids: boot.Add(time.Minute)},
			entry: rundir.Entry{File: link("/proc/9/ns/net", 0), Mounted: true, Namespace: netFile},
		},
		{situation: "a link made in our pid namespace", clock: clock{pids: boot.Add(time.Minute)}, entry: toProcess(2*time.Minute, 90*second)},
		{
			situation: "a file from before our pid namespace", clock: clock{pids: boot.Add(time.Minute)},
			entry: rundir.Entry{File: file(sys.KindRegular)}, verdict: Stale, cause: DeadFile,
		},
	} {
		t.Run(test.situation, func(t *testing.T) {
			test.clock.boot, test.clock.sure = boot, !test.unsure
			test.entry.Name = "x"
			n := judgeName(test.entry, test.clock, "/proc")
			if n.Verdict != test.verdict || n.Cause != test.cause || n.Detail != test.detail {
				t.Errorf("%q, cause %q, %q", n.Verdict, n.Cause, n.Detail)
			}
			if leads := n.ID == netID(3); leads != (test.verdict == "") {
				t.Errorf("leads to %v", n.ID)
			}
			if n.Cause != "" && !slices.Contains(Causes(), n.Cause) {
				t.Errorf("Causes has no %s", n.Cause)
			}
		})
	}
}

// The reason for an orphan names what has to go first: what is not a mount, since a mount
// can be unmounted by anyone.
func TestHeldBy(t *testing.T) {
	mount := Pin{Kind: MountPin, FD: -1, Mount: &Mount{Path: "/run/c/ns", Host: true}}
	socket := Pin{Kind: SocketPin, PID: 9, FD: 3, Command: "nc", Detail: "udp"}
	tap := Pin{Kind: TunTap, PID: 9, FD: 4, Command: "qemu", Detail: "tap0", Uses: true}
	for _, test := range []struct {
		pins   []Pin
		holder Kind
		want   string
	}{
		{pins: []Pin{tap}, holder: TunTap, want: "in use by tun/tap device tap0 that was moved in, descriptor 4 of pid 9 (qemu)"},
		{pins: []Pin{tap, mount}, holder: MountPin, want: "held by mount /run/c/ns and 1 more"},
		{pins: []Pin{tap, socket}, holder: SocketPin, want: "held by socket udp, descriptor 3 of pid 9 (nc) and 1 more"},
		{pins: nil, holder: Invisible, want: "held by something not visible"},
		{pins: []Pin{mount}, holder: MountPin, want: "held by mount /run/c/ns"},
		{pins: []Pin{mount, socket}, holder: SocketPin, want: "held by socket udp, descriptor 3 of pid 9 (nc) and 1 more"},
		{pins: []Pin{socket, mount, mount}, holder: SocketPin, want: "held by socket udp, descriptor 3 of pid 9 (nc) and 2 more"},
	} {
		ns := &Namespace{Pins: test.pins}
		if got := ns.heldBy(); got != test.want || ns.Holder() != test.holder {
			t.Errorf("%q, holder %s, want %q, %s", got, ns.Holder(), test.want, test.holder)
		}
	}
}

// The sources are the labels of the metrics: each is there once.
func TestSourceNames(t *testing.T) {
	var names []string
	for i, s := range sources {
		if s.name == "" || s.collect == nil || slices.Contains(names, s.name) {
			t.Errorf("source %d: %q", i, s.name)
		}
		names = append(names, s.name)
	}
}
