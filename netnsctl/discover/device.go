package discover

import "github.com/netnsctl/netnsctl/netnsctl/internal/sys"

// hardware lists the physical devices in the open namespace fd. They would be
// lost to the host until the namespace has gone, or for good.
func hardware(fd int) (names []string, err error) {
	sys.OnThrowAwayThread(func() {
		if err = sys.SetNet(fd); err != nil {
			return
		}
		var rtnl *sys.RTNL
		if rtnl, err = sys.DialRTNL(false); err != nil {
			return
		}
		defer rtnl.Close()
		names, err = rtnl.HardwareLinks()
	})
	return names, err
}
