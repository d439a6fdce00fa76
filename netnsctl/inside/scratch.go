package inside

import (
	"os"

	"github.com/vishvananda/netns"

	"github.com/netnsctl/netnsctl/netnsctl/internal/rtnl"
)

// Scratch is a network namespace made to list what other namespaces contain, so that
// the kernel assigns nsids there only. The zero Scratch makes the namespace when it is
// first used. Where the user may make no further namespace, devices and addresses are
// listed from inside.
type Scratch struct {
	sockets []*rtnl.Conn
	err     error // why there is no namespace
	used    int32 // is how many nsids were assigned
}

// together is how many namespaces get nsids in one scratch namespace. The kernel compares a
// namespace with all those that have one there: for each device that leads to it, and before it
// gets one (__peernet2id in net/core/net_namespace.c). 10,000 take seconds.
const together = 256

const (
	// ourNSID is the nsid of our own namespace, where on most hosts most devices lead: the kernel
	// finds that first.
	ourNSID = 0
	// firstNSID is more than the kernel has chosen for the namespaces that devices lead to.
	firstNSID = 1 << 24
)

// Devices lists the devices of a namespace (Linux 4.15). Their [Link]s have no meaning
// for the caller. The devices that could be read are returned with an error, too.
func (s *Scratch) Devices(ns netns.NsHandle) ([]Device, error) {
	if s.full() {
		return devicesOnThread(ns)
	}
	nsid, err := s.nsid(ns)
	if err != nil {
		return nil, err
	}
	return listDevices(s.sockets[0], &nsid, anyKind)
}

// Addresses lists the addresses of a namespace (Linux 4.20), without the names of the
// devices.
func (s *Scratch) Addresses(ns netns.NsHandle) ([]Address, error) {
	if s.full() {
		c := Read([]netns.NsHandle{ns}, Wanted{Addresses: true})[0]
		return c.Addresses, c.Err
	}
	nsid, err := s.nsid(ns)
	if err != nil {
		return nil, err
	}
	return listAddresses(s.sockets[0], &nsid)
}

// Close removes the namespace. The next use makes another one.
func (s *Scratch) Close() {
	for _, c := range s.sockets {
		c.Close()
	}
	*s = Scratch{}
}

// open makes the namespace with n sockets in it.
func (s *Scratch) open(n int) error {
	if s.sockets != nil || s.err != nil {
		return s.err
	}
	sockets, err := rtnl.DialScratch(n)
	if err == nil {
		s.sockets = sockets
		err = sockets[0].SetNSID(rtnl.Ref{PID: os.Getpid()}, ourNSID)
	}
	if err != nil {
		s.Close()
	}
	s.err = err
	return err
}

// nsid gives the nsid of ns in the scratch namespace.
func (s *Scratch) nsid(ns netns.NsHandle) (nsid int32, err error) {
	if s.used >= together {
		s.Close()
	}
	if err = s.open(1); err != nil {
		return rtnl.Unassigned, err
	}
	s.assign([]rtnl.Ref{rtnl.File(int(ns))}, func(_ int, id int32, failed error) { nsid, err = id, failed })
	return nsid, err
}

// assign calls got with the nsid of each of the namespaces, in any order.
func (s *Scratch) assign(refs []rtnl.Ref, got func(i int, nsid int32, err error)) {
	s.sockets[0].AssignNSIDs(refs, firstNSID+s.used, got)
	s.used += int32(len(refs))
}
