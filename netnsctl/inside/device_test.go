package inside

import (
	"encoding/binary"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// here is the nsid of the namespace that the messages are from.
const here = 4

// ifinfo is a struct ifinfomsg.
func ifinfo(kind uint16, index int32, flags int32) []byte {
	return join([]byte{0, 0}, binary.NativeEndian.AppendUint16(nil, kind), word(index), word(flags), word(0))
}

func TestParseDevice(t *testing.T) {
	name := func(s string) []byte { return attribute(unix.IFLA_IFNAME, []byte(s+"\x00")) }
	info := func(kind string, data ...[]byte) []byte {
		return attribute(unix.IFLA_LINKINFO, join(
			attribute(unix.IFLA_INFO_KIND, []byte(kind+"\x00")), attribute(unix.IFLA_INFO_DATA, join(data...))))
	}
	for label, test := range map[string]struct {
		data []byte
		want Device
	}{
		"vlan": {
			join(ifinfo(1, 3, 0), name("eth0.7"), attribute(unix.IFLA_LINK, word(2)), attribute(unix.IFLA_OPERSTATE, []byte{6}),
				info("vlan", attribute(unix.IFLA_VLAN_ID, []byte{7, 0, 0, 0}))),
			Device{Index: 3, Name: "eth0.7", Kind: "vlan", VLAN: int(binary.NativeEndian.Uint16([]byte{7, 0})), Link: &Link{here, 2}, State: "up"},
		},
		"veth with its peer's index, elsewhere": {
			join(ifinfo(1, 3, 0), name("v0"), attribute(unix.IFLA_LINK_NETNSID, word(5)), info("veth"), attribute(unix.IFLA_LINK, word(3))),
			Device{Index: 3, Name: "v0", Kind: "veth", Link: &Link{5, 3}, State: "unknown"},
		},
		"wireguard made elsewhere": {
			join(ifinfo(1, 3, 0), name("wg0"), attribute(unix.IFLA_LINK_NETNSID, word(5)), info("wireguard"), attribute(unix.IFLA_LINK, word(3))),
			Device{Index: 3, Name: "wg0", Kind: "wireguard", Link: &Link{5, 0}, State: "unknown"},
		},
		"a program of XDP": {
			join(ifinfo(1, 3, 0), name("x"), attribute(unix.IFLA_XDP, attribute(unix.IFLA_XDP_ATTACHED, []byte{2}))),
			Device{Index: 3, Name: "x", Physical: true, XDP: true, State: "unknown"},
		},
		"no program of XDP": {
			join(ifinfo(1, 3, 0), name("x"), attribute(unix.IFLA_XDP, attribute(unix.IFLA_XDP_ATTACHED, []byte{0}))),
			Device{Index: 3, Name: "x", Physical: true, State: "unknown"},
		},
		"an unheard-of state": {
			join(ifinfo(1, 3, 0), name("x"), attribute(unix.IFLA_OPERSTATE, []byte{77})),
			Device{Index: 3, Name: "x", Physical: true, State: "unknown"},
		},
	} {
		got, err := parseDevice(test.data, here)
		if diff := cmp.Diff(test.want, got, comparable); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", label, err, diff)
		}
	}
	for label, data := range map[string][]byte{
		"too short":         ifinfo(1, 2, 0)[:15],
		"a broken property": join(ifinfo(1, 2, 0), name("x"), []byte{3, 0, 0, 0}),
	} {
		if d, err := parseDevice(data, here); err == nil {
			t.Errorf("%s: %+v", label, d)
		}
	}
}

// TestKindWords: the library's words are the kernel's.
func TestKindWords(t *testing.T) {
	for _, kind := range []string{
		"", "dummy", "ifb", "bridge", "vlan", "netkit", "veth", "wireguard", "vxlan", "bond", "ipvlan", "ipvtap", "macvlan", "macvtap",
		"geneve", "ipip", "ip6tnl", "sit", "vrf", "gtp", "xfrm", "tun", "ipoib", "can", "bareudp", "unheard-of",
	} {
		expectKind(t, kind, nil)
	}
	// Told apart by the source, which the kernel gives of each.
	for kind, local := range map[string]int{"gre": 4, "gretap": 4, "ip6gre": 16, "ip6gretap": 16} {
		expectKind(t, kind, attribute(nl.IFLA_GRE_LOCAL, make([]byte, local)))
	}
	for kind, local := range map[string]int{"vti": 4, "vti6": 16} {
		expectKind(t, kind, attribute(nl.IFLA_VTI_LOCAL, make([]byte, local)))
	}
}

func expectKind(t *testing.T, kind string, data []byte) {
	t.Helper()
	message := ifinfo(1, 3, 0)
	if kind != "" {
		message = join(message, attribute(unix.IFLA_LINKINFO, join(
			attribute(unix.IFLA_INFO_KIND, []byte(kind+"\x00")), attribute(unix.IFLA_INFO_DATA, data))))
	}
	if d, err := parseDevice(message, here); err != nil || d.Kind != kind {
		t.Errorf("%q is %q, %v", kind, d.Kind, err)
	}
}
