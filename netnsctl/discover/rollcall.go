package discover

import (
	"slices"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/rtnl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// rollCall asks the kernel which network namespaces there are. One that no source
// has explained is held by something that cannot be seen, such as a process
// outside our pid namespace.
func (s *scan) rollCall() {
	s.listed()
	s.numbered()
}

// listed asks for the kernel's own list (listns(2), Linux 6.19). Outside the initial
// pid namespace it may have what processes that we cannot see are in.
func (s *scan) listed() {
	cookies, err := sys.ListNetworks()
	if err != nil || !s.self.allPIDs {
		s.cannot("namespaces that only a socket without process, or a process outside our pid namespace, pins")
		return
	}
	known := map[uint64]bool{}
	for _, ns := range s.nets {
		if fd, err := s.open(ns); err == nil {
			ns.Cookie, _ = sys.Cookie(fd)
			sys.Close(fd)
		}
		known[ns.Cookie] = true
	}
	for _, cookie := range cookies {
		if known[cookie] {
			continue
		}
		fd, err := sys.OpenHandle(cookie, 0)
		if err != nil {
			continue // gone meanwhile
		}
		if _, ino, err := sys.Fstat(fd); err == nil && s.nets[ino] == nil {
			s.pin(ino, Pin{Kind: Invisible, FD: -1})
			s.nets[ino].Cookie = cookie
		}
		sys.Close(fd)
	}
}

// numbered asks for the peers of our own namespace, such as those that hold the
// other end of a veth pair here. The kernel tells their nsids only, so each
// namespace that was found is asked for its.
func (s *scan) numbered() {
	socket, err := rtnl.Dial(true)
	if err != nil {
		return
	}
	defer socket.Close()
	peers, err := socket.Peers(nil)
	if err != nil || len(peers) == 0 {
		return
	}
	missing := map[int32]bool{}
	for _, peer := range peers {
		missing[peer.NSID] = true
	}
	for _, ns := range s.nets {
		fd, err := s.open(ns)
		if err != nil {
			return // it may be the one
		}
		socket.NSIDsByFD([]int{fd}, func(_ int, nsid int32, _ error) { delete(missing, nsid) })
		sys.Close(fd)
		if len(missing) == 0 {
			return
		}
	}
	if !s.self.allPIDs {
		// The host's own namespace looks like this from a container.
		s.blind(Blind{What: "namespaces known by their nsid only, perhaps outside our pid namespace", Count: len(missing)})
		return
	}
	for nsid := range missing {
		s.numbers = append(s.numbers, &Namespace{
			NSID: netnsctl.NSID(nsid), Verdict: Orphan, Reason: "held by something not visible",
			Pins: []Pin{{Kind: Invisible, FD: -1}},
		})
	}
}

// unexplained are the namespaces that only the roll call knows.
func (s *scan) unexplained() []string {
	var found []string
	for _, ns := range s.snap.Namespaces {
		if len(ns.Pins) == 1 && ns.Pins[0].Kind == Invisible {
			found = append(found, ns.String())
		}
	}
	return found
}

// forget drops the unexplained namespaces that an earlier look had not: they were
// made while we looked.
func (s *scan) forget(earlier []string) {
	for _, name := range s.unexplained() {
		if !slices.Contains(earlier, name) {
			s.snap.Namespaces = slices.DeleteFunc(s.snap.Namespaces, func(ns *Namespace) bool { return ns.String() == name })
		}
	}
}
