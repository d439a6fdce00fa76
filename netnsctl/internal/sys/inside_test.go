package sys

import (
	"encoding/binary"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

func TestParseAddress(t *testing.T) {
	header := func(family, bits, flags, scope byte) []byte { return join([]byte{family, bits, flags, scope}, word(2)) }
	for label, test := range map[string]struct {
		data []byte
		want Address
		ok   bool
	}{
		"too short":  {data: header(unix.AF_INET, 24, 0, 0)[:7]},
		"no address": {data: header(unix.AF_INET, 24, unix.IFA_F_PERMANENT, 0), want: Address{Device: 2, Bits: 24, Scope: "global"}},
		"IPv4": {
			join(header(unix.AF_INET, 24, unix.IFA_F_PERMANENT|unix.IFA_F_SECONDARY, 0), attribute(unix.IFA_ADDRESS, []byte{10, 1, 0, 1}),
				attribute(unix.IFA_LOCAL, []byte{10, 1, 0, 1}), attribute(unix.IFA_LABEL, []byte("eth0:1\x00"))),
			Address{Device: 2, Local: []byte{10, 1, 0, 1}, Bits: 24, Scope: "global", Label: "eth0:1", Flags: []string{"secondary"}},
			true,
		},
		"point to point": {
			join(header(unix.AF_INET, 32, unix.IFA_F_PERMANENT, 253), attribute(unix.IFA_ADDRESS, []byte{10, 1, 0, 2}),
				attribute(unix.IFA_LOCAL, []byte{10, 1, 0, 1})),
			Address{Device: 2, Local: []byte{10, 1, 0, 1}, Peer: []byte{10, 1, 0, 2}, Bits: 32, Scope: "link"},
			true,
		},
		"IPv6": {
			join(header(unix.AF_INET6, 64, 0, 0), attribute(unix.IFA_ADDRESS, make([]byte, 16)),
				attribute(unix.IFA_FLAGS, word(unix.IFA_F_TEMPORARY|unix.IFA_F_TENTATIVE))),
			Address{Device: 2, Local: make([]byte, 16), Bits: 64, Scope: "global", Flags: []string{"temporary", "tentative", "dynamic"}},
			true,
		},
		"odd length": {
			join(header(unix.AF_INET, 24, unix.IFA_F_PERMANENT, 0), attribute(unix.IFA_LOCAL, []byte{1, 2, 3})),
			Address{Device: 2, Local: []byte{1, 2, 3}, Bits: 24, Scope: "global"},
			false,
		},
	} {
		got, ok := parseAddress(test.data)
		if diff := cmp.Diff(test.want, got); diff != "" || ok != test.ok {
			t.Errorf("%s: %v (-want +got):\n%s", label, ok, diff)
		}
	}
}

func TestParseRoute(t *testing.T) {
	header := func(family, bits, table, protocol, kind byte) []byte {
		return join([]byte{family, bits, 0, 0, table, protocol, 0, kind}, word(0))
	}
	hop := func(index int32, attrs ...[]byte) []byte {
		rest := join(attrs...)
		return join(binary.NativeEndian.AppendUint16(nil, uint16(8+len(rest))), []byte{0, 0}, word(index), rest)
	}
	ip := func(last byte) []byte { return []byte{10, 0, 0, last} }
	for label, test := range map[string]struct {
		data []byte
		want Route
		ok   bool
	}{
		"too short":     {data: make([]byte, 11)},
		"another table": {header(unix.AF_INET, 0, 99, 4, 1), Route{To: make([]byte, 4), Type: "unicast", Scope: "global", Protocol: "static"}, false},
		"default": {
			join(header(unix.AF_INET, 0, 254, 3, 1), attribute(unix.RTA_GATEWAY, ip(1)), attribute(unix.RTA_OIF, word(2)), attribute(unix.RTA_PRIORITY, word(7))),
			Route{To: make([]byte, 4), Type: "unicast", Hops: []Hop{{ip(1), 2}}, Metric: 7, Scope: "global", Protocol: "boot"},
			true,
		},
		"a gateway of another family": {
			join(header(unix.AF_INET, 32, 254, 4, 1), attribute(unix.RTA_DST, ip(9)), attribute(unix.RTA_VIA, join([]byte{10, 0}, make([]byte, 16)))),
			Route{To: ip(9), Bits: 32, Type: "unicast", Hops: []Hop{{make([]byte, 16), 0}}, Scope: "global", Protocol: "static"},
			true,
		},
		"two ways": {
			join(header(unix.AF_INET, 8, 254, 2, 1), attribute(unix.RTA_DST, ip(0)),
				attribute(unix.RTA_MULTIPATH, join(hop(2, attribute(unix.RTA_GATEWAY, ip(1))), hop(3)))),
			Route{To: ip(0), Bits: 8, Type: "unicast", Hops: []Hop{{ip(1), 2}, {nil, 3}}, Scope: "global", Protocol: "kernel"},
			true,
		},
		"ways cut off": {
			join(header(unix.AF_INET, 8, 254, 2, 1), attribute(unix.RTA_MULTIPATH, []byte{200, 0, 0, 0, 1, 0, 0, 0})),
			Route{To: make([]byte, 4), Bits: 8, Type: "unicast", Scope: "global", Protocol: "kernel"},
			true,
		},
		"strange numbers": {
			header(unix.AF_INET6, 0, 254, 186, 77),
			Route{To: make([]byte, 16), Type: "77", Scope: "global", Protocol: "186"},
			true,
		},
	} {
		got, ok := parseRoute(test.data)
		if diff := cmp.Diff(test.want, got); diff != "" || ok != test.ok {
			t.Errorf("%s: %v (-want +got):\n%s", label, ok, diff)
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
	want := Socket{Local: []byte{127, 0, 0, 1}, Port: 8080, Device: 3, UID: 1000, Inode: 25041}
	got, ok := parseSocket(message)
	if diff := cmp.Diff(want, got); diff != "" || !ok {
		t.Errorf("IPv4: %v (-want +got):\n%s", ok, diff)
	}
	message[0] = unix.AF_INET6
	got, ok = parseSocket(join(message, attribute(diagOnlyIPv6, []byte{1})))
	if !ok || len(got.Local) != 16 || !got.OnlyIPv6 {
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
			Local: []byte{127, 0, 0, 1}, Port: 8080, UID: 1000, Inode: 25041,
		},
		"   1: 00000000000000000000000001000000:0035 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 7 2 f": {
			Local: []byte{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, Port: 53, Inode: 7,
		},
	} {
		got, state, ok := parseProcNet([]byte(line))
		if diff := cmp.Diff(want, got); diff != "" || !ok || state != tcpListen {
			t.Errorf("%s: %v, state %d (-want +got):\n%s", line, ok, state, diff)
		}
	}
	for _, line := range []string{"", "  sl  local_address rem_address   st tx_queue", "0: xx:1 0:0 0A 0:0 00:0 0 0 0 7 1", "0: 0100007F:1F90 0:0 0A 0:0 00:0 0 -1 0 7 1"} {
		if s, _, ok := parseProcNet([]byte(line)); ok {
			t.Errorf("%q is %+v", line, s)
		}
	}
}

// FuzzInside: whatever the kernel says, it is read without a panic.
func FuzzInside(f *testing.F) {
	f.Add(join(make([]byte, 12), attribute(unix.RTA_MULTIPATH, []byte{8, 0, 0, 0, 1, 0, 0, 0})))
	f.Fuzz(func(_ *testing.T, data []byte) {
		parseAddress(data)
		parseRoute(data)
		parseSocket(data)
		parseProcNet(data)
	})
}
