package inside

import (
	"github.com/vishvananda/netns"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/rtnl"
)

// Scratch is a network namespace made to list what other namespaces contain, so that
// the kernel assigns nsids there only. The zero Scratch makes the namespace when it is
// first used.
type Scratch struct {
	rtnl *rtnl.Conn
	err  error
}

// Devices lists the devices of a namespace (Linux 4.15). Their [Link]s have no meaning
// for the caller. The devices that could be read are returned with an error, too.
func (s *Scratch) Devices(ns netns.NsHandle) ([]Device, error) {
	nsid, err := s.nsid(ns)
	if err != nil {
		return nil, err
	}
	return listDevices(s.rtnl, nsid)
}

// Addresses lists the addresses of a namespace (Linux 4.20), without the names of the
// devices.
func (s *Scratch) Addresses(ns netns.NsHandle) ([]Address, error) {
	nsid, err := s.nsid(ns)
	if err != nil {
		return nil, err
	}
	return listAddresses(s.rtnl, &nsid)
}

// Close removes the namespace.
func (s *Scratch) Close() {
	if s.rtnl != nil {
		s.rtnl.Close()
	}
}

func (s *Scratch) nsid(ns netns.NsHandle) (int32, error) {
	if s.rtnl == nil && s.err == nil {
		var sockets []*rtnl.Conn
		if sockets, s.err = rtnl.DialScratch(1); s.err == nil {
			s.rtnl = sockets[0]
		}
	}
	if s.err != nil {
		return 0, s.err
	}
	return s.rtnl.Number(int(ns), rtnl.Unassigned)
}

// numbered are the namespaces of one [Read] with the nsids that they have in a scratch
// namespace: the nsid of a link tells which of the namespaces the link leads to.
type numbered struct {
	sockets []*rtnl.Conn // one for each worker
	nsids   []int32      // by index
	index   map[int32]int
	err     error // why there is no scratch namespace
}

// number makes the scratch namespace. Each namespace gets its index as its nsid.
func (r *reader) number(workers int) {
	n := &r.numbered
	n.sockets, n.err = rtnl.DialScratch(workers)
	if n.err != nil {
		return
	}
	n.nsids = make([]int32, len(r.namespaces))
	n.index = make(map[int32]int, len(r.namespaces))
	for i, ns := range r.namespaces {
		n.nsids[i] = rtnl.Unassigned
		if ns < 0 {
			continue
		}
		// A namespace that occurs twice keeps the nsid that it got first.
		nsid, err := n.sockets[0].Number(int(ns), int32(i))
		if err != nil {
			r.result[i].fail(netnsctl.OpSetNSID, "", err)
			continue
		}
		n.nsids[i] = nsid
		if _, known := n.index[nsid]; !known {
			n.index[nsid] = i
		}
	}
}

func (n *numbered) close() {
	for _, c := range n.sockets {
		c.Close()
	}
}

// devices lists the devices of namespace i with the socket of one worker. The links
// keep nsids in place of indices until all namespaces are read.
func (r *reader) devices(worker, i int) (err error) {
	if r.numbered.err != nil {
		return r.numbered.err
	}
	if r.numbered.nsids[i] == rtnl.Unassigned {
		return nil // number has reported the error.
	}
	r.result[i].Devices, err = listDevices(r.numbered.sockets[worker], r.numbered.nsids[i])
	return err
}

// readFurther reads the namespaces that links lead to and that the caller has not
// given, and turns the nsids of all links into indices.
func (r *reader) readFurther() {
	if !r.want.Devices || r.numbered.err != nil {
		return
	}
	for i := 0; i < len(r.result); i++ {
		if i >= len(r.namespaces) {
			r.readByNSID(i)
		}
		for d := range r.result[i].Devices {
			if link := r.result[i].Devices[d].Link; link != nil {
				link.Namespace = r.indexOf(int32(link.Namespace))
			}
		}
	}
}

// indexOf is the index of the namespace with an nsid. A namespace without an index
// gets the next one.
func (r *reader) indexOf(nsid int32) int {
	i, known := r.numbered.index[nsid]
	if !known {
		i = len(r.result)
		r.numbered.index[nsid] = i
		r.numbered.nsids = append(r.numbered.nsids, nsid)
		r.result = append(r.result, Contents{})
	}
	return i
}

func (r *reader) readByNSID(i int) {
	c := &r.result[i]
	c.fail(OpListDevices, "", r.devices(0, i))
	if r.want.Addresses {
		found, err := listAddresses(r.numbered.sockets[0], &r.numbered.nsids[i])
		c.Addresses = found
		c.fail(OpListAddresses, "", err)
	}
}
