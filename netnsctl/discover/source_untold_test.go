package discover

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
)

// untoldHolds are files that do not tell their namespace. gap is empty for what holds none.
var untoldHolds = []struct {
	hold, gap  string
	bpf, noPID bool
}{
	{hold: "context", gap: GapMountContexts},
	{hold: "netfilter-link", gap: GapBPFLinks, bpf: true},
	{hold: "pinned-link", gap: GapBPFLinks, bpf: true, noPID: true},
	{hold: "iterator", gap: GapBPFIterators, bpf: true},
	{hold: "flow-dissector", bpf: true},
	{hold: "mount-sysfs"},
	{hold: "persistent-tun"},
}

// TestUntold: what holds a namespace, and does not tell which, is a gap that names the process. It
// is told as long as the namespace is there, and what holds none is no gap.
func TestUntold(t *testing.T) {
	for _, test := range untoldHolds {
		t.Run(test.hold, func(t *testing.T) {
			if test.bpf {
				nstest.NeedRoot(t, "only root loads such programs")
			}
			nstest.Run(t, func(t *testing.T) {
				if test.bpf {
					nstest.Shell(t, "mkdir /run/bpf; mount -t bpf none /run/bpf")
				}
				nstest.Must(t, host.Add("x"))
				expectStage := witnessed(t, "x")
				pid := holder(t, test.hold, "x")
				nstest.Must(t, host.Delete("x"))
				if test.gap != "" {
					expectStage(netnsctl.StagePinned)
				} else {
					expectStage(netnsctl.StageGone)
				}
				v := looked(t)
				v.allPIDs = true
				_, gaps := untold(v)
				if test.noPID {
					pid = 0
				}
				mine := slices.DeleteFunc(gaps, func(g Gap) bool { return g.PID != pid })
				if test.noPID { // other links of the machine may be pinned
					if len(mine) != 1 || mine[0].What != test.gap {
						t.Errorf("gaps %v", mine)
					}
					return
				}
				var expected []Gap
				if test.gap != "" {
					expected = []Gap{{What: test.gap, Count: 1, PID: pid}}
				}
				expectGaps(t, mine, expected...)
			})
		})
	}
}

// TestUntoldInFlight: a mount context in the queue of a socket cannot be inspected.
func TestUntoldInFlight(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Must(t, host.Add("x"))
		expectStage := witnessed(t, "x")
		pid := holder(t, "context-in-flight", "x")
		nstest.Must(t, host.Delete("x"))
		expectStage(netnsctl.StagePinned)
		if gaps := scanned(t, host, Options{}).Gaps; !slices.ContainsFunc(gaps, func(g Gap) bool {
			return g.What == GapInFlight && g.Count == 1 && g.PID == pid && !g.Critical
		}) {
			t.Errorf("gaps %v", gaps)
		}
	})
}

// witnessed follows the namespace of a name. The function that it returns waits until the
// kernel says that the namespace is pinned, or gone.
func witnessed(t *testing.T, name string) (expectStage func(netnsctl.Stage)) {
	t.Helper()
	w, err := netnsctl.NewWitness()
	nstest.Must(t, err)
	t.Cleanup(w.Close)
	ns, err := host.Open(name)
	nstest.Must(t, err)
	defer ns.Close()
	tracked, err := w.Track(netnsctl.Identity{}, ns)
	nstest.Must(t, err)
	return func(want netnsctl.Stage) {
		t.Helper()
		if want == netnsctl.StagePinned {
			w.Ask()
		}
		for end := time.Now().Add(20 * time.Second); w.Stage(tracked) != want && time.Now().Before(end); {
			nstest.Must(t, w.Wait(time.Second))
		}
		if stage := w.Stage(tracked); stage != want {
			t.Errorf("%s, not %s", stage, want)
		}
	}
}

// TestPossibleHolders: what may hold any namespace is named where one is held by what is not
// visible.
func TestPossibleHolders(t *testing.T) {
	invisible, held := &Namespace{Pins: []Pin{{Kind: Invisible, FD: -1}}}, &Namespace{Pins: []Pin{{Kind: Descriptor, PID: 9000001, FD: 3}}}
	gaps := []Gap{
		{What: GapMountContexts, Count: 2, PID: 9000001, Command: "mounter", MorePIDs: 1},
		{What: GapBPFLinks, Count: 1},
		{What: GapUntoldDevices, Count: 1, PID: 9000002, Command: "qemu", Path: "/dev/vhost-net"},
	}
	for _, test := range []struct {
		gaps []Gap
		ns   *Namespace
		want string
	}{
		{ns: invisible, want: "held by something not visible"},
		{ns: held, gaps: gaps, want: "held by descriptor 3 of pid 9000001"},
		{ns: invisible, gaps: gaps, want: "held by something not visible, perhaps a mount context of pid 9000001 (mounter) and 1 more process or 2 more"},
		{ns: invisible, gaps: gaps[1:2], want: "held by something not visible, perhaps a netfilter link of BPF"},
		{ns: invisible, gaps: gaps[2:], want: "held by something not visible, perhaps a descriptor of /dev/vhost-net of pid 9000002 (qemu)"},
		{ns: invisible, gaps: []Gap{{What: GapSockets}}, want: "held by something not visible"},
	} {
		d := describer{possible: (&Snapshot{Gaps: test.gaps}).PossibleHolders()}
		if got := d.heldBy(test.ns); got != test.want {
			t.Errorf("%q\nwant %q", got, test.want)
		}
	}
}

// TestUntoldDevices: the devices by which a process may hold a namespace are known by their
// number.
func TestUntoldDevices(t *testing.T) {
	v := recorded(t, map[string]string{"misc": "238 vhost-net\n241 vhost-vsock\n200 tun\n"})
	v.untoldDevices = untoldDevices(v.fs)
	for number, want := range map[uint64]string{
		unix.Mkdev(10, 238): "/dev/vhost-net", unix.Mkdev(10, 241): "/dev/vhost-vsock", unix.Mkdev(108, 0): "/dev/ppp",
		unix.Mkdev(10, 200): "", unix.Mkdev(9, 238): "", unix.Mkdev(108, 1): "",
	} {
		if got := v.untoldDevices[number]; got != want {
			t.Errorf("%d: %q, not %q", number, got, want)
		}
	}
	for fd, minor := range []uint32{238, 241, 238} {
		v.files = append(v.files, openFile{pid: 9000001, fd: fd, class: untoldDevice, id: unix.Mkdev(10, minor)})
	}
	_, gaps := untold(v)
	expectGaps(t, gaps,
		Gap{What: GapUntoldDevices, Count: 2, PID: 9000001, Path: "/dev/vhost-net"},
		Gap{What: GapUntoldDevices, Count: 1, PID: 9000001, Path: "/dev/vhost-vsock"})
}

func TestParseLinkInfo(t *testing.T) {
	for _, test := range []struct {
		text, kind string
		id         uint32
	}{
		{text: "pos:\t0\nino:\t1038\nlink_type:\tnetfilter\nlink_id:\t104\nprog_id:\t118\npf:\t2\thooknum:\t1\tprio:\t-128\n", kind: "netfilter", id: 104},
		{text: "link_type:\tnetns\nlink_id:\t4294967295\nnetns_ino:\t4026674389\n", kind: "netns", id: 4294967295},
		{text: "link_id:\t" + strings.Repeat("9", 30), id: 4294967295},
		{text: "link_type"},
		{text: ""},
	} {
		if kind, id := parseLinkInfo([]byte(test.text)); kind != test.kind || id != test.id {
			t.Errorf("%q: %q, %s", test.text, kind, strconv.FormatUint(uint64(id), 10))
		}
	}
}
