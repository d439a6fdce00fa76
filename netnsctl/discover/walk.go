package discover

import (
	"slices"
	"sync"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// readProcesses reads all processes, their threads and descriptors.
func (v *vantage) readProcesses() error {
	pids, err := v.fs.PIDs()
	if err != nil {
		return err
	}
	var all sync.Mutex
	v.members = map[uint64][]int{}
	silent := v.helper.Each(len(pids), func() (func(int), func()) {
		w := &walker{v: v, r: v.fs.NewReader(), processTable: processTable{members: map[uint64][]int{}}}
		return func(i int) { w.process(pids[i]) }, func() {
			all.Lock()
			defer all.Unlock()
			v.merge(w.processTable)
		}
	})
	all.Lock()
	defer all.Unlock()
	for _, i := range silent {
		v.helper.Silent(pids[i])
	}
	v.sortFiles()
	return nil
}

// walker reads one process after another. It shares nothing with the other walkers.
type walker struct {
	processTable
	v   *vantage
	r   *procfs.Reader
	net uint64 // the network namespace of the process that is being read
	mnt uint64 // the mount namespace that was seen last
	uid uint32 // the effective user of that process
	repeats
	exceeded int // the last process that had more descriptors than are looked at
}

// process reads a process. One that ends meanwhile is no error.
func (w *walker) process(pid int) {
	threaded, uid := w.r.Tasked(pid)
	w.net, w.mnt, w.uid, w.repeats = 0, 0, uid, repeats{}
	net, err := w.r.Namespace(pid, "net")
	leader := pid
	switch {
	case err == nil:
		w.net = net
		w.threads = append(w.threads, thread{pid: pid, net: net})
		w.inMount(pid)
		w.descriptors(pid, 0)
	case procfs.Gone(err):
		leader = 0 // threads may go on when their leader has ended
	default:
		w.refused = refuse(w.refused, pid, err)
		return
	}
	if threaded {
		w.otherThreads(pid, leader)
	}
}

// otherThreads reads the threads of a process but its leader. That is 0 if it is a zombie:
// then the threads are the process, which is in each namespace that one of them is in.
func (w *walker) otherThreads(pid, leader int) {
	tids, err := w.r.Tasks(pid)
	w.refused = refuse(w.refused, pid, err)
	var nets []uint64 // that the threads of a zombie are in
	leaderless := leader == 0
	for _, tid := range slices.Clone(tids) {
		if tid == pid {
			continue
		}
		net, err := w.r.Namespace(tid, "net")
		if err != nil {
			continue
		}
		switch {
		case !leaderless && net != w.net:
			w.threads = append(w.threads, thread{pid: pid, tid: tid, net: net})
		case leaderless && !slices.Contains(nets, net):
			nets = append(nets, net)
			w.threads = append(w.threads, thread{pid: pid, tid: tid, net: net, leads: true})
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

// inMount notes the mount namespace of a process or thread.
func (w *walker) inMount(tid int) {
	ino, err := w.r.Namespace(tid, "mnt")
	if err != nil || ino == w.mnt {
		return
	}
	w.mnt = ino
	const enough = 4
	if tids := w.members[ino]; len(tids) < enough {
		w.members[ino] = append(tids, tid)
	}
}

// descriptors reads those of a process, or of its thread tid where that is not 0.
func (w *walker) descriptors(pid, tid int) {
	left, items := w.v.spending.left(w.uid), tableCost
	err := w.r.EachFD(pid, tid, w.v.countsFDs, maxDescriptors, func(dir, fd int) bool {
		f := openFile{pid: pid, tid: tid, fd: fd, net: w.net}
		if items++; w.classify(dir, &f) {
			w.files = append(w.files, f)
			items += keptCost
		}
		if items > spendEvery {
			w.v.spending.spend(w.uid, items)
			left, items = w.v.spending.left(w.uid), 0
		}
		return items < left
	})
	w.v.spending.spend(w.uid, items)
	if err != syscall.E2BIG {
		w.refusedFDs = refuse(w.refusedFDs, pid, err)
	} else if pid != w.exceeded {
		w.exceeded = pid
		w.v.spending.exceed(w.uid, pid)
	}
}

// classify reports whether a file may pin a namespace, or be that of a stale name. A stat tells most: the text of the
// link is a path where a namespace was opened by one.
func (w *walker) classify(dir int, f *openFile) bool {
	var st sys.FileStat
	if w.r.StatFD(dir, f.fd, &st) != nil {
		return false // closed meanwhile
	}
	f.id = st.Ino
	switch {
	case st.Dev == w.v.own.Dev:
		f.class = nsfsFile
		return w.uid == 0 || !w.again(&st)
	case st.Dev == w.v.anon:
		link, err := w.r.ReadFD(dir, f.fd)
		class, ok := anonymous[string(link)]
		f.class = class
		return err == nil && ok
	case st.Kind() == sys.KindSocket:
		f.class = socketFile
		return w.uid == 0 || !w.again(&st)
	case st.Kind() == sys.KindRegular && st.InProc():
		link, err := w.r.ReadFD(dir, f.fd)
		_, ok := procfs.NetFile(link)
		f.class = procNetFile
		return err == nil && ok && (w.uid == 0 || !w.again(&st))
	case st.Kind() == sys.KindCharDevice && st.Rdev == sys.TunDevice:
		f.class = tunFile
	case st.Kind() == sys.KindCharDevice && slices.Contains(w.v.tapMajors, sys.Major(st.Rdev)):
		f.class, f.id = tapFile, st.Rdev
	case st.Kind() == sys.KindCharDevice && w.v.untoldDevices[st.Rdev] != "":
		f.class, f.id = untoldDevice, st.Rdev
	case st.Kind() == sys.KindDirectory:
		f.class, f.id = directory, st.MountID
		return w.uid == 0 || !w.again(&st)
	case st.Kind() == sys.KindRegular && st.Size == 0 && w.v.onRunDir(st.Dev):
		f.class = emptyFile
		return w.uid == 0 || !w.again(&st)
	default:
		return false
	}
	return true
}

// anonymous are the files without a name that may pin a namespace.
var anonymous = map[string]fileClass{
	"anon_inode:inotify":     inotifyGroup,
	"anon_inode:[fanotify]":  fanotifyGroup,
	"anon_inode:[io_uring]":  ioURing,
	"anon_inode:[fscontext]": mountContext,
	"anon_inode:bpf_link":    bpfLink,
	"anon_inode:bpf_iter":    bpfIterator,
}

// refuse adds a process of which something could not be read, once.
func refuse(refused []int, pid int, err error) []int {
	last := len(refused) - 1
	if err == nil || procfs.Gone(err) || last >= 0 && refused[last] == pid {
		return refused
	}
	return append(refused, pid)
}
