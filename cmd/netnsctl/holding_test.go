package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

func descriptors(pid, from, to int) (pins []discover.Pin) {
	for fd := from; fd <= to; fd++ {
		pins = append(pins, discover.Pin{Kind: discover.Descriptor, PID: pid, FD: fd, Command: "sh"})
	}
	return pins
}

func TestHoldings(t *testing.T) {
	inside := discover.Pin{Kind: discover.Process, PID: 9, FD: -1, Command: "nginx"}
	socket := discover.Pin{Kind: discover.SocketPin, PID: 9, FD: 4, Command: "nginx", Detail: "tcp"}
	mount := func(ns uint64, host bool) discover.Pin {
		return discover.Pin{Kind: discover.MountPin, FD: -1, Command: "sh", Mount: &discover.Mount{Namespace: ns, Path: "/run/x", Host: host, Through: 1}}
	}
	for _, c := range []struct {
		name  string
		pins  []discover.Pin
		lines string
		short string
	}{
		{"many descriptors", descriptors(104, 5, 20004), "pid 104 (sh): descriptor 5 and 19999 more", "pid 104 (sh): descriptor 5 and 19999 more"},
		{"inside", []discover.Pin{inside, socket}, "pid 9 (nginx): -g", "pid 9 (nginx)"},
		{
			"inside, and more", slices.Concat([]discover.Pin{inside, socket}, descriptors(9, 7, 8)),
			"pid 9 (nginx): -g; it also has descriptor 7 and 1 more", "pid 9 (nginx)",
		},
		{
			"several processes", slices.Concat([]discover.Pin{inside}, descriptors(104, 5, 5), descriptors(105, 5, 6)),
			"pid 9 (nginx): -g|pid 104 (sh): descriptor 5|pid 105 (sh): descriptor 5 and 1 more", "pid 9 (nginx); pid 104 (sh): descriptor 5 and 1 more process",
		},
		{
			"mounts",
			[]discover.Pin{mount(1, true), mount(2, false), mount(3, false), mount(4, false)},
			"mount /run/x|mount /run/x in mnt:[2] of pid 1 (sh) and in 2 more mount namespaces", "mount /run/x and 1 more",
		},
		{"layers", []discover.Pin{mount(1, true), mount(1, true)}, "mount /run/x and 1 more mount at this path", "mount /run/x and 1 more mount at this path"},
		{"nothing seen", []discover.Pin{{Kind: discover.Invisible, FD: -1}}, "something not visible", "something not visible"},
		{"nothing", nil, "", "-"},
	} {
		var lines []string
		for _, h := range holdings(c.pins) {
			line := h.line("")
			if h.pid == 9 {
				line = h.line(": -g")
			}
			lines = append(lines, line)
		}
		if got := strings.Join(lines, "|"); got != c.lines {
			t.Errorf("%s: %s, want %s", c.name, got, c.lines)
		}
		if got := pins(c.pins); got != c.short {
			t.Errorf("%s: in one line %s, want %s", c.name, got, c.short)
		}
	}
}

// TestNameRows: every name with its state, those that lead nowhere, too.
func TestNameRows(t *testing.T) {
	id := func(ino uint64) netnsctl.ID { return netnsctl.ID{Dev: 4, Ino: ino} }
	snap := &discover.Snapshot{
		Namespaces: []*discover.Namespace{
			{ID: id(1), Names: []string{"ns10", "ns9"}, Verdict: discover.InUse, Reason: "1 process"}, {NSID: 3}, {ID: id(2), Verdict: discover.Orphan},
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
	if got := table(columns, nameRows(snap), true); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
