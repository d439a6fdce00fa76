package clean_test

import (
	"slices"
	"testing"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl/clean"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// TestIdle: only an idle name without any sign of life goes that is no target.
func TestIdle(t *testing.T) {
	fact := func(kind discover.FactKind, text string) []discover.Fact {
		return []discover.Fact{{Kind: kind, Text: text}}
	}
	for _, test := range []struct {
		situation string
		change    func(n *discover.Name, ns *discover.Namespace)
		gap       *discover.Gap
		want      string
	}{
		{situation: "no sign of life", want: "remove vpn"},
		{
			situation: "a runtime knows it", want: "skip vpn: known to containerd for container web, unless named",
			change: func(_ *discover.Name, ns *discover.Namespace) {
				ns.Evidence.For = fact(discover.RuntimeFact, "known to containerd for container web")
			},
		},
		{
			situation: "two signs of life, and more", want: "skip vpn: a; b, unless named",
			change: func(_ *discover.Name, ns *discover.Namespace) {
				ns.Evidence.For = slices.Concat(fact(discover.ListeningFact, "a"), fact(discover.PinFact, "b"), fact(discover.PinFact, "c"))
			},
		},
		{
			situation: "something could not be read", want: "skip vpn: it may be in use: it could not be opened, unless named",
			change: func(_ *discover.Name, ns *discover.Namespace) {
				ns.Evidence.Unread = fact(discover.ContentsFact, "it could not be opened")
			},
		},
		{
			situation: "it was not looked at", want: "skip vpn: it may be in use: nothing was looked at that would tell, unless named",
			change: func(_ *discover.Name, ns *discover.Namespace) { ns.Evidence = nil },
		},
		{
			situation: "young", want: "skip vpn: younger than 10m, unless named",
			change: func(_ *discover.Name, ns *discover.Namespace) { ns.Born = now },
		},
		{
			situation: "a new name of an old namespace", want: "skip vpn: its name is younger than 10m, unless named",
			change: func(n *discover.Name, _ *discover.Namespace) { n.File.Born = now },
		},
		{
			situation: "an old name", want: "remove vpn",
			change: func(n *discover.Name, _ *discover.Namespace) { n.File.Born = now.Add(-clean.DefaultMinAge) },
		},
		{
			situation: "a name of unknown age", want: "remove vpn",
			change: func(n *discover.Name, _ *discover.Namespace) { n.File.Born = time.Time{} },
		},
		{
			situation: "of unknown age", want: "skip vpn: its age is not known, it may be younger than 10m, unless named",
			change: func(_ *discover.Name, ns *discover.Namespace) { ns.Born = time.Time{} },
		},
		{
			situation: "hardware", want: "skip vpn: it holds a physical device: can0",
			change: func(_ *discover.Name, ns *discover.Namespace) { ns.Hardware = []string{"can0"} },
		},
		{
			situation: "a gap of a user's", want: "skip vpn: it may be in use: descriptors not readable: 1, uid 1000",
			gap: &discover.Gap{What: discover.GapDescriptors, Count: 1, Critical: true, PID: 7, UID: 1000},
		},
		{
			situation: "in use", want: "",
			change: func(n *discover.Name, ns *discover.Namespace) { n.Verdict, ns.Verdict = discover.InUse, discover.InUse },
		},
	} {
		n, ns := idle()
		ns.Evidence = &discover.Evidence{}
		if test.change != nil {
			test.change(n, ns)
		}
		things := []any{n, ns}
		if test.gap != nil {
			things = append(things, *test.gap)
		}
		if got := decideOn(snapshot(things...), clean.Request{Idle: true, MinAge: clean.DefaultMinAge}); got != test.want {
			t.Errorf("%s: %q, want %q", test.situation, got, test.want)
		}
		if got := decide(snapshot(things...)); got != "" {
			t.Errorf("%s: without idle: %q", test.situation, got)
		}
	}
}

// TestIdleWhy: the reason says who was asked.
func TestIdleWhy(t *testing.T) {
	n, ns := idle()
	ns.Reason, ns.NoRuntime = "no process, no runtime knows vpn", true
	ns.Evidence = &discover.Evidence{Against: []discover.Fact{
		{Kind: discover.RuntimeFact, Text: "no runtime knows it (docker asked)"}, {Kind: discover.FarEndFact, Text: "no device leads out of it"},
	}}
	plan, err := clean.Make(snapshot(n, ns), clean.Request{Idle: true})
	if err != nil || len(plan.Steps) != 1 || plan.Steps[0].Reason() != "no process, no runtime knows it (docker asked), no device leads out of it" {
		t.Errorf("%v, %+v", err, plan)
	}
}
