package discover

import (
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
)

// TestDoubt: which verdicts hold in spite of a gap.
func TestDoubt(t *testing.T) {
	fs, err := procfs.Open("/proc")
	if err != nil {
		t.Fatal(err)
	}
	defer fs.Close()
	link := File{Kind: Link, Target: fs.Root() + "/4711/ns/net"}
	cases := []struct {
		gap      Gap
		ownUsers bool
		// unknown are the namespaces, by what they look like, and the names that become unknown.
		unknown string
	}{
		{gap: Gap{What: GapInvisible}},
		{gap: Gap{What: GapProcesses, Count: 3, Critical: true}, unknown: "idle orphan wired name"},
		{gap: Gap{What: GapMountNamespaces, Count: 1, Critical: true, UID: 1000}, unknown: "orphan wired"},
		{gap: Gap{What: GapRecords, Critical: true}, unknown: "orphan wired"},
		{gap: Gap{What: GapKeepFiles + ": no", Critical: true, Vantage: true}, unknown: "orphan wired"},
		{gap: Gap{What: GapMountNamespace, Critical: true, Vantage: true}, unknown: "orphan wired"},
		{gap: Gap{What: GapPrivilege, Critical: true, Vantage: true}, unknown: "idle orphan wired name"},
		{gap: Gap{What: GapHost, Critical: true, Vantage: true}, unknown: "idle orphan wired name link"},
		{gap: Gap{What: GapHost, Critical: true, Vantage: true}, ownUsers: true, unknown: "idle orphan wired name dead link"},
		{gap: Gap{What: GapForeignMounts + " on /run/netns", Critical: true, Vantage: true}, unknown: "idle orphan wired name dead link"},
	}
	for _, c := range cases {
		namespaces := []*Namespace{
			{Identity: sighted(1, Pin{}).Identity, Verdict: Idle, Reason: "no process"},
			{Identity: sighted(2, Pin{}).Identity, Verdict: Orphan, Reason: "held by mount /a"},
			{Identity: sighted(3, Pin{}).Identity, Verdict: Wired},
			{Identity: sighted(4, Pin{}).Identity, Verdict: InUse},
			{Identity: sighted(5, Pin{}).Identity, Verdict: Own},
		}
		names := []*Name{
			{Name: "name", ID: netID(1), Verdict: Idle},
			{Name: "dead", Verdict: Stale, Cause: DeadFile, in: &runDir{foreign: GapForeignMounts + " on /run/netns"}},
			{Name: "link", Verdict: Stale, Cause: DanglingLink, File: link, in: &runDir{foreign: GapForeignMounts + " on /run/netns"}},
			{Name: "mounted", Verdict: Stale, Cause: WrongType, Mounted: true},
		}
		before := map[string]Verdict{}
		for _, ns := range namespaces {
			before[ns.String()] = ns.Verdict
		}
		s := Snapshot{Namespaces: namespaces, Names: names, Gaps: []Gap{{What: GapUnusedMountNamespaces}, c.gap}}
		s.doubt(&vantage{fs: fs, ownUsers: c.ownUsers})
		got := ""
		for _, ns := range namespaces {
			if ns.Seen() != before[ns.String()] {
				t.Errorf("%s: %s was seen as %s", c.gap, before[ns.String()], ns.Seen())
			}
			if ns.Verdict == Unknown {
				got += " " + string(ns.Seen())
			}
		}
		for _, n := range names {
			if n.Verdict == Unknown {
				got += " " + n.Name
			}
		}
		if got != "" {
			got = got[1:]
		}
		if got != c.unknown {
			t.Errorf("%s: %q are unknown, want %q", c.gap, got, c.unknown)
		}
		if want := CannotTell + c.gap.Text() + "; held by mount /a"; c.unknown != "" && namespaces[1].Reason != want {
			t.Errorf("%q, want %q", namespaces[1].Reason, want)
		}
	}
}
