package discover

import (
	"bytes"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// walker looks at one process after another. It shares nothing with the other
// walkers, and allocates nothing for a process that has nothing to tell.
type walker struct {
	s       *scan
	path    sys.CPath
	link    [256]byte
	entries []byte // for directory records
	numbers []int
	text    []byte // for the contents of a file

	// The process that is being looked at: its namespaces, its pidfd if that was
	// needed.
	net    uint64
	mnt    uint64
	pidfds map[int]int

	pins       []sighting
	mounts     map[uint64][]int // processes by mount namespace, a few of each
	sockNets   map[uint64]socketNet
	files      []sighting
	trees      []sighting
	unreadable []int
	sockets    int
	flight     int
	rings      int
}

func newWalker(s *scan) *walker {
	return &walker{
		s:        s,
		entries:  make([]byte, 32<<10),
		mounts:   map[uint64][]int{},
		sockNets: map[uint64]socketNet{},
		pidfds:   map[int]int{},
	}
}

// witnesses is how many processes are remembered per mount namespace: some may
// be chrooted, or end before they are needed.
const witnesses = 4

// process looks at a process, its threads and descriptors. One that ends
// meanwhile is no error.
func (w *walker) process(pid int) {
	defer w.forget()
	leader := pid
	w.mnt = 0
	net, err := w.namespaceLink(w.path.Set(pid, "/ns/net"), "net:[")
	switch {
	case err == nil:
		w.see(net, Pin{Kind: Process, PID: pid, FD: -1})
		w.inMount(pid)
	case gone(err):
		// It has ended, but threads may go on without their leader.
		leader = 0
	default:
		w.refused(pid, err)
		return
	}
	w.net = net
	if leader != 0 {
		w.descriptors(pid, 0)
	}
	if w.threaded(pid) {
		w.threads(pid, leader)
	}
}

// threads looks at the threads of a process but its leader, which is 0 if it is
// a zombie: then the threads are the process.
func (w *walker) threads(pid, leader int) {
	tids := w.tasks(pid)
	for _, tid := range append([]int(nil), tids...) {
		if tid == pid {
			continue
		}
		net, err := w.namespaceLink(w.path.SetTask(pid, tid, "/ns/net"), "net:[")
		if err != nil {
			continue
		}
		if net != w.net {
			w.see(net, Pin{Kind: Thread, PID: pid, TID: tid, FD: -1})
		}
		w.inMount(tid)
		if leader == 0 {
			leader, w.net = tid, net
			w.descriptors(pid, tid)
			continue
		}
		if shared, err := sys.SameFiles(leader, tid); err == nil && !shared {
			w.descriptors(pid, tid)
		}
	}
}

// see notes a pin.
func (w *walker) see(ino uint64, p Pin) { w.pins = append(w.pins, sighting{ino, p}) }

// inMount notes the mount namespace of a process, or of a thread of it that is in
// another one: procfs has a directory for each thread, too, which is only not listed.
func (w *walker) inMount(tid int) {
	ino, err := w.namespaceLink(w.path.Set(tid, "/ns/mnt"), "mnt:[")
	if err != nil || ino == w.mnt {
		return
	}
	w.mnt = ino
	if tids := w.mounts[ino]; len(tids) < witnesses {
		w.mounts[ino] = append(tids, tid)
	}
}

// namespaceLink reads the inode number from a link such as net:[4026531840].
func (w *walker) namespaceLink(path sys.CPath, prefix string) (uint64, error) {
	n, err := sys.ReadlinkAt(w.s.proc, path, w.link[:])
	if err != nil {
		return 0, err
	}
	ino, ok := linkIno(w.link[:n], prefix)
	if !ok {
		return 0, syscall.EINVAL
	}
	return ino, nil
}

// linkIno reads the number from "net:[N]", where prefix is "net:[".
func linkIno(link []byte, prefix string) (ino uint64, ok bool) {
	digits, found := bytes.CutPrefix(link, []byte(prefix))
	if !found || len(digits) < 2 || digits[len(digits)-1] != ']' || len(digits) > 20 { // 19 digits fit into 64 bits
		return 0, false
	}
	for _, c := range digits[:len(digits)-1] {
		if c < '0' || c > '9' {
			return 0, false
		}
		ino = ino*10 + uint64(c-'0')
	}
	return ino, true
}

// eachTask calls f with a process and then with each other thread of it.
func (w *walker) eachTask(pid int, f func(tid int)) {
	w.mnt = 0
	f(pid)
	if !w.threaded(pid) {
		return
	}
	for _, tid := range w.tasks(pid) {
		if tid != pid {
			f(tid)
		}
	}
}

// threaded tells whether a process has more threads than its leader.
func (w *walker) threaded(pid int) bool {
	var st sys.FileStat
	return sys.StatProc(w.s.proc, w.path.Set(pid, "/task"), &st) == nil && st.Links > 3 // ".", ".." and the leader
}

// tasks gives the threads of a process, good until the next call.
func (w *walker) tasks(pid int) []int {
	w.numbers = w.numbers[:0]
	fd, err := sys.OpenAt(w.s.proc, w.path.Set(pid, "/task"))
	if err != nil {
		w.refused(pid, err)
		return nil
	}
	defer sys.Close(fd)
	err = sys.EachNumber(fd, w.entries, func(n int) bool {
		w.numbers = append(w.numbers, n)
		return true
	})
	w.refused(pid, err)
	return w.numbers
}

// refused notes that something of a process could not be read. That is so, too,
// when it ends: on its way out its files are those of root, whom a user namespace
// need not know.
func (w *walker) refused(pid int, err error) {
	if err != nil && !gone(err) {
		w.unreadable = append(w.unreadable, pid)
	}
}

// forget closes what was opened for one process.
func (w *walker) forget() {
	for tid, fd := range w.pidfds {
		if fd >= 0 {
			sys.Close(fd)
		}
		delete(w.pidfds, tid)
	}
}

// gone tells whether an error says that a process has ended.
func gone(err error) bool { return err == syscall.ENOENT || err == syscall.ESRCH }
