package find

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/inside"
)

func TestParse(t *testing.T) {
	address := func(text, device string) [][]term {
		a := addressTerm{netip.MustParseAddr(text), device}
		return [][]term{{a}, {furtherTerm{a}}}
	}
	prefix := func(text string) [][]term {
		p := prefixTerm{netip.MustParsePrefix(text)}
		return [][]term{{p}, {furtherTerm{p}}}
	}
	ino := uint64(4026531840) // more than an int of 32 bits
	one := func(terms ...term) [][]term { return [][]term{terms} }
	for word, want := range map[string][][]term{
		"10.2.1.15":         address("10.2.1.15", ""),
		"::ffff:10.2.1.15":  address("10.2.1.15", ""),
		"2001:DB8::1":       address("2001:db8::1", ""),
		"::1":               address("::1", ""),
		"fe80::1%eth0":      address("fe80::1", "eth0"),
		"10.2.1.15/16":      prefix("10.2.0.0/16"),
		"2001:db8::1/32":    prefix("2001:db8::/32"),
		"02:00:5E:10:00:ff": one(macTerm{"02:00:5e:10:00:ff"}),
		"net:[4026531840]":  one(inodeTerm{4026531840}),
		"4026531840":        {{nameTerm{"4026531840"}}, {pidTerm{int(ino)}}, {inodeTerm{4026531840}}, {nameTerm{"4026531840"}, deviceTerm{"4026531840"}, containerTerm{"4026531840"}}},
		"12":                {{nameTerm{"12"}}, {pidTerm{12}}, {inodeTerm{12}}, {nameTerm{"12"}, deviceTerm{"12"}}},
		"pid:12":            one(pidTerm{12}),
		"tcp:80":            one(socketTerm{"tcp", 80}),
		"udp:53":            one(socketTerm{"udp", 53}),
		":443":              one(socketTerm{"", 443}),
		"peer:veth*":        one(peerTerm{"veth*"}),
		"dev:pid:1":         one(deviceTerm{"pid:1"}),
		"eth0:1":            one(nameTerm{"eth0:1"}, deviceTerm{"eth0:1"}),
		"veth*":             one(nameTerm{"veth*"}, deviceTerm{"veth*"}),
		"cafe":              one(nameTerm{"cafe"}, deviceTerm{"cafe"}),
		"cafe01":            one(nameTerm{"cafe01"}, deviceTerm{"cafe01"}, containerTerm{"cafe01"}),
		"name:web*":         one(nameTerm{"web*"}),
		"host":              one(wordTerm{"host"}),
		"./ns":              one(wordTerm{"./ns"}),
		"container:c":       one(containerTerm{"c"}),
		"pod:1d6a-":         one(containerTerm{"1d6a-"}),
	} {
		q, err := Parse(word)
		if err != nil {
			t.Errorf("%s: %v", word, err)
		}
		if diff := cmp.Diff(describe(want), describe(q.steps)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", word, diff)
		}
	}
}

// describe tells terms with their types.
func describe(steps [][]term) string { return fmt.Sprintf("%#v", steps) }

func TestParseRefuses(t *testing.T) {
	for _, word := range []string{
		"", "[", "10.0.0.300", "10.2.1.15/33", "name:", "name:[", "tcp:", "tcp:0", "udp:65536", ":x", "pid:", "pid:-1", "pid:0", "peer:", "dev:[", "container:",
		"container:G",
	} {
		if q, err := Parse(word); err == nil {
			t.Errorf("%q is %+v", word, q.steps)
		}
	}
}

// FuzzParse: any word is refused or has a meaning, and no meaning panics.
func FuzzParse(f *testing.F) {
	for _, word := range []string{"10.2.1.15", "tcp:80", "peer:v*", "net:[1]", "02:00:5e:10:00:ff", "12", "cafe01"} {
		f.Add(word)
	}
	f.Fuzz(func(t *testing.T, word string) {
		q, err := Parse(word)
		if err != nil {
			return
		}
		if len(q.steps) == 0 {
			t.Errorf("%q means nothing", word)
		}
		v := twoNamespaces()
		for _, step := range q.steps {
			for _, s := range step {
				s.match(v, func(Match) {})
			}
		}
	})
}

// twoNamespaces are a with v0, whose far end is in b, and b; z0 leads to one that
// was not seen.
func twoNamespaces() *view {
	v := &view{
		host: netnsctl.Host{ProcRoot: "/nowhere"},
		snap: &discover.Snapshot{Namespaces: []*discover.Namespace{
			{Identity: netnsctl.Identity{ID: netnsctl.ID{Dev: 4, Ino: 100}}, Names: []string{"a"}, Pins: []discover.Pin{{Kind: discover.Process, PID: 12}}},
			{Identity: netnsctl.Identity{ID: netnsctl.ID{Dev: 4, Ino: 200}}, Pins: []discover.Pin{{Kind: discover.Descriptor, PID: 12, FD: 3}, {Kind: discover.Descriptor, PID: 12, FD: 4}}},
		}},
		contents: make([]inside.Contents, 3),
		done:     inside.Wanted{Devices: true, Addresses: true, Sockets: true},
	}
	v.contents[0].Devices = []inside.Device{
		{Index: 2, Name: "v0", AltNames: []string{"uplink"}, Kind: "veth", Link: &inside.Link{Namespace: 1, Index: 7}},
		{Index: 3, Name: "z0", Kind: "veth", Link: &inside.Link{Namespace: 2, Index: 9}},
		{Index: 4, Name: "m0", Kind: "macvlan", Link: &inside.Link{Namespace: 1, Index: 7}},
	}
	v.contents[1].Devices = []inside.Device{{Index: 7, Name: "v1", Kind: "veth", Link: &inside.Link{Namespace: 0, Index: 2}}}
	v.contents[2].Devices = []inside.Device{{Index: 9, Name: "z1"}}
	v.contents[0].Addresses = []inside.Address{{Device: 2, Name: "v0", Prefix: netip.MustParsePrefix("10.1.0.1/24")}}
	v.contents[2].Addresses = []inside.Address{{Device: 9, Prefix: netip.MustParsePrefix("10.3.0.1/24")}}
	v.contents[1].Sockets = []inside.Socket{{Protocol: "tcp", Local: netip.MustParseAddrPort("[::]:80"), UID: 33}}
	return v
}

func TestMatch(t *testing.T) {
	for word, want := range map[string][]string{
		"10.1.0.1":    {"address net:[100] v0 2 10.1.0.1/24"},
		"10.1.0.1%v0": nil, // no zone of IPv4
		"10.0.0.0/8":  {"address net:[100] v0 2 10.1.0.1/24", "address - z1 9 10.3.0.1/24"},
		"uplink":      {"device net:[100] v0 2 uplink"},
		"?0":          {"device net:[100] v0 2 v0", "device net:[100] z0 3 z0", "device net:[100] m0 4 m0"},
		"peer:v0":     {"peer net:[200] v1 7 far end of v0 in a"},
		"peer:v1":     {"peer net:[100] v0 2 far end of v1 in net:[200]"},
		"peer:z0":     {"peer - z1 9 far end of z0 in a"},
		"peer:m0":     nil, // it has none
		":80":         {"socket net:[200]  0 tcp [::]:80, uid 33"},
		"udp:80":      nil,
		"12":          {"process net:[100]  0 pid 12", "process net:[200]  0 descriptor 3 of pid 12 and 1 more"},
		"200":         {"namespace net:[200]  0 net:[200]"},
		"net:[300]":   nil,
	} {
		q, err := Parse(word)
		if err != nil && want != nil {
			t.Fatal(err)
		}
		var got []string
		for _, m := range twoNamespaces().search(q) {
			place := "-"
			if m.Namespace != nil {
				place = m.Namespace.String()
			}
			got = append(got, strings.Join([]string{string(m.Kind), place, m.Device.Name, strconv.Itoa(m.Device.Index), m.Text}, " "))
			if m.What != word {
				t.Errorf("%s was found for %q", word, m.What)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", word, diff)
		}
	}
}

func TestNear(t *testing.T) {
	for word, want := range map[string]int{"10.1.0.9": 1, "10.2.0.9": 0, "10.1.0.0/16": 0, "v0": 0} {
		q, err := Parse(word)
		if err != nil {
			t.Fatal(err)
		}
		near := twoNamespaces().near(q)
		if len(near) != want {
			t.Errorf("near %s: %+v", word, near)
		}
	}
}
