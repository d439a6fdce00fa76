package discover

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
)

// TestLinksNowToHost: the host's namespace is found, and so is no second end of a leaf, where the
// process that was seen there has ended, such as one of our own, or none was seen.
func TestLinksNowToHost(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Shell(t, `ip netns add x; ip link add h0 type veth peer name eth0 netns x
			mkdir /run/c; touch /run/c/x; mount --bind /run/netns/x /run/c/x; ip netns del x`)
		snap := scanned(t, host, Options{Files: true})
		id := netnsctl.ID{Dev: snap.Own.Dev, Ino: inode(t, "/run/c/x")}
		if ns := snap.named(t, id.String()); ns.Verdict != Orphan {
			t.Fatalf("%+v", ns)
		}
		const ended = 9000001 // no number of a process
		for _, users := range []map[uint64]int{{snap.Own.Ino: ended}, {}} {
			found, err := snap.LinksNow(map[uint64]netnsctl.ID{id.Ino: id}, nil, users)
			if links, known := found[id.Ino]; err != nil || !known || links.Keeps != "" || len(links.FarEnds) > 0 {
				t.Errorf("%v: %v, %v", users, found, err)
			}
		}
	})
}

// TestLinksNowReleased: a released orphan, which the snapshot still holds, is nobody for whom the
// next one carries traffic, but where a process has entered it.
func TestLinksNowReleased(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Shell(t, `ip netns add x; ip netns add y; ip link add x0 netns x type veth peer name y0 netns y
			mkdir /run/c; for n in x y; do touch /run/c/$n; mount --bind /run/netns/$n /run/c/$n; ip netns del $n; done`)
		snap := scanned(t, host, Options{Files: true})
		x, y := inode(t, "/run/c/x"), inode(t, "/run/c/y")
		nstest.Shell(t, "umount -l /run/c/x")
		orphans := map[uint64]netnsctl.ID{y: {Dev: snap.Own.Dev, Ino: y}}
		for _, c := range []struct {
			users map[uint64]int
			wired bool
		}{
			{map[uint64]int{}, false},
			{map[uint64]int{x: 9000001}, true},
		} {
			found, err := snap.LinksNow(orphans, nil, c.users)
			if wired := found[y].Keeps != ""; err != nil || wired != c.wired || len(found[y].FarEnds) != 1 {
				t.Errorf("%v: %v, %v", c.users, found, err)
			}
		}
	})
}

// TestLinksNowBlind: where the names cannot be read, a new one may lead to the far end of a device.
func TestLinksNowBlind(t *testing.T) {
	file := filepath.Join(t.TempDir(), "netns")
	nstest.Must(t, os.WriteFile(file, nil, 0o600))
	snap := Snapshot{Host: netnsctl.Host{RunDir: file}}
	if links, err := snap.LinksNow(nil, nil, nil); err == nil {
		t.Errorf("no error, but %v", links)
	}
}
