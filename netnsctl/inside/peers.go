package inside

import (
	"github.com/vishvananda/netns"

	"github.com/netnsctl/netnsctl/netnsctl"
)

// Peers reads the devices and addresses of the namespaces that have an nsid in ns and to which
// devices lead, from ns on: the kernel opens no namespace by its nsid. To ask for devices by the
// nsids in ns would assign more of them there, so they are read from a scratch namespace, as by
// [Read]. The result is empty where the user may make no further network namespace.
func Peers(ns netns.NsHandle) map[netnsctl.NSID]Contents {
	r := newReader([]netns.NsHandle{ns}, Wanted{Devices: true, Addresses: true})
	defer r.view.Close()
	r.readAll()
	peers := map[netnsctl.NSID]Contents{}
	for i := 1; i < len(r.result); i++ {
		here, known := r.view.nsids[i]
		if !known {
			continue
		}
		there := r.view.nsids[0]
		nsid, _, err := r.view.sockets[0].PeerByNSID(here, &there)
		if err == nil && netnsctl.NSID(nsid) != netnsctl.NSIDUnassigned {
			peers[netnsctl.NSID(nsid)] = r.result[i]
		}
	}
	return peers
}
