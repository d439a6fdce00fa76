package discover

import (
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
)

// TestMovedTunDevice: a descriptor holds the namespace in which it was opened. That to which its
// device was moved it only uses.
func TestMovedTunDevice(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Must(t, host.Add("from"))
		nstest.Must(t, host.Add("to"))
		expectFrom, expectTo := witnessed(t, "from"), witnessed(t, "to")
		pid := holder(t, "tuntap", "from")
		nstest.Shell(t, "ip -n from link set tun7 netns to")
		snap := scanned(t, host, Options{})
		for name, uses := range map[string]bool{"from": false, "to": true} {
			pins := pinsOf(snap.named(t, name), TunTap)
			if len(pins) != 1 || pins[0].PID != pid || pins[0].Detail != "tun7" || pins[0].Uses != uses {
				t.Errorf("%s: %+v", name, pins)
			}
		}
		snap.Close()
		nstest.Must(t, host.Delete("to"))
		expectTo(netnsctl.StageGone)
		nstest.Must(t, host.Delete("from"))
		expectFrom(netnsctl.StagePinned)
	})
}
