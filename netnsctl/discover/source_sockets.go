package discover

import (
	"bytes"
	"maps"
	"strconv"
	"sync"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// sockets sees the sockets of processes, and the descriptors in flight to them. Procfs
// tells nothing of a socket, but a copy of its descriptor does. A socket that many
// processes share is looked at once.
func sockets(v *vantage) (seen []sighting, gaps []Gap) {
	files := v.classFiles(socketFile)
	groups := make([][]openFile, 0, len(files)) // the descriptors of each socket
	byInode := make(map[uint64]int, len(files))
	for i, f := range files {
		if g, known := byInode[f.id]; known {
			groups[g] = append(groups[g], f)
			continue
		}
		byInode[f.id] = len(groups)
		groups = append(groups, files[i:i+1:i+1])
	}
	unread, inFlight := 0, 0
	var all sync.Mutex
	inParallel(len(groups), func() (func(int), func()) {
		l := socketLook{v: v, r: v.fs.NewReader(), nets: map[uint64]uint64{}}
		return func(i int) { l.socket(groups[i]) }, func() {
			l.copier.close()
			all.Lock()
			defer all.Unlock()
			seen = append(seen, l.seen...)
			unread += l.unread
			inFlight += l.inFlight
			maps.Copy(v.socketNets, l.nets)
		}
	})
	gaps = append(counted(Gap{What: GapSockets, Count: unread}),
		counted(Gap{What: GapInFlight, Count: inFlight})...)
	return seen, gaps
}

// socketLook is what one worker of [sockets] has seen.
type socketLook struct {
	v                *vantage
	r                *procfs.Reader
	copier           copier
	seen             []sighting
	nets             map[uint64]uint64 // network namespaces by socket
	unread, inFlight int
}

// socket looks at a socket through the first of its descriptors that is still open and can
// be copied.
func (l *socketLook) socket(holders []openFile) {
	unread := 0
	for _, f := range holders {
		fd, err := l.copier.copyFD(f.pin(SocketPin))
		if err != nil {
			if !procfs.Gone(err) && err != syscall.EBADF { // else it was closed meanwhile
				unread = len(holders)
			}
			continue
		}
		err = l.copied(fd, f, holders)
		sys.Close(fd)
		if procfs.Gone(err) {
			continue
		}
		unread = 0
		if err != nil {
			unread = len(holders)
		}
		break
	}
	l.unread += unread
}

// copied looks at the copy fd of the descriptor f. It is ENOENT where that has become
// another file.
func (l *socketLook) copied(fd int, f openFile, holders []openFile) error {
	if _, ino, err := sys.Fstat(fd); err != nil || ino != f.id {
		return syscall.ENOENT
	}
	if sys.IsUnixSocket(fd) {
		l.flight(fd, f.pin(InFlight))
	}
	net, err := inoOf(sys.SocketNet(fd))
	if err != nil {
		return syscall.EIO
	}
	l.nets[f.id] = net
	for _, holder := range holders {
		p := holder.pin(SocketPin)
		if net != holder.net {
			p.Detail = sys.SocketType(fd)
		}
		l.seen = append(l.seen, l.v.sighting(net, p))
	}
	return nil
}

// flight looks at the descriptors that were sent to a unix socket and not yet received.
// The kernel shows those in the first message; the others are counted.
func (l *socketLook) flight(fd int, p Pin) {
	if !sys.Readable(fd) {
		return
	}
	count := sentTo(l.r.FDInfo(p.PID, p.TID, p.FD))
	if count == 0 {
		return
	}
	for _, sent := range sys.PeekFDs(fd) {
		if net, ok := l.v.netOf(sent); ok {
			l.seen = append(l.seen, l.v.sighting(net, p))
		}
		sys.Close(sent)
		count--
	}
	l.inFlight += max(count, 0)
}

// sentTo is the number of descriptors in flight to a unix socket, from its fdinfo (Linux
// 5.11).
func sentTo(fdinfo []byte) int {
	for line := range bytes.Lines(fdinfo) {
		if rest, ok := bytes.CutPrefix(line, []byte("scm_fds:")); ok {
			n, _ := strconv.Atoi(string(bytes.TrimSpace(rest)))
			return n
		}
	}
	return 0
}
