package main

import (
	"strings"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// TestGapText: who causes a gap is told with the command and the user.
func TestGapText(t *testing.T) {
	for want, g := range map[string]discover.Gap{
		"3 sockets could not be inspected": {What: discover.GapSockets, Count: 3},
		"1 socket could not be inspected: pid 7 of user bob (a b)": {
			What: discover.GapSockets, Count: 1, PID: 7, Command: "a b", User: "bob",
		},
		"1 socket could not be inspected: pid 7": {What: discover.GapSockets, Count: 1, PID: 7},
		"descriptors of pid 7 of user bob (#%@) and 2 more processes could not be inspected": {
			What: discover.GapDescriptors, Count: 3, PID: 7, Command: "#%@", MorePIDs: 2, User: "bob",
		},
		"descriptors of 2 processes could not be inspected": {What: discover.GapDescriptors, Count: 2},
		"/mnt/@ does not answer: pid 7 of user bob":         {What: discover.GapNoAnswer, Count: 1, Path: "/mnt/@", PID: 7, User: "bob"},
		"2 paths do not answer, such as /mnt/x: pid 7":      {What: discover.GapNoAnswer, Count: 2, Path: "/mnt/x", PID: 7},
		"1 mount namespace could not be inspected: mnt:[9] of pid 7 of user bob (x)": {
			What: discover.GapMountNamespaces, Count: 1, MountNamespace: 9, PID: 7, Command: "x", User: "bob",
		},
		"1 mount namespace could not be inspected: mnt:[9] of user bob": {
			What: discover.GapMountNamespaces, Count: 1, MountNamespace: 9, User: "bob",
		},
		"/etc/netnsctl/keep.d/a.conf:3: not a valid glob": {What: discover.GapKeepFiles + ": not a valid glob", Count: 1, Path: "/etc/netnsctl/keep.d/a.conf:3"},
		"/etc/netnsctl/keep.d/a.conf:3: not a valid glob (and 2 more)": {
			What: discover.GapKeepFiles + ": not a valid glob", Count: 3, Path: "/etc/netnsctl/keep.d/a.conf:3",
		},
		"the names in /x@y could not be inspected": {What: "the names in /x@y"},
	} {
		if got := gapText(g); got != want {
			t.Errorf("%+v:\n%s\nwant %s", g, got, want)
		}
	}
}

// TestMetricsOfGaps: gaps of two users are one sample, since two with the same labels make the
// text invalid.
func TestMetricsOfGaps(t *testing.T) {
	text := metricsText(&discover.Snapshot{Gaps: []discover.Gap{
		{What: discover.GapSockets, Count: 2, Critical: true, PID: 7, UID: 1000},
		{What: discover.GapSockets, Count: 3, Critical: true, PID: 8, UID: 1001},
	}}, 0, 0)
	if want := `netnsctl_not_seen{what="sockets not readable",grave="true"} 5`; !containsLine(text, want) {
		t.Errorf("%s\nhas no line %s", text, want)
	}
}

func containsLine(text, line string) bool {
	for one := range strings.Lines(text) {
		if strings.TrimSuffix(one, "\n") == line {
			return true
		}
	}
	return false
}
