package inside

import (
	"encoding/binary"
	"net"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

var comparable = cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{}, netip.AddrPort{})

// attribute is a netlink attribute.
func attribute(kind int, value []byte) []byte { return nl.NewRtAttr(kind, value).Serialize() }

func word(v int32) []byte { return nl.Uint32Attr(uint32(v)) }

func join(parts ...[]byte) []byte { return slices.Concat(parts...) }

func TestParseAddress(t *testing.T) {
	header := func(family, bits, flags, scope byte) []byte { return join([]byte{family, bits, flags, scope}, word(2)) }
	for label, test := range map[string]struct {
		message []byte
		want    Address
		ok      bool
	}{
		"too short":  {message: header(unix.AF_INET, 24, 0, 0)[:7]},
		"no address": {message: header(unix.AF_INET, 24, unix.IFA_F_PERMANENT, 0), want: Address{Device: 2, Scope: "global"}},
		"IPv4": {
			join(header(unix.AF_INET, 24, unix.IFA_F_PERMANENT|unix.IFA_F_SECONDARY, 0), attribute(unix.IFA_ADDRESS, []byte{10, 1, 0, 1}),
				attribute(unix.IFA_LOCAL, []byte{10, 1, 0, 1}), attribute(unix.IFA_LABEL, []byte("eth0:1\x00"))),
			Address{Device: 2, Prefix: netip.MustParsePrefix("10.1.0.1/24"), Scope: "global", Label: "eth0:1", Flags: []string{"secondary"}},
			true,
		},
		"point to point": {
			join(header(unix.AF_INET, 24, unix.IFA_F_PERMANENT, 253), attribute(unix.IFA_ADDRESS, []byte{10, 1, 0, 2}),
				attribute(unix.IFA_LOCAL, []byte{10, 1, 0, 1})),
			Address{Device: 2, Prefix: netip.MustParsePrefix("10.1.0.1/32"), Peer: netip.MustParsePrefix("10.1.0.2/24"), Scope: "link"},
			true,
		},
		"IPv6": {
			join(header(unix.AF_INET6, 64, 0, 0), attribute(unix.IFA_ADDRESS, netip.MustParseAddr("2001:db8::1").AsSlice()),
				attribute(unix.IFA_FLAGS, word(unix.IFA_F_TEMPORARY|unix.IFA_F_TENTATIVE))),
			Address{
				Device: 2, Prefix: netip.MustParsePrefix("2001:db8::1/64"), Scope: "global",
				Flags: []string{"temporary", "tentative", "dynamic"},
			},
			true,
		},
		"odd length": {
			join(header(unix.AF_INET, 24, unix.IFA_F_PERMANENT, 0), attribute(unix.IFA_LOCAL, []byte{1, 2, 3})),
			Address{Device: 2, Scope: "global"},
			false,
		},
	} {
		got, ok := parseAddress(test.message)
		if !ok {
			got.Prefix = netip.Prefix{}
		}
		if diff := cmp.Diff(test.want, got, comparable); diff != "" || ok != test.ok {
			t.Errorf("%s: %v (-want +got):\n%s", label, ok, diff)
		}
	}
}

func TestRoute(t *testing.T) {
	all4 := &net.IPNet{IP: net.IPv4zero, Mask: net.CIDRMask(0, 32)} // as netlink makes it
	to := func(prefix string) *net.IPNet {
		_, n, _ := net.ParseCIDR(prefix)
		return n
	}
	for label, test := range map[string]struct {
		route netlink.Route
		want  Route
	}{
		"default": {
			netlink.Route{Family: unix.AF_INET, Dst: all4, Gw: net.IP{10, 0, 0, 1}, LinkIndex: 2, Priority: 7, Type: 1, Protocol: 3},
			Route{To: netip.MustParsePrefix("0.0.0.0/0"), Type: "unicast", Hops: []Hop{{netip.MustParseAddr("10.0.0.1"), 2}}, Metric: 7, Scope: "global", Protocol: "boot"},
		},
		"a gateway of another family": {
			netlink.Route{
				Family: unix.AF_INET, Dst: to("10.0.0.9/32"), Via: &netlink.Via{AddrFamily: unix.AF_INET6, Addr: net.ParseIP("2001:db8::1")},
				Src: net.IP{10, 0, 0, 3}, Type: 1, Protocol: 4,
			},
			Route{
				To: netip.MustParsePrefix("10.0.0.9/32"), Type: "unicast", Hops: []Hop{{netip.MustParseAddr("2001:db8::1"), 0}},
				Source: netip.MustParseAddr("10.0.0.3"), Scope: "global", Protocol: "static",
			},
		},
		"two ways": {
			netlink.Route{
				Family: unix.AF_INET, Dst: to("10.0.0.0/8"), MultiPath: []*netlink.NexthopInfo{{LinkIndex: 2, Gw: net.IP{10, 0, 0, 1}}, {LinkIndex: 3}},
				Type: 1, Protocol: 2,
			},
			Route{
				To: netip.MustParsePrefix("10.0.0.0/8"), Type: "unicast", Hops: []Hop{{netip.MustParseAddr("10.0.0.1"), 2}, {netip.Addr{}, 3}},
				Scope: "global", Protocol: "kernel",
			},
		},
		"strange numbers": {
			netlink.Route{Family: unix.AF_INET6, Dst: to("::/0"), Type: 77, Protocol: 186, Scope: 99},
			Route{To: netip.MustParsePrefix("::/0"), Type: "77", Scope: "99", Protocol: "186"},
		},
	} {
		if diff := cmp.Diff(test.want, route(test.route), comparable); diff != "" {
			t.Errorf("%s (-want +got):\n%s", label, diff)
		}
	}
}

func TestParseSocket(t *testing.T) {
	message := make([]byte, sizeofDiagMessage)
	message[0] = unix.AF_INET
	binary.BigEndian.PutUint16(message[4:], 8080)
	copy(message[8:], []byte{127, 0, 0, 1})
	binary.NativeEndian.PutUint32(message[40:], 3)
	binary.NativeEndian.PutUint32(message[64:], 1000)
	binary.NativeEndian.PutUint32(message[68:], 25041)
	want := Socket{Local: netip.MustParseAddrPort("127.0.0.1:8080"), Device: 3, UID: 1000, Inode: 25041}
	got, ok := parseSocket(message)
	if diff := cmp.Diff(want, got, comparable); diff != "" || !ok {
		t.Errorf("IPv4: %v (-want +got):\n%s", ok, diff)
	}
	message[0] = unix.AF_INET6
	got, ok = parseSocket(join(message, attribute(diagOnlyIPv6, []byte{1})))
	if !ok || !got.Local.Addr().Is6() || !got.OnlyIPv6 {
		t.Errorf("IPv6: %v %+v", ok, got)
	}
	if _, ok := parseSocket(message[:71]); ok {
		t.Error("too short")
	}
}

// TestParseProcNet: lines of a little-endian machine.
func TestParseProcNet(t *testing.T) {
	if binary.NativeEndian.Uint16([]byte{1, 0}) != 1 {
		t.Skip("the lines are those of a little-endian machine")
	}
	for line, want := range map[string]Socket{
		"   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 25041 1 f 100": {
			Local: netip.MustParseAddrPort("127.0.0.1:8080"), UID: 1000, Inode: 25041,
		},
		"   1: 00000000000000000000000001000000:0035 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 7 2 f": {
			Local: netip.MustParseAddrPort("[::1]:53"), Inode: 7,
		},
	} {
		got, state, ok := parseProcNet([]byte(line))
		if diff := cmp.Diff(want, got, comparable); diff != "" || !ok || state != tcpListen {
			t.Errorf("%s: %v, state %d (-want +got):\n%s", line, ok, state, diff)
		}
	}
	for _, line := range []string{"", "  sl  local_address rem_address   st tx_queue", "0: xx:1 0:0 0A 0:0 00:0 0 0 0 7 1", "0: 0100007F:1F90 0:0 0A 0:0 00:0 0 -1 0 7 1"} {
		if s, _, ok := parseProcNet([]byte(line)); ok {
			t.Errorf("%q is %+v", line, s)
		}
	}
}

// FuzzInside: no message and no line makes the reader panic.
func FuzzInside(f *testing.F) {
	f.Add(join(make([]byte, 8), attribute(unix.IFA_LOCAL, []byte{10, 0, 0, 1})))
	f.Fuzz(func(_ *testing.T, data []byte) {
		parseAddress(data)
		parseSocket(data)
		parseProcNet(data)
	})
}
