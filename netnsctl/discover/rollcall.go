package discover

import (
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// rollCall asks the kernel for its own list of network namespaces (listns(2),
// Linux 6.19): one that no source has explained is held by something that cannot
// be seen, such as a process outside our pid namespace.
func (s *scan) rollCall() {
	cookies, err := sys.ListNetworks()
	if err != nil {
		s.cannot("namespaces that only a socket without process, or a process outside our pid namespace, pins")
		return
	}
	known := map[uint64]bool{}
	for _, ns := range s.nets {
		s.identify(ns)
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
