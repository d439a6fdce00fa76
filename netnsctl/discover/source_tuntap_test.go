package discover

import (
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
)

// TestMovedTunDevice: a descriptor holds the namespace in which it was opened, and that to
// which its device was moved.
func TestMovedTunDevice(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Must(t, host.Add("from"))
		nstest.Must(t, host.Add("to"))
		pid := holder(t, "tuntap", "from")
		nstest.Shell(t, "ip -n from link set tun7 netns to")
		snap := scanned(t, host, Options{})
		for _, name := range []string{"from", "to"} {
			found := false
			for _, p := range snap.named(t, name).Pins {
				found = found || p.Kind == TunTap && p.PID == pid && p.Detail == "tun7"
			}
			if !found {
				t.Errorf("%s: %v", name, snap.named(t, name).Pins)
			}
		}
	})
}
