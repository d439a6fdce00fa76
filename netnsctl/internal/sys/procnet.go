package sys

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"strconv"

	"golang.org/x/sys/unix"
)

// readProcNet reads the listening sockets of the calling thread's network
// namespace from procfs, for kernels without sock_diag(7).
func readProcNet(family, protocol byte) (all []Socket, err error) {
	path, state := "/proc/thread-self/net/"+protocolWord(protocol), int64(tcpListen)
	if protocol == unix.IPPROTO_UDP {
		state = tcpClose
	}
	if family == unix.AF_INET6 {
		path += "6"
	}
	text, err := ReadFile(path)
	if err == unix.ENOENT {
		return nil, nil // no such protocol
	}
	for line := range bytes.Lines(text) {
		if s, in, ok := parseProcNet(line); ok && in == state {
			s.Protocol = protocolWord(protocol)
			all = append(all, s)
		}
	}
	return all, err
}

// parseProcNet reads a line such as
//
//	0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000 1000 0 25041 …
//
// whose addresses are 32-bit words in the processor's order.
func parseProcNet(line []byte) (s Socket, state int64, ok bool) {
	f := bytes.Fields(line)
	if len(f) < 10 {
		return s, 0, false
	}
	addr, port, _ := bytes.Cut(f[1], []byte(":"))
	raw, err := hex.DecodeString(string(addr))
	if err != nil || len(raw)%4 != 0 {
		return s, 0, false
	}
	for i := 0; i < len(raw); i += 4 {
		binary.NativeEndian.PutUint32(raw[i:], binary.BigEndian.Uint32(raw[i:]))
	}
	p, err1 := strconv.ParseUint(string(port), 16, 16)
	state, err2 := strconv.ParseInt(string(f[3]), 16, 32)
	uid, err3 := strconv.ParseUint(string(f[7]), 10, 32)
	inode, err4 := strconv.ParseUint(string(f[9]), 10, 64)
	s = Socket{Local: raw, Port: uint16(p), UID: uint32(uid), Inode: inode}
	return s, state, len(raw) > 0 && err1 == nil && err2 == nil && err3 == nil && err4 == nil
}
