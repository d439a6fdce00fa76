package discover

import (
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl"
)

func TestSince(t *testing.T) {
	id := func(ino uint64) netnsctl.ID { return netnsctl.ID{Dev: 4, Ino: ino} }
	earlier := Record{
		Namespaces: []Recorded{{Identity: netnsctl.Identity{ID: id(1), Cookie: 1}}, {Identity: netnsctl.Identity{ID: id(2), Cookie: 2}}, {Identity: netnsctl.Identity{ID: id(3)}}, {NSID: 7}},
		Stale:      []string{"old"},
	}
	now := &Snapshot{
		Namespaces: []*Namespace{
			{Identity: netnsctl.Identity{ID: id(9), Cookie: 9}, Verdict: Own},
			{Identity: netnsctl.Identity{ID: id(1), Cookie: 1}, Verdict: InUse},
			{Identity: netnsctl.Identity{ID: id(2), Cookie: 22}, Verdict: Idle}, // the inode number again
			{Identity: netnsctl.Identity{ID: id(3), Cookie: 3}, Verdict: Orphan},
			{Identity: netnsctl.Identity{ID: id(4)}, Verdict: Orphan},
			{NSID: 7, Verdict: Orphan},
			{NSID: 8, Verdict: Orphan},
		},
		Names: []*Name{{Name: "old", Verdict: Stale}, {Name: "new", Verdict: Stale}, {Name: "good", Verdict: InUse}},
	}
	namespaces, stale := now.Since(earlier)
	var got []string
	for _, ns := range namespaces {
		got = append(got, ns.String())
	}
	if len(got) != 3 || got[0] != "net:[2]" || got[1] != "net:[4]" || got[2] != "nsid:8" {
		t.Errorf("new: %v", got)
	}
	if len(stale) != 1 || stale[0].Name != "new" {
		t.Errorf("stale: %v", stale)
	}
}
