package discover

import (
	"slices"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// looked is a vantage in the sandbox that has looked. Its own process counts for nothing.
func looked(t *testing.T) *vantage {
	t.Helper()
	v, err := newVantage(host)
	nstest.Must(t, err)
	t.Cleanup(v.close)
	_, err = v.look(func(_ string, run func()) { run() })
	nstest.Must(t, err)
	return v
}

// TestKernelPeers: a namespace that only a veth pair leads to is known by its nsid. The
// test itself holds it, and a scan leaves that out.
func TestKernelPeers(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Must(t, host.Add("x"))
		ns, err := host.Open("x")
		nstest.Must(t, err)
		defer ns.Close()
		nstest.Shell(t, "ip link add here type veth peer name there netns x; ip -n x addr add 10.9.9.9/24 dev there")
		v := looked(t)
		if seen, gaps := kernelPeers(v); len(seen)+len(gaps) != 0 {
			t.Errorf("a peer with a name: %v, %v", seen, gaps)
		}
		nstest.Must(t, host.Delete("x"))
		v = looked(t)
		seen, gaps := kernelPeers(v)
		expect(t, seen, nil)
		expectGaps(t, gaps, Gap{What: GapPeers, Count: 1})

		v.allPIDs = true
		seen, gaps = kernelPeers(v)
		expectGaps(t, gaps)
		if len(seen) != 1 || seen[0].Pin != (Pin{Kind: Invisible, FD: -1}) || seen[0].ID != (netnsctl.ID{}) || seen[0].NSID < 0 {
			t.Errorf("seen %+v", seen)
		}
		orphan := judge(grounds{host: v.host1, own: v.own, seen: seen})
		if len(orphan) != 1 || orphan[0].Verdict != Orphan {
			t.Fatalf("judged %+v", orphan)
		}
		numbers := func() string { return nstest.Shell(t, "ip netns list-id") }
		before := numbers()
		(&describer{v: v}).describe(orphan)
		if want := "held by something not visible, with there 10.9.9.9/24"; orphan[0].Reason != want {
			t.Errorf("%q, not %q", orphan[0].Reason, want)
		}
		if after := numbers(); after != before {
			t.Errorf("nsids before:\n%safter:\n%s", before, after)
		}
	})
}

// TestKernelList: the kernel's list (Linux 6.19) is not asked outside the initial pid namespace,
// where it has our own namespace only. That it leaves out what only sockets or the kernel hold
// is a gap, as it is where there is no list.
func TestKernelList(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		_, noList := sys.ListNetworks()
		v := looked(t)
		for _, allPIDs := range []bool{false, true} {
			v.allPIDs = allPIDs
			seen, gaps := kernelList(v)
			expectGaps(t, gaps, Gap{What: GapInvisible})
			listed := slices.ContainsFunc(seen, func(s sighting) bool { return s.ID == v.own && s.Pin.Kind == Invisible })
			if want := allPIDs && noList == nil; listed != want {
				t.Errorf("all processes %v: seen %+v, our own namespace among them: %v", allPIDs, seen, listed)
			}
		}
	})
}
