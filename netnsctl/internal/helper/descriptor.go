package helper

import (
	"os"
	"slices"
	"strconv"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Descriptor is a descriptor of another process. TID is 0 for the table of its leader.
type Descriptor struct{ PID, TID, FD int }

func (d Descriptor) request(op operation, ino uint64) Request {
	return Request{op: op, pid: d.PID, tid: d.TID, fd: d.FD, ino: ino, dir: -1}
}

// SocketState is what a copy of the descriptor of a socket tells.
type SocketState struct {
	// Net is the inode number of its network namespace.
	Net uint64
	// Type is the type in the words of ss(8), empty where Net is the expected one.
	Type string
	// Unread says that the socket is one of AF_UNIX with something to receive, with which
	// descriptors may come.
	Unread bool
}

// Socket asks for the state of a socket, which is probably in the network namespace expected.
// The error is ENOENT if the descriptor is that of another file by now.
func Socket(d Descriptor, ino, expected uint64) Request {
	r := d.request(opSocket, ino)
	r.net = expected
	return r
}

// Socket is the answer to the request [Socket].
func (a Answer) Socket() SocketState {
	return SocketState{Net: a.Numbers[0], Unread: a.Numbers[1] != 0, Type: string(a.Text)}
}

func (c *copier) socket(r Request) Answer {
	fd, err := c.copyOf(r, isSocket)
	if err != nil {
		return failed(err)
	}
	defer sys.Close(fd)
	net, err := c.net(fd)
	if err != nil {
		return failed(syscall.EIO)
	}
	a := told(net, 0)
	if sys.IsUnixSocket(fd) && sys.Readable(fd) {
		a.Numbers[1] = 1
	}
	if net != r.net {
		a.Text = []byte(sys.SocketType(fd))
	}
	return a
}

// net is the inode number of the network namespace of a socket. The namespace is opened once
// for all sockets in it: the other ones have the same cookie.
func (c *copier) net(socket int) (uint64, error) {
	cookie, err := sys.SocketCookie(socket)
	if net := c.nets[cookie]; err == nil && net != 0 {
		return net, nil
	}
	net, netErr := inoOf(sys.SocketNet(socket))
	if err == nil && netErr == nil {
		c.nets[cookie] = net
	}
	return net, netErr
}

// Flight asks for what is known of the descriptors in the first message that a unix socket has not
// received yet. Where one of them is a unix socket, it asks the same for that one.
func Flight(d Descriptor, ino uint64) Request { return d.request(opFlight, ino) }

// SentMount asks the same, and for an open file of a mount namespace among them: [Answer.FD], -1 if
// it is there no more.
func SentMount(d Descriptor, ino, mount uint64) Request {
	r := Flight(d, ino)
	r.net = mount
	return r
}

// Sent is what is known of descriptors in flight.
type Sent struct {
	Count int // of those in the first message
	// Hidden is the number of those of which nothing is told: to sockets in the message and in no
	// first one; to a directory, a mount context or the like, which may hold a namespace.
	Hidden int
	// Nets are the inode numbers of network namespaces, those of sockets and tun devices included,
	// Mounts those of mount namespaces, Devices the numbers of other character devices.
	Nets, Mounts, Devices []uint64
}

func (s *Sent) numbers() []uint64 {
	head := []uint64{uint64(s.Count), uint64(s.Hidden), uint64(len(s.Nets)), uint64(len(s.Mounts))}
	return slices.Concat(head, s.Nets, s.Mounts, s.Devices)
}

// Flight is the answer to the request [Flight].
func (a Answer) Flight() Sent {
	list := a.Numbers[4:]
	mounts := a.Numbers[2] + a.Numbers[3]
	return Sent{
		Count: int(a.Numbers[0]), Hidden: int(a.Numbers[1]),
		Nets: list[:a.Numbers[2]], Mounts: list[a.Numbers[2]:mounts], Devices: list[mounts:],
	}
}

func (c *copier) flight(r Request) Answer {
	fd, err := c.copyOf(r, isSocket)
	if err != nil {
		return failed(err)
	}
	// A descriptor that this process keeps open while the close of another one blocks would
	// keep a namespace alive. So those that may block are closed last.
	var harmless, others []int
	defer func() {
		for _, fd := range append(append(harmless, fd), others...) {
			sys.Close(fd)
		}
	}()
	nsfs, err := nsfsDevice(fd)
	if err != nil {
		return failed(err)
	}
	sent := sys.PeekFDs(fd)
	a := Answer{FD: -1}
	s := Sent{Count: len(sent)}
	for depth := 1; len(sent) > 0; depth++ {
		var nested []int
		for _, fd := range sent {
			mount, isMount := mountOf(fd, nsfs)
			net, isNet := netOf(fd, nsfs)
			switch {
			case isMount && mount == r.net && a.FD < 0:
				a.FD = fd
			case isMount, isNet:
				harmless = append(harmless, fd)
			default:
				others = append(others, fd)
			}
			switch {
			case isMount:
				s.Mounts = append(s.Mounts, mount)
			case isNet:
				s.Nets = append(s.Nets, net)
			case mayHold(fd):
				s.Hidden++
			default:
				s.Devices = append(s.Devices, device(fd)...)
			}
			if queued := sys.QueuedFDs(fd); queued > 0 {
				var shown []int
				if depth < maxDepth && len(nested) < maxNested {
					shown = sys.PeekFDs(fd)
				}
				nested = append(nested, shown...)
				s.Hidden += max(queued-len(shown), 0)
			}
		}
		sent = nested
	}
	a.Numbers = s.numbers()
	return a
}

// A socket may be in its own queue. maxDepth bounds the sockets within one another, maxNested the
// descriptors in those of one depth.
const (
	maxDepth  = 4
	maxNested = 512
)

// nsfsDevice is the device of the namespaces' files.
func nsfsDevice(socket int) (uint64, error) {
	net, err := sys.SocketNet(socket)
	if err != nil {
		return 0, err
	}
	defer sys.Close(net)
	var st sys.FileStat
	err = sys.StatFD(net, &st)
	return st.Dev, err
}

// netOf is the network namespace that an open file is of, or that a socket or a tun device
// is in. It asks no file system.
func netOf(fd int, nsfs uint64) (net uint64, ok bool) {
	var st sys.FileStat
	if sys.StatFD(fd, &st) != nil {
		return 0, false
	}
	switch {
	case st.Dev == nsfs:
		kind, err := sys.NamespaceType(fd)
		return st.Ino, err == nil && kind == sys.TypeNet
	case isSocket(&st), isTun(&st):
		net, err := inoOf(sys.SocketNet(fd))
		return net, err == nil
	}
	return 0, false
}

// mountOf is the mount namespace that an open file is of.
func mountOf(fd int, nsfs uint64) (ino uint64, ok bool) {
	var st sys.FileStat
	if sys.StatFD(fd, &st) != nil || st.Dev != nsfs {
		return 0, false
	}
	kind, err := sys.NamespaceType(fd)
	return st.Ino, err == nil && kind == sys.TypeMount
}

// device is the number of the character device that an open file is, if it is one.
func device(fd int) []uint64 {
	var st sys.FileStat
	if sys.StatFD(fd, &st) != nil || st.Kind() != sys.KindCharDevice {
		return nil
	}
	return []uint64{st.Rdev}
}

// mayHold reports whether an open file may hold a network namespace, and does not tell which: a
// directory may be that of a detached mount. It asks no file system.
func mayHold(fd int) bool {
	var st sys.FileStat
	if sys.StatFD(fd, &st) == nil && st.Kind() == sys.KindDirectory {
		return true
	}
	link, err := os.Readlink("/proc/self/fd/" + strconv.Itoa(fd))
	return err == nil && slices.Contains([]string{
		"anon_inode:[fscontext]", "anon_inode:bpf_link", "anon_inode:bpf_iter", "anon_inode:inotify", "anon_inode:[fanotify]",
		"anon_inode:[io_uring]",
	}, link)
}

// TunState is what a copy of a tun or tap descriptor tells.
type TunState struct {
	// Opened is the network namespace in which it was opened, Device that of its device. Each
	// is 0 if it cannot be told.
	Opened, Device uint64
	Name           string // of the device
}

// Tun asks for the state of a tun or tap descriptor. The error is ENOENT if the descriptor is
// that of another file by now.
func Tun(d Descriptor) Request { return d.request(opTun, 0) }

// Tun is the answer to the request [Tun].
func (a Answer) Tun() TunState { return TunState{a.Numbers[0], a.Numbers[1], string(a.Text)} }

func (c *copier) tun(r Request) Answer {
	fd, err := c.copyOf(r, isTun)
	if err != nil {
		return failed(err)
	}
	defer sys.Close(fd)
	opened, err1 := inoOf(sys.SocketNet(fd))
	device, err2 := inoOf(sys.TunNet(fd))
	if err1 != nil && err2 != nil {
		return failed(err1)
	}
	name, _ := sys.TunName(fd) // empty if it has no device
	return Answer{Numbers: []uint64{opened, device}, Text: []byte(name), FD: -1}
}

// OpenNet asks for the open network namespace of a socket or of a tun descriptor.
func OpenNet(d Descriptor) Request { return d.request(opOpenNet, 0) }

func (c *copier) openNet(r Request) Answer {
	fd, err := c.copyOf(r, func(st *sys.FileStat) bool { return isSocket(st) || isTun(st) })
	if err != nil {
		return failed(err)
	}
	defer sys.Close(fd)
	net, err := sys.SocketNet(fd)
	if err != nil {
		return failed(err)
	}
	return Answer{FD: net}
}

func isSocket(st *sys.FileStat) bool { return st.Kind() == sys.KindSocket }

func isTun(st *sys.FileStat) bool { return st.Kind() == sys.KindCharDevice && st.Rdev == sys.TunDevice }

// inoOf is the inode number of a namespace, which it closes.
func inoOf(fd int, err error) (uint64, error) {
	if err != nil {
		return 0, err
	}
	defer sys.Close(fd)
	_, ino, err := sys.Fstat(fd)
	return ino, err
}

// copier copies descriptors. It keeps the process open whose descriptor it copied last.
type copier struct {
	tid, pidfd int
	nets       map[uint64]uint64 // inode numbers of network namespaces by their cookies
}

// copyOf copies the descriptor of a request. It is ENOENT if the file is no such file, or is
// not the one that was found. A descriptor with O_PATH is copied, too, but tells nothing.
func (c *copier) copyOf(r Request, fits func(*sys.FileStat) bool) (int, error) {
	tid, thread := r.pid, false
	if r.tid != 0 {
		tid, thread = r.tid, true
	}
	if tid != c.tid {
		c.close()
		pidfd, err := sys.OpenProcess(tid, thread)
		if err != nil {
			return -1, err
		}
		c.tid, c.pidfd = tid, pidfd
	}
	fd, err := sys.CopyFD(c.pidfd, r.fd)
	if err != nil {
		return -1, err
	}
	var st sys.FileStat
	if sys.StatFD(fd, &st) != nil || !fits(&st) || r.ino != 0 && st.Ino != r.ino {
		sys.Close(fd)
		return -1, syscall.ENOENT
	}
	return fd, nil
}

func (c *copier) close() {
	if c.tid != 0 {
		sys.Close(c.pidfd)
		c.tid = 0
	}
}
