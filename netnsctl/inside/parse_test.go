package inside

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

var comparable = cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{}, netip.AddrPort{})

// attribute is a netlink attribute.
func attribute(kind int, value []byte) []byte { return nl.NewRtAttr(kind, value).Serialize() }

func word(v int32) []byte { return nl.Uint32Attr(uint32(v)) }

func join(parts ...[]byte) []byte { return slices.Concat(parts...) }

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

// TestParseRoute: the ways of a route, and lists of them that a length breaks off.
func TestParseRoute(t *testing.T) {
	route := func(attributes ...[]byte) []byte {
		header := &nl.RtMsg{RtMsg: unix.RtMsg{Family: unix.AF_INET, Dst_len: 8, Table: unix.RT_TABLE_MAIN, Type: unix.RTN_UNICAST, Protocol: unix.RTPROT_STATIC}}
		return join(header.Serialize(), attribute(unix.RTA_DST, []byte{10, 0, 0, 0}), join(attributes...))
	}
	hop := func(size uint16, device int32, attributes ...[]byte) []byte {
		return join(binary.NativeEndian.AppendUint16(nil, size), []byte{0, 0}, word(device), join(attributes...))
	}
	via := attribute(unix.RTA_GATEWAY, []byte{10, 0, 0, 1})
	to, gateway := netip.MustParsePrefix("10.0.0.0/8"), netip.MustParseAddr("10.0.0.1")
	for name, test := range map[string]struct {
		message []byte
		want    []Hop
	}{
		"no way":         {route(), nil},
		"one":            {route(via, attribute(unix.RTA_OIF, word(3))), []Hop{{gateway, 3}}},
		"another family": {route(attribute(unix.RTA_VIA, join([]byte{unix.AF_INET6, 0}, make([]byte, 15), []byte{1}))), []Hop{{netip.MustParseAddr("::1"), 0}}},
		"no address":     {route(attribute(unix.RTA_VIA, nil), attribute(unix.RTA_OIF, word(3))), []Hop{{netip.Addr{}, 3}}},
		"two":            {route(attribute(unix.RTA_MULTIPATH, join(hop(16, 3, via), hop(8, 4)))), []Hop{{gateway, 3}, {netip.Addr{}, 4}}},
		"length beyond":  {route(attribute(unix.RTA_MULTIPATH, join(hop(8, 3), hop(99, 4)))), []Hop{{netip.Addr{}, 3}}},
		"length of 0":    {route(attribute(unix.RTA_MULTIPATH, hop(0, 3))), nil},
	} {
		want := Route{To: to, Type: "unicast", Hops: test.want, Scope: "global", Protocol: "static"}
		got, ok := parseRoute(test.message)
		if diff := cmp.Diff(want, got, comparable); diff != "" || !ok {
			t.Errorf("%s: %v (-want +got):\n%s", name, ok, diff)
		}
	}
	if _, ok := parseRoute(route(attribute(unix.RTA_TABLE, word(99)))); ok {
		t.Error("a route of another table")
	}
	if _, ok := parseRoute(make([]byte, unix.SizeofRtMsg-1)); ok {
		t.Error("too short")
	}
}
