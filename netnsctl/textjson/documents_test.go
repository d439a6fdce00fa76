package textjson_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/clean"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/find"
	"github.com/netnsctl/netnsctl/netnsctl/inside"
	"github.com/netnsctl/netnsctl/netnsctl/inspect"
	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
	"github.com/netnsctl/netnsctl/netnsctl/textjson"
	"github.com/netnsctl/netnsctl/netnsctl/wiring"
)

// world has namespaces in all states, wired, with names and paths that are not valid UTF-8.
const world = `
	for name in red blue idle leak; do ip netns add $name; done
	odd=$(printf '/run/netns/<odd\377>'); touch "$odd" && mount --bind /run/netns/blue "$odd"
	touch /run/netns/dead && ln -s "$(printf '/none\377')" /run/netns/dangling
	ip -n red link add v0 type veth peer name v1 netns blue
	ip -n red addr add 10.1.0.1/24 dev v0 && ip -n red link set v0 up && ip -n red route add blackhole 10.9.0.0/16
	ip -n red link property add dev v0 altname uplink
	ip -n leak link add far0 type veth peer name far1 netns red
	ip netns set red 7
	nsenter --net=/run/netns/red sleep infinity >/dev/null 2>&1 &
	until [ "$(ip netns pids red)" ]; do :; done
	odd=$(printf '/run/kept\377'); touch "$odd" && mount --bind /run/netns/leak "$odd" && ip netns delete leak`

// TestDocuments: what is made of the real kernel decodes into a value that encodes to the
// same bytes.
func TestDocuments(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Shell(t, world)
		query := func(word string) find.Query {
			q, err := find.Parse(word)
			nstest.Must(t, err)
			return q
		}
		found, err := find.Search(netnsctl.Host{}, []find.Query{
			query("v0"), query("peer:*"), query("10.1.0.0/16"), query("10.1.0.77"), query("name:*odd*"), query("nosuch"),
		})
		nstest.Must(t, err)
		found.Snapshot.Close()
		snap, err := discover.Scan(netnsctl.Host{}, discover.Options{Everything: true, Hold: true, Files: true})
		nstest.Must(t, err)
		defer snap.Close()
		record, err := snap.Record()
		nstest.Must(t, err)
		contents := inside.Read(discover.Handles(snap.Namespaces), inside.Wanted{Devices: true, Addresses: true})
		graph := wiring.Build(snap.Namespaces, contents)
		around, _ := graph.Around(graph.Namespaces[:1], 1)
		plan, err := clean.Make(snap, clean.Request{MinAge: time.Hour})
		nstest.Must(t, err)
		report := clean.Report{DryRun: true, Skipped: plan.Skipped}
		plan, err = clean.Make(snap, clean.Request{})
		nstest.Must(t, err)
		for _, step := range plan.Steps {
			report.Steps = append(report.Steps, clean.Result{Step: step})
		}
		for _, document := range []any{
			*snap, record, *found, report, graph.Document(1, snap.Gaps), around.Document(0, nil),
			inspect.Document{Reports: inspect.Look(snap, snap.Namespaces), Gaps: snap.Gaps},
		} {
			text, err := textjson.Join(document)
			nstest.Must(t, err)
			back := reflect.New(reflect.TypeOf(document))
			if err := json.Unmarshal(text, back.Interface()); err != nil {
				t.Errorf("%T: %v in %s", document, err, text)
			}
			if again, err := textjson.Join(back.Interface()); err != nil || string(again) != string(text) {
				t.Errorf("%T, %v:\n%s\nbecame\n%s", document, err, text, again)
			}
			if s, ok := reflect.TypeAssert[*discover.Snapshot](back); ok {
				checkSnapshot(t, snap, s)
			}
		}
	})
}

// checkSnapshot compares what a program would use first.
func checkSnapshot(t *testing.T, want, got *discover.Snapshot) {
	t.Helper()
	if len(got.Namespaces) != len(want.Namespaces) || len(got.Names) != len(want.Names) {
		t.Fatalf("%d namespaces and %d names, want %d and %d", len(got.Namespaces), len(got.Names), len(want.Namespaces), len(want.Names))
	}
	for i, ns := range want.Namespaces {
		if back := got.Namespaces[i]; back.ID != ns.ID || back.Cookie != ns.Cookie || back.Verdict != ns.Verdict ||
			!slices.Equal(back.Names, ns.Names) || !back.Born.Equal(ns.Born) || len(back.Pins) != len(ns.Pins) {
			t.Errorf("%+v\nbecame\n%+v", ns, back)
		}
	}
	for i, n := range want.Names {
		if back := got.Names[i]; back.Name != n.Name || back.Verdict != n.Verdict || back.Detail != n.Detail {
			t.Errorf("%+v\nbecame\n%+v", n, back)
		}
	}
}
