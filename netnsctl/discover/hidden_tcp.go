package discover

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"net/netip"
	"strconv"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// tcpSocket is a line of /proc/net/tcp or tcp6 in a state in which it holds its namespace:
//
//	0: 0909090A:1388 0109090A:A1B2 04 00010000:00000000 01:00000044 00000003 0 0 0 2 …
type tcpSocket struct {
	// ino is the number of its file, 0 if it has none: a connection outlives its process, to
	// deliver what was sent.
	ino         uint64
	local, peer netip.AddrPort
	what        string
}

// tcpSockets are those of the namespace of the calling thread.
func tcpSockets(root string) (all []tcpSocket) {
	for _, file := range []string{"tcp", "tcp6"} {
		text, _ := sys.ReadFile(root + "/thread-self/net/" + file)
		for line := range bytes.Lines(text) {
			if s, ok := parseTCP(line); ok {
				all = append(all, s)
			}
		}
	}
	return all
}

// tcpStates are the states of include/net/tcp_states.h in which a connection holds its namespace,
// in the words of ss(8). One in TIME-WAIT does not, nor does one that is not accepted yet.
var tcpStates = map[string]string{
	"01": "established", "02": "syn-sent", "04": "fin-wait-1", "05": "fin-wait-2", "08": "close-wait", "09": "last-ack",
	"0A": "listen", "0B": "closing",
}

func parseTCP(line []byte) (s tcpSocket, ok bool) {
	f := bytes.Fields(line)
	if len(f) < 10 || tcpStates[string(f[3])] == "" {
		return s, false
	}
	var ok1, ok2 bool
	s.local, ok1 = tcpAddress(f[1])
	s.peer, ok2 = tcpAddress(f[2])
	queue, _, _ := bytes.Cut(f[4], []byte(":"))
	unsent, err := strconv.ParseUint(string(queue), 16, 32)
	tries, tryErr := strconv.ParseUint(string(f[6]), 16, 32)
	ino, inoErr := strconv.ParseUint(string(f[9]), 10, 64)
	s.ino = ino
	s.what = "tcp " + tcpStates[string(f[3])] + " from " + s.local.String() + " to " + s.peer.String()
	if s.peer.Port() == 0 {
		s.what = "tcp listen on " + s.local.String()
	}
	if unsent > 0 {
		s.what += ", " + strconv.FormatUint(unsent, 10) + " bytes unacknowledged"
	}
	if tries > 0 {
		s.what += " after " + count(int(tries), "retransmission", "retransmissions")
	}
	return s, ok1 && ok2 && err == nil && tryErr == nil && inoErr == nil
}

// tcpAddress reads an address, whose 32-bit words are in the byte order of the processor.
func tcpAddress(field []byte) (netip.AddrPort, bool) {
	address, port, _ := bytes.Cut(field, []byte(":"))
	raw, err1 := hex.DecodeString(string(address))
	for i := 0; i+4 <= len(raw); i += 4 {
		binary.NativeEndian.PutUint32(raw[i:], binary.BigEndian.Uint32(raw[i:]))
	}
	number, err2 := strconv.ParseUint(string(port), 16, 16)
	addr, ok := netip.AddrFromSlice(raw)
	return netip.AddrPortFrom(addr.Unmap(), uint16(number)), ok && err1 == nil && err2 == nil
}

// kernelPorts are the ports by which the kernel itself speaks TCP, with a socket that holds the
// namespace (sk_net_refcnt_upgrade in the kernel's net/core/sock.c, called in net/sunrpc/svcsock.c
// for servers and in net/sunrpc/xprtsock.c, fs/smb/client/connect.c, drivers/nvme/host/tcp.c and
// net/rds/tcp.c) or whose file it has taken from a process (drivers/block/nbd.c and
// drivers/scsi/iscsi_tcp.c). The UDP sockets of tunnels and of WireGuard (udp_sock_create in
// net/ipv4/udp_tunnel_core.c), of L2TP and of AF_RXRPC hold no namespace, and are not counted.
var kernelPorts = map[uint16]string{
	111: "RPC", 2049: "NFS", 445: "SMB", 4420: "NVMe", 8009: "NVMe", 16385: "RDS", 10809: "NBD", 3260: "iSCSI",
}

// pin is what holds the namespace by the socket. Where the socket has a file that no process seems
// to have, the port says for what the kernel may use it.
func (s tcpSocket) pin() Pin {
	p := Pin{Kind: SocketPin, FD: -1, Detail: s.what}
	if s.ino == 0 {
		return p
	}
	for _, port := range []uint16{s.peer.Port(), s.local.Port()} {
		if use := kernelPorts[port]; use != "" {
			p.Detail += ", perhaps " + use + " of the kernel"
			break
		}
	}
	return p
}
