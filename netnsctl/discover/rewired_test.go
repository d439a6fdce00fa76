package discover

import (
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
)

// TestWiredNowToHost: the host's namespace is found, and so is no second end of a leaf, where the
// process that was seen there has ended, such as one of our own, or none was seen.
func TestWiredNowToHost(t *testing.T) {
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
			found, err := snap.WiredNow(map[uint64]netnsctl.ID{id.Ino: id}, users)
			if err != nil || len(found) > 0 {
				t.Errorf("%v: %v, %v", users, found, err)
			}
		}
	})
}
