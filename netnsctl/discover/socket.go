package discover

import (
	"bytes"
	"strconv"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// socketNet is what was found out of a socket.
type socketNet struct {
	net    uint64
	kind   string // where it is not its process' own namespace
	unread bool
}

// socket looks at a socket, which procfs tells nothing of: a copy of the
// descriptor does. A socket that many processes share is looked at once.
func (w *walker) socket(ino uint64, p Pin) {
	known, ok := w.sockNets[ino]
	if !ok {
		known = w.lookAtSocket(p)
		w.sockNets[ino] = known
	}
	switch {
	case known.unread:
		w.sockets++
	case known.net != 0:
		p.Kind, p.Detail = SocketPin, known.kind
		w.see(known.net, p)
	}
}

func (w *walker) lookAtSocket(p Pin) socketNet {
	fd, err := w.copyOf(p)
	if err != nil {
		return socketNet{unread: !gone(err)}
	}
	defer sys.Close(fd)
	if sys.IsUnixSocket(fd) {
		w.inFlight(fd, p)
	}
	net, err := inoOf(sys.SocketNet(fd))
	if err != nil {
		return socketNet{unread: true}
	}
	if net == w.net {
		return socketNet{net: net}
	}
	return socketNet{net: net, kind: sys.SocketType(fd)}
}

// tun looks at a tun or tap descriptor: it holds the namespace in which it was
// opened, and its device's where that was moved.
func (w *walker) tun(p Pin) {
	fd, err := w.copyOf(p)
	if err != nil {
		return
	}
	defer sys.Close(fd)
	p.Kind = TunTap
	p.Detail, _ = sys.TunName(fd)
	own, err := inoOf(sys.SocketNet(fd))
	if err == nil {
		w.see(own, p)
	}
	if device, err := inoOf(sys.TunNet(fd)); err == nil && device != own {
		w.see(device, p)
	}
}

// inFlight looks at the descriptors that were sent to a unix socket and not yet
// received. The kernel shows those in the first message; it counts the others.
func (w *walker) inFlight(fd int, p Pin) {
	if !sys.Readable(fd) {
		return
	}
	count := sentTo(w.fdinfo(p))
	if count == 0 {
		return
	}
	p.Kind = InFlight
	for _, sent := range sys.PeekFDs(fd) {
		w.sent(sent, p)
		sys.Close(sent)
		count--
	}
	w.flight += max(count, 0)
}

func (w *walker) sent(fd int, p Pin) {
	var st sys.FileStat
	if sys.StatFD(fd, &st) != nil {
		return
	}
	switch {
	case st.Dev == w.s.nsfs:
		if kind, err := sys.NamespaceType(fd); err == nil && kind == sys.TypeNet {
			w.see(st.Ino, p)
		}
	case st.Kind() == sys.KindSocket, st.Rdev == sys.TunDevice && st.Kind() == sys.KindCharDevice:
		if net, err := inoOf(sys.SocketNet(fd)); err == nil {
			w.see(net, p)
		}
	}
}

// sentTo is the number of descriptors in flight to a unix socket, as its fdinfo
// tells (Linux 5.11).
func sentTo(fdinfo []byte) int {
	for line := range bytes.Lines(fdinfo) {
		if rest, ok := bytes.CutPrefix(line, []byte("scm_fds:")); ok {
			n, _ := strconv.Atoi(string(bytes.TrimSpace(rest)))
			return n
		}
	}
	return 0
}

// copyOf copies a descriptor of the process that is being looked at.
func (w *walker) copyOf(p Pin) (int, error) {
	task, thread := p.task()
	pidfd, ok := w.pidfds[task]
	if !ok {
		var err error
		if pidfd, err = sys.OpenProcess(task, thread); err != nil {
			return -1, err
		}
		w.pidfds[task] = pidfd
	}
	return sys.CopyFD(pidfd, p.FD)
}

// inoOf gives the inode number of a namespace, and closes it.
func inoOf(fd int, err error) (uint64, error) {
	if err != nil {
		return 0, err
	}
	defer sys.Close(fd)
	_, ino, err := sys.Fstat(fd)
	return ino, err
}
