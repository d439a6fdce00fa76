package discover

import (
	"cmp"
	"os"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/container"
	"github.com/netnsctl/netnsctl/netnsctl/inside"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Options say how much to tell.
type Options struct {
	// Everything fills in commands, owners, cookies and ages of healthy
	// namespaces, too. A scan always looks for all namespaces and pins.
	Everything bool
	// Hold keeps every namespace open that can be opened, for as long as the
	// snapshot is and as the limit of open files allows.
	Hold bool
	// IdentityOnly fills in the cookies of all namespaces, but nothing else that
	// their pins do not tell, and holds none.
	IdentityOnly bool
	// Files fills in [Snapshot.OnFile], and keeps mount namespaces open that have no
	// process.
	Files bool
}

// scan is the state of one Scan.
type scan struct {
	host netnsctl.Host
	opts Options
	snap *Snapshot
	proc int // the open procfs

	// nsfs and anon are the devices of namespaces and anonymous inodes.
	nsfs, anon uint64
	// fdCounts says that the size of a process' fd directory is the number of
	// its descriptors (Linux 6.2).
	fdCounts bool
	self     facts

	nets map[uint64]*Namespace // by inode number
	// numbers are namespaces of which the kernel tells only the nsid.
	numbers []*Namespace
	mounts  map[uint64]*MountNamespace
	// types are those of namespaces that are neither in nets nor in mounts.
	types map[uint64]int
	// seen are the mounts of all mount namespaces.
	seen mountSet
	// runDirs are those of all processes, found when they are first needed.
	runDirs map[place]int
	scratch inside.Scratch
	// unlisted counts the namespaces whose devices could not be listed.
	unlisted int
	// state is what runtimes have noted, read when it is first needed.
	state func() container.State
}

// sighting is a pin on the namespace with an inode number.
type sighting struct {
	ino uint64
	pin Pin
}

// Scan looks at the whole host. It fails only where nothing can be told at all;
// the caller closes the snapshot.
//
// It enters namespaces on threads that end afterwards, and never on the process'
// first one.
func Scan(host netnsctl.Host, opts Options) (*Snapshot, error) {
	first, err := look(host, opts)
	if err != nil {
		return nil, err
	}
	unexplained := first.unexplained()
	if len(unexplained) == 0 {
		return first.snap, nil
	}
	// It may have been made after we had passed its holder: a second look tells.
	first.snap.Close()
	second, err := look(host, opts)
	if err != nil {
		return nil, err
	}
	second.forget(unexplained)
	return second.snap, nil
}

func look(host netnsctl.Host, opts Options) (*scan, error) {
	s := &scan{
		host:   host,
		opts:   opts,
		snap:   &Snapshot{Taken: time.Now(), Host: host},
		nets:   map[uint64]*Namespace{},
		mounts: map[uint64]*MountNamespace{},
		types:  map[uint64]int{},
		state:  sync.OnceValue(func() container.State { return container.Read(host.StateRoot) }),
	}
	if err := s.prepare(); err != nil {
		return nil, err
	}
	defer sys.Close(s.proc)
	defer s.scratch.Close()
	if s.fromOutside() {
		what := "mounts of other pid namespaces on " + host.Dir() + ", which is older than ours"
		s.snap.Blind = append(s.snap.Blind, Blind{What: what, Grave: true})
	}

	var late *leftovers
	var err error
	s.step("processes", func() { late, err = s.walkProcesses() })
	if err != nil {
		return nil, err
	}
	s.step("files", func() { s.resolve(late) })
	s.step("mounts", s.walkMounts)
	s.step("directories", func() { s.walkTrees(late) })
	s.step("names", s.readNames)
	s.step("kernel", s.rollCall)
	s.step("verdicts", s.judge)
	if opts.Files {
		s.step("mounts", func() { s.snap.OnFile = s.fileMounts() })
	}
	s.blind(Blind{What: "namespaces whose devices cannot be listed", Count: s.unlisted, Grave: true})
	s.finish()
	return s, nil
}

// step runs one part of the scan and notes how long it took.
func (s *scan) step(source string, run func()) {
	begin := time.Now()
	run()
	s.snap.Steps = append(s.snap.Steps, Step{source, time.Since(begin)})
}

// walkProcesses has one walker per processor go through all processes.
func (s *scan) walkProcesses() (*leftovers, error) {
	pids, err := s.pids()
	if err != nil {
		return nil, err
	}
	const chunk = 32
	walkers := make([]*walker, runtime.GOMAXPROCS(0))
	var next atomic.Int64
	var done sync.WaitGroup
	for i := range walkers {
		w := newWalker(s)
		walkers[i] = w
		done.Go(func() {
			for {
				from := int(next.Add(chunk)) - chunk
				if from >= len(pids) {
					return
				}
				for _, pid := range pids[from:min(from+chunk, len(pids))] {
					w.process(pid)
				}
			}
		})
	}
	done.Wait()
	return s.merge(walkers), nil
}

func (s *scan) pids() ([]int, error) {
	pids := make([]int, 0, 1024)
	fd, err := sys.OpenDir(s.host.Proc())
	if err != nil {
		return nil, netnsctl.NewOpError(netnsctl.OpReadProc, "", s.host.Proc(), err)
	}
	defer sys.Close(fd)
	self := os.Getpid()
	err = sys.EachNumber(fd, make([]byte, 64<<10), func(pid int) bool {
		// What we hold ourselves, we hold for the scan.
		if pid != self {
			pids = append(pids, pid)
		}
		return true
	})
	if err != nil {
		return nil, netnsctl.NewOpError(netnsctl.OpReadProc, "", s.host.Proc(), err)
	}
	return pids, nil
}

// leftovers is what the walkers found and could not settle alone.
type leftovers struct {
	files []sighting // of namespaces whose type is not known yet
	trees []sighting // directories: ino is the mount they are on
}

func (s *scan) merge(walkers []*walker) *leftovers {
	var late leftovers
	var processes, sockets, flight, rings int
	for _, w := range walkers {
		for _, seen := range w.pins {
			s.pin(seen.ino, seen.pin)
		}
		for ino, pids := range w.mounts {
			s.mountNamespace(ino).see(pids)
		}
		late.files = append(late.files, w.files...)
		late.trees = append(late.trees, w.trees...)
		for _, pid := range w.unreadable {
			if !s.ends(pid) {
				processes++
			}
		}
		sockets += w.sockets
		flight += w.flight
		rings += w.rings
	}
	s.blind(Blind{What: "processes not readable", Count: processes, Grave: true})
	s.blind(Blind{What: "sockets not readable", Count: sockets})
	s.blind(Blind{What: "descriptors in flight not readable", Count: flight})
	s.blind(Blind{What: "io_uring files not readable", Count: rings})
	return &late
}

// blind notes what could not be looked at, if there was any.
func (s *scan) blind(b Blind) {
	if b.Count > 0 {
		s.snap.Blind = append(s.snap.Blind, b)
	}
}

// cannot notes a source that is not there.
func (s *scan) cannot(what string) {
	s.snap.Blind = append(s.snap.Blind, Blind{What: what})
}

func (s *scan) namespace(ino uint64) *Namespace {
	ns := s.nets[ino]
	if ns == nil {
		ns = &Namespace{ID: netnsctl.ID{Dev: s.nsfs, Ino: ino}}
		s.nets[ino] = ns
	}
	return ns
}

func (s *scan) pin(ino uint64, p Pin) {
	ns := s.namespace(ino)
	ns.Pins = append(ns.Pins, p)
}

// finish puts the namespaces in order and drops what nobody needs.
func (s *scan) finish() {
	for _, ns := range s.nets {
		s.snap.Namespaces = append(s.snap.Namespaces, ns)
	}
	s.snap.Namespaces = append(s.snap.Namespaces, s.numbers...)
	slices.SortFunc(s.snap.Namespaces, func(a, b *Namespace) int {
		return cmp.Or(cmp.Compare(a.ID.Ino, b.ID.Ino), cmp.Compare(a.NSID, b.NSID))
	})
	s.snap.MountNamespaces = s.mounts
	for ino, m := range s.mounts {
		if !m.pinsOrphan && (!s.opts.Files || len(m.pids) > 0 || m.open() != nil) {
			m.close()
			delete(s.mounts, ino)
		}
	}
}
