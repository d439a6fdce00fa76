package inside

import (
	"errors"

	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/rtnl"
)

// Scratch is a network namespace made to list what other namespaces contain, so that
// the kernel assigns nsids there only. The zero Scratch makes the namespace when it is
// first used. Where the user may make no further namespace, devices and addresses are
// listed from inside.
type Scratch struct {
	sockets []*rtnl.Conn
	err     error // why there is no namespace
}

// Devices lists the devices of a namespace (Linux 4.15). Their [Link]s have no meaning
// for the caller. The devices that could be read are returned with an error, too.
func (s *Scratch) Devices(ns netns.NsHandle) ([]Device, error) {
	if s.full(1) {
		return devicesOnThread(ns)
	}
	nsid, err := s.nsid(ns, rtnl.Unassigned)
	if err != nil {
		return nil, err
	}
	return listDevices(s.sockets[0], &nsid)
}

// Addresses lists the addresses of a namespace (Linux 4.20), without the names of the
// devices.
func (s *Scratch) Addresses(ns netns.NsHandle) ([]Address, error) {
	if s.full(1) {
		c := Read([]netns.NsHandle{ns}, Wanted{Addresses: true})[0]
		return c.Addresses, c.Err
	}
	nsid, err := s.nsid(ns, rtnl.Unassigned)
	if err != nil {
		return nil, err
	}
	return listAddresses(s.sockets[0], &nsid)
}

// Close removes the namespace. After Close the Scratch cannot be used.
func (s *Scratch) Close() {
	for _, c := range s.sockets {
		c.Close()
	}
}

// open makes the namespace with n sockets in it.
func (s *Scratch) open(n int) error {
	if s.sockets == nil && s.err == nil {
		s.sockets, s.err = rtnl.DialScratch(n)
	}
	return s.err
}

// nsid gives the nsid of ns in the scratch namespace: the wanted one, if ns had none.
func (s *Scratch) nsid(ns netns.NsHandle, wanted int32) (int32, error) {
	if err := s.open(1); err != nil {
		return rtnl.Unassigned, err
	}
	return s.sockets[0].AssignNSID(int(ns), wanted)
}

// assignNSIDs makes the scratch namespace of a [Read], in which each namespace that is read
// gets its index as its nsid. The nsid of a link then tells where the link leads.
func (r *reader) assignNSIDs(workers int) {
	if r.scratch.open(workers) != nil {
		return // listDevices reports the error for each namespace.
	}
	r.nsids = make([]int32, len(r.namespaces))
	r.indices = make(map[int32]int, len(r.namespaces))
	for i, ns := range r.namespaces {
		r.nsids[i] = rtnl.Unassigned
		if ns < 0 {
			continue
		}
		// A namespace that occurs twice keeps the nsid that it got first.
		nsid, err := r.scratch.nsid(ns, int32(i))
		r.nsids[i] = nsid
		r.result[i].fail(netnsctl.OpSetNSID, "", err)
		if _, known := r.indices[nsid]; !known && err == nil {
			r.indices[nsid] = i
		}
	}
}

// listDevices lists the devices of namespace i with the socket of one worker. The links
// keep nsids in place of indices until all namespaces are read.
func (r *reader) listDevices(worker, i int) {
	c := &r.result[i]
	switch err := r.scratch.err; {
	case errors.Is(err, unix.ENOSPC):
		r.listDevicesInside(i)
	case err != nil:
		c.fail(OpListDevices, "", err)
	case r.nsids[i] != rtnl.Unassigned:
		c.Devices, err = listDevices(r.scratch.sockets[worker], &r.nsids[i])
		c.fail(OpListDevices, "", err)
	}
}

// readFurther reads the namespaces that links lead to and that the caller has not
// given, and turns the nsids of all links into indices.
func (r *reader) readFurther() {
	for i := 0; i < len(r.result); i++ {
		if i >= len(r.namespaces) {
			r.listDevices(0, i)
			if r.want.Addresses {
				r.result[i].addAddresses(r.scratch.sockets[0], &r.nsids[i])
			}
		}
		for d := range r.result[i].Devices {
			if link := r.result[i].Devices[d].Link; link != nil {
				link.Namespace = r.index(int32(link.Namespace))
			}
		}
	}
}

// index is the index of the namespace with an nsid. A namespace that the caller has
// not given gets the next index.
func (r *reader) index(nsid int32) int {
	i, known := r.indices[nsid]
	if !known {
		i = len(r.result)
		r.indices[nsid] = i
		r.nsids = append(r.nsids, nsid)
		r.result = append(r.result, Contents{})
	}
	return i
}
