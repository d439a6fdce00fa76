package main

import (
	"slices"
	"testing"

	"github.com/netnsctl/netnsctl/cmd/netnsctl/internal/term"
	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// TestNameRows checks that each name has a row, stale names too.
func TestNameRows(t *testing.T) {
	id := func(ino uint64) netnsctl.ID { return netnsctl.ID{Dev: 4, Ino: ino} }
	snap := &discover.Snapshot{
		Namespaces: []*discover.Namespace{
			{Identity: netnsctl.Identity{ID: id(1)}, Names: []string{"ns10", "ns9"}, Verdict: discover.InUse, Reason: "1 process"}, {NSID: 3}, {Identity: netnsctl.Identity{ID: id(2)}, Verdict: discover.Orphan},
		},
		Names: []*discover.Name{
			{Name: "dead", Verdict: discover.Stale, Cause: discover.DeadFile},
			{Name: "ns10", ID: id(1), Verdict: discover.InUse},
			{Name: "ns9", ID: id(1), Verdict: discover.InUse},
		},
	}
	want := "NAME  STATE   REASON     ID\ndead  stale   dead-file  -\nns9   in-use  1 process  net:[1]\nns10  in-use  1 process  net:[1]\n"
	columns := []column[row]{}
	for _, c := range listColumns() {
		if slices.Contains([]string{"NAME", "STATE", "REASON", "ID"}, c.Name) {
			columns = append(columns, c)
		}
	}
	if got := term.Table(columns, nameRows(snap), term.Style{Headings: true}); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
