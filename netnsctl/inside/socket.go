package inside

import (
	"encoding/binary"
	"errors"
	"net/netip"

	"golang.org/x/sys/unix"

	"github.com/netnsctl/netnsctl/netnsctl/internal/rtnl"
)

// Socket is a socket that waits for others to speak first: a listening TCP
// socket, or a UDP socket that is not connected.
type Socket struct {
	Protocol string // "tcp" or "udp"
	// Local is the address it is bound to; an IPv6 socket on :: also takes IPv4
	// unless OnlyIPv6.
	Local    netip.AddrPort
	OnlyIPv6 bool `json:"only_ipv6,omitempty"`
	// Device is the index of the device that it is bound to, 0 if none, and Name
	// the name of the device.
	Device int
	Name   string `json:"device,omitempty"`
	UID    uint32 `json:"uid"`
	// Inode is the number of the socket in /proc/PID/fd, 0 if no file leads to it.
	Inode uint64 `json:"inode,omitempty"`
}

const (
	tcpClose  = 7 // the states of include/net/tcp_states.h
	tcpListen = 10
	// struct inet_diag_req_v2, struct inet_diag_msg and INET_DIAG_SKV6ONLY of
	// include/uapi/linux/inet_diag.h.
	sizeofDiagRequest = 56
	sizeofDiagMessage = 72
	diagOnlyIPv6      = 11
)

// listSockets lists the sockets of the calling thread's network namespace
// (sock_diag(7)). netlink.SocketDiagTCP would ask for the sockets of all 12 states,
// each connection of a busy server among them, and drops INET_DIAG_SKV6ONLY.
func listSockets() ([]Socket, error) {
	c, err := rtnl.DialDiag()
	if err != nil {
		return nil, err
	}
	defer c.Close()
	var all []Socket
	for _, protocol := range []byte{unix.IPPROTO_TCP, unix.IPPROTO_UDP} {
		for _, family := range []byte{unix.AF_INET, unix.AF_INET6} {
			found, err := listening(c, family, protocol)
			if errors.Is(err, unix.ENOENT) { // The kernel has no module for it.
				found, err = readProcNet(family, protocol)
			}
			if err != nil {
				return all, err
			}
			all = append(all, found...)
		}
	}
	return all, nil
}

// diagRequest is a struct inet_diag_req_v2: {family, protocol, ext, pad u8, states
// u32, id}.
type diagRequest [sizeofDiagRequest]byte

// Len makes it nl.NetlinkRequestData.
func (r *diagRequest) Len() int { return sizeofDiagRequest }

// Serialize makes it nl.NetlinkRequestData.
func (r *diagRequest) Serialize() []byte { return r[:] }

func listening(c *rtnl.Conn, family, protocol byte) (all []Socket, err error) {
	request := diagRequest{family, protocol}
	binary.NativeEndian.PutUint32(request[4:], 1<<waitingState(protocol))
	messages, err := c.Dump(unix.SOCK_DIAG_BY_FAMILY, &request)
	for _, m := range messages {
		s, ok := parseSocket(m)
		if !ok {
			continue
		}
		if s.Device != 0 {
			s.Name = c.DeviceName(s.Device)
		}
		s.Protocol = protocolWord(protocol)
		all = append(all, s)
	}
	return all, err
}

// waitingState is the state of a socket that waits for others to speak first.
func waitingState(protocol byte) int {
	if protocol == unix.IPPROTO_UDP {
		return tcpClose
	}
	return tcpListen
}

func protocolWord(protocol byte) string {
	if protocol == unix.IPPROTO_UDP {
		return "udp"
	}
	return "tcp"
}

// parseSocket reads a struct inet_diag_msg, {family, state, timer, retrans u8,
// id {sport, dport be16, src, dst [16], if u32, cookie u64}, expires, rqueue,
// wqueue, uid, inode u32}, and its attributes.
func parseSocket(data []byte) (s Socket, ok bool) {
	if len(data) < sizeofDiagMessage {
		return s, false
	}
	local := data[8:24]
	if data[0] == unix.AF_INET {
		local = local[:4]
	}
	s.Local = netip.AddrPortFrom(addr(local), binary.BigEndian.Uint16(data[4:]))
	s.Device = int(rtnl.Uint32(data[40:]))
	s.UID, s.Inode = rtnl.Uint32(data[64:]), uint64(rtnl.Uint32(data[68:]))
	for _, a := range rtnl.Attrs(data[sizeofDiagMessage:]) {
		if a.Attr.Type == diagOnlyIPv6 && len(a.Value) > 0 {
			s.OnlyIPv6 = a.Value[0] != 0
		}
	}
	return s, true
}
