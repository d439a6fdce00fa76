package discover_test

import (
	"testing"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// undated is a snapshot of an orphan and a stale name whose age nothing tells.
func undated(cookie uint64) (*discover.Snapshot, *discover.Namespace, *discover.Name) {
	ns := &discover.Namespace{Identity: netnsctl.Identity{ID: netnsctl.ID{Dev: 4, Ino: 5}, Cookie: cookie}, Verdict: discover.Orphan}
	name := &discover.Name{Name: "dead", Verdict: discover.Stale}
	name.File.Dev, name.File.Ino = 6, 7
	return &discover.Snapshot{Taken: time.Now(), Namespaces: []*discover.Namespace{ns}, Names: []*discover.Name{name}}, ns, name
}

// TestDateBy: what a record of this boot has is as old as that says, but nothing that may be
// another namespace with the same inode number is taken for old where that is to be certain.
func TestDateBy(t *testing.T) {
	const since = time.Hour
	for _, c := range []struct {
		name             string
		recorded, cookie uint64
		certain          bool
		boot             string
		namespace, file  bool // is dated
	}{
		{name: "with a cookie", recorded: 8, cookie: 8, certain: true, namespace: true, file: true},
		{name: "without cookies", namespace: true, file: true},
		{name: "without cookies, to be certain", certain: true, file: true},
		{name: "a record without a cookie, to be certain", cookie: 8, certain: true, file: true},
		{name: "the number is another namespace's", recorded: 9, cookie: 8, file: true},
		{name: "another boot", recorded: 8, cookie: 8, boot: "another"},
	} {
		t.Run(c.name, func(t *testing.T) {
			before, _, _ := undated(c.recorded)
			seen, err := before.FirstSeen(discover.FirstSeen{})
			if err != nil {
				t.Fatal(err)
			}
			seen.Namespaces[0].Uptime -= since.Seconds()
			seen.Names[0].Uptime -= since.Seconds()
			if c.boot != "" {
				seen.Boot = c.boot
			}
			snap, ns, name := undated(c.cookie)
			if err := snap.DateBy(seen, c.certain); err != nil {
				t.Fatal(err)
			}
			for what, one := range map[string]struct {
				born time.Time
				want bool
			}{"namespace": {ns.Born, c.namespace}, "name": {name.File.Born, c.file}} {
				old := !one.born.IsZero() && snap.Taken.Sub(one.born).Round(time.Minute) == since
				if old != one.want || one.born.IsZero() == one.want {
					t.Errorf("the %s was made at %v, now is %v", what, one.born, snap.Taken)
				}
			}
		})
	}
}
