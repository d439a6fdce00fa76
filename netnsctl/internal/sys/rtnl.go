package sys

import (
	"encoding/binary"
	"errors"
	"syscall"

	"golang.org/x/sys/unix"
)

// NSIDUnassigned is the kernel's NETNSA_NSID_NOT_ASSIGNED.
const NSIDUnassigned = -1

// KernelError is a refusal by rtnetlink.
type KernelError struct {
	Errno unix.Errno
	// Message is the extended acknowledgement's text, if the kernel gave one.
	Message string
}

func (e *KernelError) Error() string {
	if e.Message != "" {
		return e.Message
	}
	return e.Errno.Error()
}

func (e *KernelError) Unwrap() error { return e.Errno }

// RTNL is an rtnetlink socket in the network namespace of the thread that
// opened it. vishvananda/netlink's own sockets go through the runtime's poller,
// drop the extended acknowledgement or cost a socket per call, and have no
// RTM_GETNSID dump.
type RTNL struct {
	fd  int
	seq uint32 // the last request's
	buf []byte
}

// PeerID is what RTM_GETNSID says of a peer namespace.
type PeerID struct {
	// NSID is its number in the target namespace, or in ours where no target
	// was named.
	NSID int32
	// Current is its number in our namespace, where a target was named.
	Current int32
}

// DialRTNL opens a socket. A strict one (NETLINK_GET_STRICT_CHK, Linux 4.20)
// has the kernel heed a dump's target namespace.
func DialRTNL(strict bool) (*RTNL, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	if err != nil {
		return nil, err
	}
	// Older kernels lack one or both; what they refuse is then told without
	// text, or not filtered.
	unix.SetsockoptInt(fd, unix.SOL_NETLINK, unix.NETLINK_EXT_ACK, 1)
	if strict {
		unix.SetsockoptInt(fd, unix.SOL_NETLINK, unix.NETLINK_GET_STRICT_CHK, 1)
	}
	return &RTNL{fd: fd}, nil
}

// Close closes the socket.
func (c *RTNL) Close() { unix.Close(c.fd) }

// MaxPipelined is how many requests [RTNL.NSIDsByFD] sends at once: their
// answers fit into a socket's receive buffer.
const MaxPipelined = 64

// NSIDsByFD asks for the nsids, in our namespace, of up to [MaxPipelined]
// namespaces that fds are files of, and calls got with each answer.
func (c *RTNL) NSIDsByFD(fds []int, got func(i int, id int32, err error)) {
	if len(fds) == 0 {
		return
	}
	// Consecutive, so that an answer's number tells whose it is.
	first := c.seq + 1
	var requests []byte
	for _, fd := range fds {
		c.seq++
		requests = appendRequest(requests, unix.RTM_GETNSID, 0, c.seq, make([]byte, sizeofRtGenMsg), attr32(unix.NETNSA_FD, int32(fd)))
	}
	answered := make([]bool, len(fds))
	err := c.send(requests)
	for left := len(fds); left > 0 && err == nil; {
		err = c.receive(func(m syscall.NetlinkMessage) {
			i := m.Header.Seq - first
			if i >= uint32(len(fds)) || answered[i] {
				return
			}
			answered[i] = true
			left--
			if m.Header.Type == unix.NLMSG_ERROR {
				got(int(i), NSIDUnassigned, kernelError(m))
				return
			}
			got(int(i), parsePeer(m.Data).NSID, nil)
		})
	}
	for i := range fds {
		if !answered[i] {
			got(i, NSIDUnassigned, err)
		}
	}
}

// PeerByNSID asks for the namespace that has nsid in our namespace: for its
// number in the namespace target, if there is one (Linux 4.20).
func (c *RTNL) PeerByNSID(nsid int32, target *int32) (PeerID, error) {
	attrs := []attr{attr32(unix.NETNSA_NSID, nsid)}
	if target != nil {
		attrs = append(attrs, attr32(unix.NETNSA_TARGET_NSID, *target))
	}
	peers, err := c.getNSID(0, attrs...)
	if err != nil || len(peers) == 0 {
		return PeerID{NSIDUnassigned, NSIDUnassigned}, err
	}
	return peers[0], nil
}

// Peers asks for all namespaces that have an nsid in the namespace target, or in
// ours if that is nil, in ascending order.
func (c *RTNL) Peers(target *int32) ([]PeerID, error) {
	var attrs []attr
	if target != nil {
		attrs = append(attrs, attr32(unix.NETNSA_TARGET_NSID, *target))
	}
	return c.getNSID(unix.NLM_F_DUMP, attrs...)
}

// SetNSID gives the namespace that fd is a file of a number in ours:
// [NSIDUnassigned] lets the kernel choose.
func (c *RTNL) SetNSID(fd int, nsid int32) error {
	return c.do(unix.RTM_NEWNSID, unix.NLM_F_ACK, func([]byte) {},
		attr32(unix.NETNSA_FD, int32(fd)), attr32(unix.NETNSA_NSID, nsid))
}

func (c *RTNL) getNSID(flags uint16, attrs ...attr) ([]PeerID, error) {
	var peers []PeerID
	err := c.do(unix.RTM_GETNSID, flags, func(data []byte) {
		peers = append(peers, parsePeer(data))
	}, attrs...)
	return peers, err
}

// parsePeer reads a struct rtgenmsg and its attributes.
func parsePeer(data []byte) PeerID {
	peer := PeerID{NSIDUnassigned, NSIDUnassigned}
	if len(data) < unix.NLMSG_ALIGNTO {
		return peer
	}
	eachAttr(data[unix.NLMSG_ALIGNTO:], func(kind uint16, value []byte) {
		if len(value) < 4 {
			return
		}
		v := int32(binary.NativeEndian.Uint32(value))
		switch kind {
		case unix.NETNSA_NSID:
			peer.NSID = v
		case unix.NETNSA_CURRENT_NSID:
			peer.Current = v
		}
	})
	return peer
}

// do sends one request and hands every answer to got until the last one.
func (c *RTNL) do(kind, flags uint16, got func(data []byte), attrs ...attr) error {
	return c.exchange(kind, flags, make([]byte, sizeofRtGenMsg), func(m syscall.NetlinkMessage) { got(m.Data) }, attrs...)
}

// exchange is do with a header of the request's own, and whole messages.
func (c *RTNL) exchange(kind, flags uint16, header []byte, got func(syscall.NetlinkMessage), attrs ...attr) error {
	c.seq++
	if err := c.send(appendRequest(nil, kind, flags, c.seq, header, attrs...)); err != nil {
		return err
	}
	for done := false; !done; {
		var refused error
		err := c.receive(func(m syscall.NetlinkMessage) {
			switch {
			case m.Header.Seq != c.seq:
			case m.Header.Type == unix.NLMSG_ERROR || m.Header.Type == unix.NLMSG_DONE:
				done, refused = true, kernelError(m)
			default:
				done = flags&unix.NLM_F_DUMP == 0
				got(m)
			}
		})
		if err != nil || refused != nil {
			return errors.Join(err, refused)
		}
	}
	return nil
}

func (c *RTNL) send(requests []byte) error {
	return retryErr(func() error {
		return unix.Sendto(c.fd, requests, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK})
	})
}

// receive waits for one datagram of the kernel's and hands on its messages. Who
// has CAP_NET_ADMIN in the namespace, such as a container's root, can send to our
// port, too (netlink(7)).
func (c *RTNL) receive(got func(syscall.NetlinkMessage)) error {
	if c.buf == nil {
		c.buf = make([]byte, 32<<10)
	}
	var from unix.Sockaddr
	n, err := retry(func() (n int, err error) {
		n, from, err = unix.Recvfrom(c.fd, c.buf, 0)
		return n, err
	})
	if err != nil {
		return err
	}
	if sender, ok := from.(*unix.SockaddrNetlink); !ok || sender.Pid != 0 {
		return nil
	}
	msgs, err := syscall.ParseNetlinkMessage(c.buf[:n])
	for _, m := range msgs {
		got(m)
	}
	return err
}

// kernelError reads NLMSG_ERROR or NLMSG_DONE: an errno, then (in an error) the
// request's header and, unless capped, its body, then the extended
// acknowledgement's attributes. See the kernel's
// Documentation/userspace-api/netlink/intro.rst.
func kernelError(m syscall.NetlinkMessage) error {
	if len(m.Data) < 4 {
		return nil
	}
	code := int32(binary.NativeEndian.Uint32(m.Data))
	if code == 0 {
		return nil
	}
	result := &KernelError{Errno: unix.Errno(-code)}
	rest := m.Data[4:]
	if m.Header.Type == unix.NLMSG_ERROR {
		if len(rest) < unix.NLMSG_HDRLEN {
			return result
		}
		skip := unix.NLMSG_HDRLEN
		if m.Header.Flags&unix.NLM_F_CAPPED == 0 {
			skip = int(binary.NativeEndian.Uint32(rest))
		}
		if skip > len(rest) {
			return result
		}
		rest = rest[skip:]
	}
	if m.Header.Flags&unix.NLM_F_ACK_TLVS == 0 {
		return result
	}
	eachAttr(rest, func(kind uint16, value []byte) {
		if kind == unix.NLMSGERR_ATTR_MSG {
			result.Message = unix.ByteSliceToString(value)
		}
	})
	return result
}
