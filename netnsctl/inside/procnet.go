package inside

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"net/netip"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// readProcNet reads the sockets of the calling thread's network namespace from procfs,
// for kernels without sock_diag(7).
func readProcNet(family, protocol byte) (all []Socket, err error) {
	path := "/proc/thread-self/net/" + protocolWord(protocol)
	if family == unix.AF_INET6 {
		path += "6"
	}
	text, err := sys.ReadFile(path)
	if err == unix.ENOENT {
		return nil, nil // The kernel has no such protocol.
	}
	for line := range bytes.Lines(text) {
		if s, state, ok := parseProcNet(line); ok && state == waitingState(protocol) {
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
// The addresses are 32-bit words in the byte order of the processor.
func parseProcNet(line []byte) (s Socket, state int, ok bool) {
	f := bytes.Fields(line)
	if len(f) < 10 {
		return s, 0, false
	}
	address, port, _ := bytes.Cut(f[1], []byte(":"))
	raw, err := hex.DecodeString(string(address))
	if err != nil || len(raw)%4 != 0 {
		return s, 0, false
	}
	for i := 0; i < len(raw); i += 4 {
		binary.NativeEndian.PutUint32(raw[i:], binary.BigEndian.Uint32(raw[i:]))
	}
	p, err1 := strconv.ParseUint(string(port), 16, 16)
	inState, err2 := strconv.ParseUint(string(f[3]), 16, 8)
	uid, err3 := strconv.ParseUint(string(f[7]), 10, 32)
	inode, err4 := strconv.ParseUint(string(f[9]), 10, 64)
	s = Socket{Local: netip.AddrPortFrom(addr(raw), uint16(p)), UID: uint32(uid), Inode: inode}
	return s, int(inState), len(raw) > 0 && err1 == nil && err2 == nil && err3 == nil && err4 == nil
}
