package clean_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/clean"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// TestIdleLinked: a name goes only if all go whose namespaces would lose a device with it, and all
// names of its namespace.
func TestIdleLinked(t *testing.T) {
	id := func(n uint64) netnsctl.ID { return netnsctl.ID{Dev: 4, Ino: n} }
	world := func() []any {
		var things []any
		for i, name := range []string{"a", "b", "c", "d"} {
			n, ns := idle()
			n.Name, n.ID, n.Top = name, id(uint64(10+i)), id(uint64(10+i))
			ns.ID, ns.Names, ns.Evidence = n.ID, []string{name}, &discover.Evidence{}
			things = append(things, n, ns)
		}
		a, b, c := things[1].(*discover.Namespace), things[3].(*discover.Namespace), things[5].(*discover.Namespace)
		a.FarEnds = []discover.FarEnd{{Device: "v2", Namespace: b.ID}}
		b.FarEnds = []discover.FarEnd{{Device: "v1", Namespace: a.ID}, {Device: "v4", Namespace: c.ID}}
		c.FarEnds = []discover.FarEnd{{Device: "v3", Namespace: b.ID}}
		return things
	}
	const all = "remove a\nremove b\nremove c\nremove d"
	if got := decideOn(snapshot(world()...), clean.Request{Idle: true}); got != all {
		t.Errorf("all: %q", got)
	}
	if got := decideOn(snapshot(world()...), clean.Request{Idle: true, Exclude: []string{"c"}}); got != "remove d\nskip b: v4 of c, which stays, would be deleted with it, unless named\nskip a: v2 of b, which stays, would be deleted with it, unless named" {
		t.Errorf("without c: %q", got)
	}
	things := world()
	second, _ := idle()
	second.Name, second.ID, second.Top = "second", id(13), id(13)
	things[7].(*discover.Namespace).Names = []string{"d", "second"}
	if got := decideOn(snapshot(append(things, second)...), clean.Request{Idle: true, Match: []string{"d"}}); got != "skip d: it also has the name second, which stays, unless named" {
		t.Errorf("of two names: %q", got)
	}
	if got := decideOn(snapshot(append(things, second)...), clean.Request{Idle: true, Match: []string{"d", "second"}}); got != "remove d\nremove second" {
		t.Errorf("both names: %q", got)
	}
}

// TestLinked: an orphan, a dead name with a copy of one, or an idle name goes only if no device goes
// with it of a namespace that stays. The orphan 101 is linked with the orphan 100.
func TestLinked(t *testing.T) {
	const stays = "skip net:[100]: vb of net:[101], which stays, would be deleted with it, unless named"
	for _, test := range []struct {
		situation string
		change    func(w world, other *discover.Namespace)
		req       clean.Request
		want      string
	}{
		{situation: "both go", want: "remove dead\nrelease net:[100], deletes vb\nrelease net:[101], deletes va"},
		{
			situation: "the other has to be named", want: "remove dead\nskip net:[101]: mounted at /srv/b, unless named\n" + stays,
			change: func(_ world, other *discover.Namespace) {
				other.Pins[0].Mount.Host, other.Pins[0].Mount.Own, other.Pins[0].Mount.Path = true, true, "/srv/b"
			},
		},
		{
			situation: "the other is young", want: "remove dead\nskip net:[101]: younger than 10m, unless named\n" + stays,
			change: func(_ world, other *discover.Namespace) { other.Born = now },
		},
		{
			situation: "the other is held", want: "remove dead\nskip net:[101]: held by descriptor 3 of pid 9 (sleep)\n" + stays,
			change: func(_ world, other *discover.Namespace) {
				other.Pins = append(other.Pins, discover.Pin{Kind: discover.Descriptor, PID: 9, FD: 3, Command: "sleep"})
			},
		},
		{situation: "the other is excluded", want: "remove dead\n" + stays, req: clean.Request{Exclude: []string{"net:[101]"}}},
		{situation: "the other is not matched", want: stays, req: clean.Request{Match: []string{"net:[100]"}}},
		{
			situation: "the orphan is named", want: "release net:[100], deletes vb", req: clean.Request{Targets: []string{"100"}},
		},
		{
			situation: "only its nsid is known of the other", req: clean.Request{Match: []string{"net:[100]"}},
			want:   "skip net:[100]: vb of a namespace that was not found, which stays, would be deleted with it, unless named",
			change: func(w world, _ *discover.Namespace) { w.orphan.FarEnds[0].Namespace = netnsctl.ID{} },
		},
		{
			situation: "the other is the host's", req: clean.Request{Match: []string{"net:[100]"}}, want: "release net:[100], deletes vb",
			change: func(_ world, other *discover.Namespace) { other.Verdict = discover.Own },
		},
		{
			situation: "a dead name with a copy", req: clean.Request{Exclude: []string{"net:[101]"}},
			want:   "skip dead: net:[100] is mounted on its file at /run/c/ns in mnt:[50] of pid 812, release net:[100]\n" + stays,
			change: func(w world, _ *discover.Namespace) { w.copy() },
		},
		{
			situation: "a dead name with a copy, named", req: clean.Request{Targets: []string{"dead"}, Exclude: []string{"net:[101]"}},
			want:   "skip dead: net:[100] is mounted on its file at /run/c/ns in mnt:[50] of pid 812, release net:[100]",
			change: func(w world, _ *discover.Namespace) { w.copy() },
		},
		{
			situation: "an idle name, to an orphan that is wired because of it", req: clean.Request{Idle: true, Exclude: []string{"dead"}},
			want: "skip net:[100]: wired: vb joins vi of vpn, unless named\nskip vpn: va of net:[100], which stays, would be deleted with it, unless named",
			change: func(w world, other *discover.Namespace) {
				other.Verdict, w.orphan.Verdict, w.orphan.Reason = discover.Own, discover.Wired, "vb joins vi of vpn"
				w.idle.Evidence, w.idle.FarEnds = &discover.Evidence{}, []discover.FarEnd{{Device: "va", Namespace: w.orphan.ID}}
			},
		},
	} {
		w, other := newWorld(), leak()
		other.ID.Ino = 101
		w.orphan.FarEnds = []discover.FarEnd{{Device: "vb", Namespace: other.ID}}
		other.FarEnds = []discover.FarEnd{{Device: "va", Namespace: w.orphan.ID}}
		w.snap.Namespaces = append(w.snap.Namespaces, other)
		if test.change != nil {
			test.change(w, other)
		}
		if test.req.MinAge = clean.DefaultMinAge; test.req.Targets != nil {
			test.req.MinAge = 0
		}
		if got := decideOn(w.snap, test.req); got != test.want {
			t.Errorf("%s:\n%s\nwant\n%s", test.situation, got, test.want)
		}
	}
}

// TestLinkedChain: what a chain of thousands leads to is found out in linear time.
func TestLinkedChain(t *testing.T) {
	const length = 20_000
	var things []any
	for i := range length {
		ns := leak()
		ns.ID.Ino = uint64(1000 + i)
		for _, other := range []int{i - 1, i + 1} {
			if other >= 0 && other < length {
				ns.FarEnds = append(ns.FarEnds, discover.FarEnd{Device: fmt.Sprint("to", other), Namespace: netnsctl.ID{Dev: 4, Ino: uint64(1000 + other)}})
			}
		}
		things = append(things, ns)
	}
	snap := snapshot(things...)
	for exclude, steps := range map[string]int{"net:[1]": length, "net:[1000]": 0, fmt.Sprintf("net:[%d]", 999+length): 0} {
		start := time.Now()
		plan, err := clean.Make(snap, clean.Request{Exclude: []string{exclude}})
		if err != nil || len(plan.Steps) != steps {
			t.Errorf("without %s: %v, %d steps, not %d", exclude, err, len(plan.Steps), steps)
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("without %s: %v", exclude, took)
		}
	}
}
