package discover

import (
	"os"
	"slices"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
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

// TestRecord: what is there at one time is not new later; what came since is.
func TestRecord(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Must(t, host.Add("x"))
		nstest.Must(t, os.WriteFile(host.NamePath("dead"), nil, 0o600))
		record, err := scanned(t, host, Options{Everything: true}).Record()
		nstest.Must(t, err)
		if len(record.Namespaces) != 2 || !slices.Equal(record.Stale, []string{"dead"}) || record.Taken.IsZero() {
			t.Errorf("%+v", record)
		}
		for _, r := range record.Namespaces {
			if r.ID.Ino == 0 || r.Cookie == 0 {
				t.Errorf("%+v", r)
			}
		}
		namespaces, stale := scanned(t, host, Options{Everything: true}).Since(record)
		if len(namespaces)+len(stale) != 0 {
			t.Errorf("new: %v, %v", namespaces, stale)
		}

		nstest.Must(t, host.Delete("x"))
		nstest.Must(t, host.Add("x")) // perhaps with the same inode number
		nstest.Must(t, os.Symlink("/run/none", host.NamePath("dangling")))
		namespaces, stale = scanned(t, host, Options{Everything: true}).Since(record)
		if len(namespaces) != 1 || !slices.Equal(namespaces[0].Names, []string{"x"}) || len(stale) != 1 || stale[0].Name != "dangling" {
			t.Errorf("new: %v, %v", namespaces, stale)
		}
	})
}

func TestSameBoot(t *testing.T) {
	at := netnsctl.Host{ProcRoot: nstest.Tree(t, map[string]string{"sys/kernel/random/boot_id": "b-1\n"})}
	for boot, want := range map[string]bool{"b-1": true, "b-2": false} {
		if same, err := (Record{Boot: boot}).SameBoot(at); same != want || err != nil {
			t.Errorf("%s: %v, %v", boot, same, err)
		}
	}
	none := netnsctl.Host{ProcRoot: t.TempDir()}
	if _, err := (Record{}).SameBoot(none); err == nil {
		t.Error("no boot id is no error")
	}
	if _, err := (&Snapshot{Host: none}).Record(); err == nil {
		t.Error("no boot id is no error")
	}
}
