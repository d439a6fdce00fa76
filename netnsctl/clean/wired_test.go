package clean_test

import (
	"strings"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
)

// TestPlanWired: what carries traffic for others is skipped until it is a target.
func TestPlanWired(t *testing.T) {
	const skipped = "skip net:[100]: wired: br0 joins a and b, unless named"
	for _, test := range []struct{ targets, want string }{
		{"", "remove dead\n" + skipped},
		{"dead", "remove dead"},
		{"net:[100]", "release net:[100]"},
		{"/run/c in mnt:[50]", "release net:[100]"},
		{"/run in mnt:[50]", skipped},
	} {
		w := newWorld()
		w.orphan.Verdict, w.orphan.Reason = discover.Wired, "br0 joins a and b"
		if got := decide(w.snap, splitTargets(test.targets)...); got != test.want {
			t.Errorf("%q:\n%s", test.targets, got)
		}
	}
}

// TestWiredMeanwhile: what carries traffic for others since the plan is left alone.
func TestWiredMeanwhile(t *testing.T) {
	const other = `ip netns add z; mkdir /run/srv; : >/run/srv/z; mount --bind /run/netns/z /run/srv/z; ip netns del z`
	for _, test := range []struct{ by, script, want string }{
		{
			"a pair to a new process", `
			unshare -n sleep 1000 >/dev/null 2>&1 & until grep -qx sleep /proc/$!/comm; do sleep 0.01; done
			$in ip link add v1 type veth peer name v2 netns $!`, "spared: wired: v1 joins v2 of net:[",
		},
		{
			"the parent of a macvlan of a new name", `
			ip netns add lab; $in ip link add v1 type veth peer name v2; $in ip link add mv0 link v1 type macvlan
			$in ip link set mv0 netns lab`, "spared: wired: v1 carries mv0 of lab",
		},
		{
			"a pair to an orphan that has to be named", `
			$in ip link add v1 type veth peer name v2; : >/run/netns/z; mount --bind /run/srv/z /run/netns/z
			$in ip link set v2 netns z; ip netns del z`, "spared: v2 of net:[",
		},
		{"a pair to the host", `$in ip link add v1 type veth peer name v2; $in ip link set v2 netns 1`, "released"},
	} {
		t.Run(test.by, func(t *testing.T) {
			nstest.Run(t, func(t *testing.T) {
				in := `in="nsenter --net=/proc/` + leakNamespace(t) + `/root/run/c/ns"
					`
				nstest.Shell(t, other)
				snap, plan := planned(t)
				if len(plan.Steps) != 1 {
					t.Fatalf("plan: %+v", plan)
				}
				id := plan.Steps[0].Namespace.ID
				nstest.Shell(t, in+test.script)
				if got := outcomes(snap, plan); !strings.HasPrefix(got, test.want) {
					t.Error(got)
				}
				snap.Close()
				if test.want == "released" {
					return
				}
				if !alive(t, id) {
					t.Error("it is gone")
				}
				// Its user knows by now.
				snap, plan = planned(t, id.String())
				if got := outcomes(snap, plan); got != "released" {
					t.Errorf("named: %s", got)
				}
			})
		})
	}
}
