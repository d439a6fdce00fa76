package sys

import (
	"encoding/binary"
	"errors"
	"slices"
	"syscall"

	"golang.org/x/sys/unix"
)

// Socket is a socket that waits for others to speak first: a listening TCP
// socket, or a UDP socket that is not connected.
type Socket struct {
	Protocol string // "tcp" or "udp"
	// Local and Port are what it is bound to; an IPv6 socket on :: also takes
	// IPv4 unless OnlyIPv6.
	Local    []byte
	Port     uint16
	OnlyIPv6 bool
	// Device is the index of the device that it is bound to, 0 if none, and
	// Name that one's name.
	Device int
	Name   string
	UID    uint32
	// Inode is the socket's number in /proc/PID/fd, 0 if no file leads to it.
	Inode uint64
}

const (
	tcpClose  = 7 // the states of include/net/tcp_states.h
	tcpListen = 10
	// inet_diag_req_v2 and inet_diag_msg of include/uapi/linux/inet_diag.h.
	sizeofDiagRequest = 56
	sizeofDiagMessage = 72
	diagOnlyIPv6      = 11 // INET_DIAG_SKV6ONLY
)

// ListenInNet lists the sockets of the calling thread's network namespace
// (sock_diag(7)).
func ListenInNet() ([]Socket, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_SOCK_DIAG)
	if err != nil {
		return nil, err
	}
	c := &RTNL{fd: fd}
	defer c.Close()
	var all []Socket
	for _, protocol := range []byte{unix.IPPROTO_TCP, unix.IPPROTO_UDP} {
		for _, family := range []byte{unix.AF_INET, unix.AF_INET6} {
			found, err := c.listening(family, protocol)
			if errors.Is(err, unix.ENOENT) {
				found, err = readProcNet(family, protocol) // no module for it
			}
			if err != nil {
				return all, err
			}
			all = append(all, found...)
		}
	}
	return all, nil
}

func (c *RTNL) listening(family, protocol byte) (all []Socket, err error) {
	state := tcpListen
	if protocol == unix.IPPROTO_UDP {
		state = tcpClose
	}
	header := make([]byte, sizeofDiagRequest)
	header[0], header[1] = family, protocol
	binary.NativeEndian.PutUint32(header[4:], 1<<state)
	err = c.exchange(unix.SOCK_DIAG_BY_FAMILY, unix.NLM_F_DUMP, header, func(m syscall.NetlinkMessage) {
		if s, ok := parseSocket(m.Data); ok {
			if s.Device != 0 {
				s.Name = c.deviceName(s.Device)
			}
			s.Protocol = protocolWord(protocol)
			all = append(all, s)
		}
	})
	return all, err
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
	s.Local, s.Port = slices.Clone(local), binary.BigEndian.Uint16(data[4:])
	s.Device = int(number(data[40:]))
	s.UID, s.Inode = number(data[64:]), uint64(number(data[68:]))
	eachAttr(data[sizeofDiagMessage:], func(kind uint16, value []byte) {
		if kind == diagOnlyIPv6 && len(value) > 0 {
			s.OnlyIPv6 = value[0] != 0
		}
	})
	return s, true
}
