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
	r := &reader{namespaces: []netns.NsHandle{ns}, want: Wanted{Devices: true, Addresses: true}, result: make([]Contents, 1)}
	defer r.scratch.Close()
	r.readAll()
	peers := map[netnsctl.NSID]Contents{}
	for i := 1; i < len(r.nsids); i++ {
		nsid, _, err := r.scratch.sockets[0].PeerByNSID(r.nsids[i], &r.nsids[0])
		if err == nil && netnsctl.NSID(nsid) != netnsctl.NSIDUnassigned {
			peers[netnsctl.NSID(nsid)] = r.result[i]
		}
	}
	return peers
}
