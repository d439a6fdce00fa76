package discover

import (
	"bytes"
	"slices"
	"strconv"

	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
)

// ioURings sees the files that are registered with io_uring: namespaces, and sockets that
// a descriptor has, too.
func ioURings(v *vantage) (seen []sighting, gaps []Gap) {
	for _, f := range v.classFiles(ioURing) {
		unread, sockets, mounts := 0, 0, 0
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
		}
		for _, file := range files {
			net, isNet := procfs.ParseLink(file, "net")
			socket, isSocket := procfs.ParseLink(file, "socket")
			mount, isMount := procfs.ParseLink(file, "mnt")
			if isSocket {
				net, isNet = v.socketNets[socket]
			}
			switch {
			case isNet:
				seen = append(seen, v.sighting(net, p))
			case isSocket:
				sockets++
			case isMount && v.mounts[mount] == nil:
				mounts++
			case len(file) == 0, string(file) == "/":
				unread++ // "/" is all that older kernels said of sockets and namespaces
			}
		}
		gaps = append(gaps, counted(Gap{What: GapIOUring, Count: unread, PID: f.pid})...)
		gaps = append(gaps, counted(Gap{What: GapIOUringSockets, Count: sockets, PID: f.pid})...)
		gaps = append(gaps, counted(Gap{What: GapMountNamespaces, Count: mounts, Critical: true, PID: f.pid})...)
	}
	return seen, gaps
}

// taps gives the character devices of macvtaps that processes have open, those in flight included,
// and the io_urings with a file that may be one: its path tells no number of a device.
func (v *vantage) taps() []openFile {
	files := v.classFiles(tapFile)
	for _, f := range v.classFiles(ioURing) {
		registered, ok := ringFiles(v.fs.FDInfo(f.pid, f.tid, f.fd))
		if !ok || slices.ContainsFunc(registered, isPath) {
			files = append(files, f)
		}
	}
	return files
}

// isPath reports whether a link in procfs is none of a file without a path, such as "socket:[7]" or
// "anon_inode:[eventfd]".
func isPath(link []byte) bool {
	before, _, found := bytes.Cut(link, []byte(":"))
	return !found || bytes.Contains(before, []byte("/"))
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
