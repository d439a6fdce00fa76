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
