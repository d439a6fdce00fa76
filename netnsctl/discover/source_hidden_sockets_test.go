package discover

import (
	"slices"
	"strings"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

var hiddenHolds = []struct {
	hold   string
	kind   Kind
	detail string // its beginning
	noPID  bool
}{
	{hold: "unaccepted", kind: Unaccepted, detail: "/run/d.sock"},
	{hold: "packet-ring", kind: PacketRing},
	{hold: "pending-io_uring", kind: IOUring, detail: "of a pending request"},
	{hold: "macvtap", kind: TunTap},
	{hold: "tcp-in-flight", kind: SocketPin, detail: "tcp listen on 0.0.0.0:2049, perhaps NFS of the kernel", noPID: true},
	{hold: "tcp", kind: SocketPin, detail: "tcp established from 127.0.0.1:", noPID: true},
}

// TestHiddenSockets: what holds a namespace by a socket that no descriptor leads to is found,
// where the options ask for it, or the namespace is an orphan.
func TestHiddenSockets(t *testing.T) {
	for _, test := range hiddenHolds {
		t.Run(test.hold, func(t *testing.T) {
			if test.hold == "macvtap" {
				nstest.NeedRoot(t, "only root makes a device node")
			}
			nstest.Run(t, func(t *testing.T) {
				if test.hold == "macvtap" {
					nstest.Shell(t, `
						ip link add v0 type veth peer name v1; ip link add tap0 link v0 type macvtap
						mkdir /run/sys; mount -t sysfs none /run/sys
						number=$(cat /run/sys/class/net/tap0/tap*/dev); umount /run/sys
						mknod /run/tap c ${number%:*} ${number#*:}`)
				}
				nstest.Must(t, host.Add("x"))
				pid := holder(t, test.hold, "x")
				found := func(ns *Namespace) bool {
					return slices.ContainsFunc(ns.Pins, func(p Pin) bool {
						return p.Kind == test.kind && strings.HasPrefix(p.Detail, test.detail) &&
							(p.PID == pid && !test.noPID || p.PID == 0 && test.noPID)
					})
				}
				snap := scanned(t, host, Options{Sockets: true})
				if ns := snap.named(t, "x"); !found(ns) {
					t.Errorf("named: %v", ns.Pins)
				}
				for _, ns := range snap.Namespaces {
					if ns.ID == (netnsctl.ID{}) {
						t.Errorf("%s: %v", ns, ns.Pins)
					}
				}
				holder(t, "mount", "x")
				id, err := host.Identity("x")
				nstest.Must(t, err)
				nstest.Must(t, sys.Detach(host.NamePath("x")))
				if ns := scanned(t, host, Options{}).named(t, id.ID.String()); ns.Verdict != Orphan || !found(ns) {
					t.Errorf("%s: %v", ns.Verdict, ns.Pins)
				}
			})
		})
	}
}

// TestNoHiddenSocket: a namespace without any, and one whose sockets descriptors lead to.
func TestNoHiddenSocket(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Must(t, host.Add("empty"))
		nstest.Must(t, host.Add("x"))
		holder(t, "socket", "x")
		holder(t, "tuntap", "x")
		nstest.Must(t, host.Add("m"))
		holder(t, "mptcp", "m")
		snap := scanned(t, host, Options{Sockets: true})
		for _, name := range []string{"empty", "x", "m"} {
			if ns := snap.named(t, name); slices.ContainsFunc(ns.Pins, Pin.SeenInside) {
				t.Errorf("%s: %v", name, ns.Pins)
			}
		}
	})
}

func TestUsedSockets(t *testing.T) {
	for text, want := range map[string]int{"sockets: used 31\nTCP: inuse 4 orphan 0\n": 31, "sockets: used x\n": 0, "": 0} {
		if got := usedSockets([]byte(text)); got != want {
			t.Errorf("%q: %d", text, got)
		}
	}
}

func TestParseTCP(t *testing.T) {
	const line = "   0: 0909090A:8466 0109090A:1388 04 00008219:00000000 01:00000044 00000003     0        0 0 2 0 20 4 20 10 -1\n"
	for _, test := range []struct{ from, to, want string }{
		{want: "tcp fin-wait-1 from 10.9.9.9:33894 to 10.9.9.1:5000, 33305 bytes unacknowledged after 3 retransmissions"},
		{ // of the kernel, or of a process
			from: "1388 04 00008219:00000000 01:00000044 00000003     0        0 0 2", to: "0801 01 00000000:00000000 02:00000044 00000000     0        0 25041 2",
			want: "tcp established from 10.9.9.9:33894 to 10.9.9.1:2049, perhaps NFS of the kernel",
		},
		{from: "8466 0109090A:1388 04", to: "01BD 0109090A:1388 01", want: "tcp established from 10.9.9.9:445 to 10.9.9.1:5000, 33305 bytes unacknowledged after 3 retransmissions"},
		{from: " 04 ", to: " 06 "},                         // TIME-WAIT
		{from: " 00008219:", to: " x:"},                    // no number
		{from: "0909090A:8466 0109090A:1388 04 0", to: ""}, // too short
	} {
		got, ok := parseTCP([]byte(strings.Replace(line, test.from, test.to, 1)))
		if ok != (test.want != "") || ok && got.pin().Detail != test.want {
			t.Errorf("%q: %+v, %v", test.to, got, ok)
		}
	}
	const line6 = "   1: 00000000000000000000000001000000:1F90 0000000000000000FFFF00000100007F:0050 05 00000000:00000000 00:00000000 00000000 0 0 0 1\n"
	if got, ok := parseTCP([]byte(line6)); !ok || got.what != "tcp fin-wait-2 from [::1]:8080 to 127.0.0.1:80" {
		t.Errorf("%+v, %v", got, ok)
	}
}

func TestParseUnix(t *testing.T) {
	for _, test := range []struct {
		line string
		want unixSocket
		ok   bool
	}{
		{line: "0000000000000000: 00000002 00000000 00010000 0001 01 25041 /run/a b.sock\n", want: unixSocket{listens: true, ino: 25041, path: "/run/a b.sock"}, ok: true},
		{line: "0000000000000000: 00000002 00000000 00000000 0001 02     0 @x\n", want: unixSocket{waits: true, path: "@x"}, ok: true},
		{line: "0000000000000000: 00000003 00000000 00000000 0001 03 25042\n"}, // without an address
		{line: "Num       RefCount Protocol Flags    Type St Inode Path\n", want: unixSocket{path: "Path"}, ok: true},
		{line: ""},
	} {
		if got, ok := parseUnix([]byte(test.line)); got != test.want && test.ok || ok != test.ok {
			t.Errorf("%q: %+v, %v", test.line, got, ok)
		}
	}
}

func TestPending(t *testing.T) {
	for text, want := range map[string]bool{
		"UserBufs:\t0\nPollList:\n  op=27, task_works=0\nCqOverflowList:\n": true,
		"PollList:\nCqOverflowList:\n":                                      false,
		"":                                                                  false,
	} {
		if pending([]byte(text)) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
}
