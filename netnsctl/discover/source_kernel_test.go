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
		nstest.Shell(t, "ip link add here type veth peer name there netns x")
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
		orphan := judge(evidence{host: v.host1, own: v.own, seen: seen})
		if len(orphan) != 1 || orphan[0].Verdict != Orphan {
			t.Errorf("judged %+v", orphan)
		}
	})
}

// TestKernelList: the kernel's list (Linux 6.19) has what a scan finds, by cookie. It is not
// asked outside the initial pid namespace. Where there is none, that is a gap.
func TestKernelList(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Must(t, host.Add("x"))
		id, err := host.Identity("x")
		nstest.Must(t, err)
		_, noList := sys.ListNetworks()
		v := looked(t)
		for _, test := range []struct {
			allPIDs, gap bool
		}{
			{allPIDs: false, gap: true},
			{allPIDs: true, gap: noList != nil},
		} {
			v.allPIDs = test.allPIDs
			seen, gaps := kernelList(v)
			if test.gap {
				expect(t, seen, nil)
				expectGaps(t, gaps, Gap{What: GapInvisible})
				continue
			}
			expectGaps(t, gaps)
			if !slices.ContainsFunc(seen, func(s sighting) bool { return s.Identity == id && s.Pin.Kind == Invisible }) {
				t.Errorf("seen %+v, not %v", seen, id)
			}
		}
	})
}
