package discover

import (
	"github.com/vishvananda/netns"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// kernelList asks for the kernel's own list (listns(2), Linux 6.19). It tells identities
// and no pins, and leaves out the namespaces that nothing but sockets, files of procfs or the
// kernel itself holds. Outside the initial pid namespace it may have what processes that we
// cannot see are in.
func kernelList(v *vantage) (seen []sighting, gaps []Gap) {
	cookies, err := sys.ListNetworks()
	if err != nil || !v.allPIDs {
		return nil, []Gap{{What: GapInvisible}}
	}
	for _, cookie := range cookies {
		fd, err := sys.OpenHandle(cookie, 0)
		if err != nil {
			continue // gone meanwhile
		}
		if _, ino, err := sys.Fstat(fd); err == nil {
			s := v.sighting(ino, Pin{Kind: Invisible, FD: -1})
			s.Cookie = cookie
			seen = append(seen, s)
		}
		sys.Close(fd)
	}
	return seen, []Gap{{What: GapInvisible}}
}

// kernelPeers asks for the peers of our own namespace, such as those that hold the other
// end of a veth pair here. The kernel tells their nsids only, so each namespace that was
// found is asked for its nsid. One whose process has left it meanwhile seems to be missing: a
// scan that finds such a namespace is repeated.
func kernelPeers(v *vantage) (seen []sighting, gaps []Gap) {
	nsids, err := netnsctl.OpenNSIDs(true)
	if err != nil {
		return nil, nil
	}
	defer nsids.Close()
	peers, err := nsids.Peers(nil)
	if err != nil || len(peers) == 0 {
		return nil, nil
	}
	missing := map[netnsctl.NSID]bool{}
	for _, peer := range peers {
		missing[peer.NSID] = true
	}
	for _, ns := range gather(v.seen) {
		nsid, err := v.nsidOf(ns, nsids)
		if err != nil {
			return nil, nil // it may be the one
		}
		delete(missing, nsid)
		if len(missing) == 0 {
			return nil, nil
		}
	}
	if !v.allPIDs {
		// The namespace of the host looks like this from a container.
		return nil, counted(Gap{What: GapPeers, Count: len(missing)})
	}
	for nsid := range missing {
		seen = append(seen, sighting{NSID: nsid, Pin: Pin{Kind: Invisible, FD: -1}})
	}
	return seen, nil
}

// nsidOf is the nsid of a namespace. The error is that of opening it, where that is needed.
func (v *vantage) nsidOf(ns *Namespace, nsids *netnsctl.NSIDs) (netnsctl.NSID, error) {
	if pid := v.processIn(ns); pid != 0 {
		if nsid, err := nsids.OfProcess(pid); err == nil {
			return nsid, nil
		}
	}
	fd, err := v.open(ns)
	if err != nil {
		return netnsctl.NSIDUnassigned, err
	}
	defer sys.Close(fd)
	nsid, err := nsids.Of(netns.NsHandle(fd))
	if err != nil {
		nsid = netnsctl.NSIDUnassigned
	}
	return nsid, nil
}
