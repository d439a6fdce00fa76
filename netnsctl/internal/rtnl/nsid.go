package rtnl

import (
	"errors"
	"syscall"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Unassigned is the kernel's NETNSA_NSID_NOT_ASSIGNED.
const Unassigned = -1

// Ref refers to a network namespace: by an open file of it or, where PID is not 0, by a process
// or thread in it, with its number in the pid namespace of the caller. For a process the kernel
// reads nothing that a hanging execve(2) locks, and no file has to be opened.
type Ref struct{ FD, PID int }

// File refers to the namespace that fd is an open file of.
func File(fd int) Ref { return Ref{FD: fd} }

func (r Ref) attr() *nl.RtAttr {
	if r.PID != 0 {
		return attr32(unix.NETNSA_PID, int32(r.PID))
	}
	return attr32(unix.NETNSA_FD, int32(r.FD))
}

// MaxPipelined is how many requests one datagram has: their answers fit into the receive buffer
// of a socket.
const MaxPipelined = 64

// NSID asks for the nsid, in our namespace, of a namespace.
func (c *Conn) NSID(ref Ref) (nsid int32, err error) {
	c.NSIDs(nil, []Ref{ref}, func(_ int, id int32, failed error) { nsid, err = id, failed })
	return nsid, err
}

// NSIDs asks for the nsids of namespaces in the namespace target (Linux 4.20), or in ours if that
// is nil, and calls got with each answer.
func (c *Conn) NSIDs(target *int32, refs []Ref, got func(i int, id int32, err error)) {
	in := Target(unix.NETNSA_TARGET_NSID, target)
	c.pipeline(len(refs), func(i int) *nl.NetlinkRequest { return c.getNSID(append(in, refs[i].attr())...) },
		func(i int, answer []byte, err error) {
			id := int32(Unassigned)
			if err == nil {
				id, _ = parseNSIDs(answer)
			}
			got(i, id, err)
		})
}

// pipeline makes n requests, and calls got with the body of each answer, which is empty where the
// kernel only acknowledges. [MaxPipelined] requests are one datagram: `list` of 1,000 names with
// nsids takes 20 % more CPU time without that.
func (c *Conn) pipeline(n int, request func(i int) *nl.NetlinkRequest, got func(i int, answer []byte, err error)) {
	for from := 0; from < n; from += MaxPipelined {
		c.datagram(min(MaxPipelined, n-from), func(i int) *nl.NetlinkRequest { return request(from + i) },
			func(i int, answer []byte, err error) { got(from+i, answer, err) })
	}
}

func (c *Conn) datagram(n int, request func(i int) *nl.NetlinkRequest, got func(i int, answer []byte, err error)) {
	first := c.seq + 1 // The sequence number of an answer tells which request it is for.
	var requests []byte
	for i := range n {
		requests = append(requests, request(i).Serialize()...)
	}
	answered := make([]bool, n)
	err := c.send(requests)
	for left := n; left > 0 && err == nil; {
		err = c.receive(func(m syscall.NetlinkMessage) {
			i := m.Header.Seq - first
			if i >= uint32(n) || answered[i] {
				return
			}
			answered[i] = true
			left--
			if m.Header.Type == unix.NLMSG_ERROR {
				got(int(i), nil, kernelError(m))
				return
			}
			got(int(i), m.Data, nil)
		})
	}
	for i := range n {
		if !answered[i] {
			got(i, nil, err)
		}
	}
}

// PeerByNSID asks for the namespace that has an nsid in our namespace: for its nsid in
// the namespace target, if that is not nil (Linux 4.20). current then is its nsid in our
// namespace.
func (c *Conn) PeerByNSID(nsid int32, target *int32) (inTarget, current int32, err error) {
	attrs := append([]*nl.RtAttr{attr32(unix.NETNSA_NSID, nsid)}, Target(unix.NETNSA_TARGET_NSID, target)...)
	inTarget, current = Unassigned, Unassigned
	err = c.exchange(c.getNSID(attrs...), func(m syscall.NetlinkMessage) { inTarget, current = parseNSIDs(m.Data) })
	return inTarget, current, err
}

// Peers calls got for each namespace that has an nsid in the namespace target, or in
// ours if that is nil, in ascending order of the nsids.
func (c *Conn) Peers(target *int32, got func(inTarget, current int32)) error {
	messages, err := c.Dump(unix.RTM_GETNSID, nl.NewRtGenMsg(), Target(unix.NETNSA_TARGET_NSID, target)...)
	for _, m := range messages {
		got(parseNSIDs(m))
	}
	return err
}

// AssignNSID is AssignNSIDs for one namespace.
func (c *Conn) AssignNSID(ref Ref, nsid int32) (assigned int32, err error) {
	c.AssignNSIDs([]Ref{ref}, nsid, func(_ int, id int32, failed error) { assigned, err = id, failed })
	return assigned, err
}

// SetNSID assigns an nsid, in our namespace, to a namespace. The kernel chooses the number for
// [Unassigned].
func (c *Conn) SetNSID(ref Ref, nsid int32) (err error) {
	c.setNSIDs([]Ref{ref}, nsid, func(_ int, failed error) { err = failed })
	return err
}

// setNSIDs assigns nsids from first on.
func (c *Conn) setNSIDs(refs []Ref, first int32, got func(i int, err error)) {
	c.pipeline(len(refs), func(i int) *nl.NetlinkRequest {
		attrs := []*nl.RtAttr{refs[i].attr(), attr32(unix.NETNSA_NSID, first+int32(i))}
		return c.request(unix.RTM_NEWNSID, unix.NLM_F_ACK, nl.NewRtGenMsg(), attrs)
	}, func(i int, _ []byte, err error) { got(i, err) })
}

// AssignNSIDs assigns the nsids from first on, in the socket's namespace, to namespaces, and
// calls got with the nsid of each, which is another one if the namespace had one before.
func (c *Conn) AssignNSIDs(refs []Ref, first int32, got func(i int, nsid int32, err error)) {
	var had []int
	c.setNSIDs(refs, first, func(i int, err error) {
		if errors.Is(err, unix.EEXIST) {
			had = append(had, i)
			return
		}
		got(i, first+int32(i), err)
	})
	for _, i := range had {
		nsid, err := c.NSID(refs[i])
		if err == nil && nsid == Unassigned {
			err = unix.EEXIST // Another namespace has the nsid.
		}
		got(i, nsid, err)
	}
}

// DialScratch opens n strict sockets in a new network namespace, which the kernel
// removes with the last of the sockets. The nsids that other namespaces get there go
// with it, so that looking at a namespace from there changes nothing.
func DialScratch(n int) (all []*Conn, err error) {
	sys.OnThrowAwayThread(func() {
		if err = sys.NewNet(); err != nil {
			return
		}
		for range n {
			var c *Conn
			if c, err = Dial(true); err != nil {
				break
			}
			all = append(all, c)
		}
	})
	if err != nil {
		for _, c := range all {
			c.Close()
		}
		return nil, err
	}
	return all, nil
}

func (c *Conn) getNSID(attrs ...*nl.RtAttr) *nl.NetlinkRequest {
	return c.request(unix.RTM_GETNSID, 0, nl.NewRtGenMsg(), attrs)
}

// Target is the attribute that names the namespace to look at by its nsid, if there
// is one.
func Target(kind int, target *int32) []*nl.RtAttr {
	if target == nil {
		return nil
	}
	return []*nl.RtAttr{attr32(kind, *target)}
}

func attr32(kind int, v int32) *nl.RtAttr { return nl.NewRtAttr(kind, nl.Uint32Attr(uint32(v))) }

// parseNSIDs reads a struct rtgenmsg and its attributes. Without a target the kernel
// gives no current nsid.
func parseNSIDs(data []byte) (inTarget, current int32) {
	inTarget, current = Unassigned, Unassigned
	for _, a := range Attrs(data[min(len(data), unix.NLMSG_ALIGNTO):]) {
		if len(a.Value) < 4 {
			continue
		}
		switch v := int32(Uint32(a.Value)); a.Attr.Type {
		case unix.NETNSA_NSID:
			inTarget = v
		case unix.NETNSA_CURRENT_NSID:
			current = v
		}
	}
	return inTarget, current
}
