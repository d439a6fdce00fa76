package discover

import (
	"bytes"
	"strconv"

	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
)

// ioURings sees the files that are registered with io_uring: namespaces, and sockets that
// a descriptor has, too.
func ioURings(v *vantage) (seen []sighting, gaps []Gap) {
	unread := 0
	for _, f := range v.classFiles(ioURing) {
		p := f.pin(IOUring)
		fdinfo := v.fs.FDInfo(f.pid, f.tid, f.fd)
		if pending(fdinfo) {
			waits := p
			waits.Detail = "of a pending request"
			v.pendingRings = append(v.pendingRings, blindFile{waits, f.net})
		}
		files, ok := ringFiles(fdinfo)
		if !ok {
			unread++ // the ring was busy
			continue
		}
		for _, file := range files {
			net, isNet := procfs.ParseLink(file, "net")
			socket, isSocket := procfs.ParseLink(file, "socket")
			if isSocket {
				net, isNet = v.socketNets[socket]
			}
			switch {
			case isNet:
				seen = append(seen, v.sighting(net, p))
			case isSocket, len(file) == 0, string(file) == "/":
				unread++ // "/" is all that older kernels said of sockets and namespaces
			}
		}
	}
	return seen, counted(Gap{What: GapIOUring, Count: unread})
}

// ringFiles reads the files registered with an io_uring, which fdinfo names by
// what their links in procfs would be:
//
//	UserFiles:	1
//	    0: net:[4026532426]
func ringFiles(fdinfo []byte) (files [][]byte, ok bool) {
	_, after, ok := bytes.Cut(fdinfo, []byte("UserFiles:"))
	for line := range bytes.Lines(after) {
		slot, file, found := bytes.Cut(bytes.TrimSpace(line), []byte(":"))
		if _, err := strconv.Atoi(string(slot)); found && err == nil { // not the count, or what follows the files
			files = append(files, bytes.TrimPrefix(file, []byte(" ")))
		}
	}
	return files, ok
}
