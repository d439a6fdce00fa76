package discover

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// facts are where we and pid 1 are.
type facts struct {
	own, first     uint64 // network namespaces
	mountNamespace uint64 // pid 1's
	atHome         bool   // in pid 1's mount namespace
	// runDir is the run directory as mountinfo shows it, without links.
	runDir string
	// boot is the moment of the boot, by today's clock.
	boot time.Time
	// tick is the unit of a process' start time in procfs.
	tick time.Duration
	// allPIDs: we are in the initial pid namespace, and see every process.
	allPIDs bool
	// pids is when the pid namespace of procfs had begun, zero for the initial one.
	pids time.Time
}

// initialPIDs is the initial pid namespace (PROC_PID_INIT_INO in the kernel's
// include/linux/proc_ns.h).
const initialPIDs = "pid:[4026531836]"

// prepare opens procfs and finds out where we are.
func (s *scan) prepare() error {
	fail := func(path string, err error) error {
		return netnsctl.NewOpError(netnsctl.OpReadProc, "", path, err)
	}
	proc, err := sys.OpenDir(s.host.Proc())
	if err != nil {
		return fail(s.host.Proc(), err)
	}
	s.proc = proc
	self := s.host.Proc() + "/thread-self/ns/net"
	if s.nsfs, s.self.own, err = sys.Stat(self); err != nil {
		sys.Close(proc)
		return fail(self, err)
	}
	s.snap.Own = s.namespace(s.self.own).ID
	if s.anon, err = sys.AnonInodeDev(); err != nil {
		sys.Close(proc)
		return fail("eventfd", err)
	}
	var st sys.FileStat
	var path sys.CPath
	s.fdCounts = sys.StatProc(proc, path.Set(os.Getpid(), "/fd"), &st) == nil && st.Size > 0

	s.self.runDir = s.host.Dir()
	if real, err := filepath.EvalSymlinks(s.self.runDir); err == nil {
		s.self.runDir = real
	}
	s.self.boot, s.self.tick = sys.BootTime(), sys.ClockTick
	s.compareWithFirst()
	return nil
}

// compareWithFirst finds out whether we see what pid 1 sees. Where we do not,
// nothing may be called unused.
func (s *scan) compareWithFirst() {
	blind := func(what string) {
		s.snap.Blind = append(s.snap.Blind, Blind{What: what, Grave: true})
	}
	link := func(pid, kind string) string {
		text, _ := readlink(s.host.Proc() + "/" + pid + "/ns/" + kind)
		return text
	}
	own := link("thread-self", "mnt")
	s.self.mountNamespace, _ = linkIno([]byte(own), "mnt:[")
	s.snap.OwnMounts = s.self.mountNamespace
	s.mountNamespace(s.self.mountNamespace).see([]int{os.Getpid()})
	pids := link("thread-self", "pid")
	if s.self.allPIDs = pids == initialPIDs; !s.self.allPIDs {
		if began, err := s.started(1); err == nil {
			s.self.pids = began.Add(s.self.tick) // it is rounded down
		}
	}
	first := link("1", "net")
	if first == "" {
		blind("what pid 1 sees: its namespaces are not readable")
		return
	}
	s.self.first, _ = linkIno([]byte(first), "net:[")
	s.namespace(s.self.first)
	if mnt := link("1", "mnt"); mnt == own {
		s.self.atHome = true
		s.mountNamespace(s.self.mountNamespace).see([]int{1})
		var ours, root sys.FileStat
		if sys.StatFollow("/", &ours) == nil && sys.StatFollow(s.host.Proc()+"/1/root", &root) == nil &&
			(ours.Dev != root.Dev || ours.Ino != root.Ino || ours.MountID != root.MountID) {
			blind("what is not below our root: pid 1's is another")
		}
	} else {
		s.self.mountNamespace, _ = linkIno([]byte(mnt), "mnt:[")
		s.mountNamespace(s.self.mountNamespace).see([]int{1})
		blind("pid 1's mount namespace: ours is another")
	}
	if pids != link("1", "pid") {
		blind("pid 1's pid namespace: ours is another")
	} else if self, err := readlink(s.host.Proc() + "/self"); err == nil && self != strconv.Itoa(os.Getpid()) {
		blind("our own pid namespace: " + s.host.Proc() + " shows another")
	}
	if !sys.Privileged() {
		blind("what takes CAP_SYS_ADMIN, CAP_SYS_PTRACE and CAP_NET_ADMIN")
	}
}

func readlink(path string) (string, error) { return os.Readlink(path) }

// read reads a file of procfs.
func (s *scan) read(path string) ([]byte, error) { return os.ReadFile(path) }

// readAt reads a file below the procfs that is held open: it is found from
// inside any mount namespace.
func (s *scan) readAt(path string) ([]byte, error) {
	fd, err := sys.OpenAt(s.proc, append(sys.CPath(path), 0))
	if err != nil {
		return nil, err
	}
	defer sys.Close(fd)
	return sys.ReadAll(fd, nil)
}

// started is when a process began, by today's clock.
func (s *scan) started(pid int) (time.Time, error) {
	text, err := s.read(s.host.Proc() + "/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return time.Time{}, err
	}
	ticks, err := startTicks(text)
	return s.self.boot.Add(time.Duration(ticks) * s.self.tick), err
}

// ends tells whether a process is on its way out, with all of its threads: each is
// exiting, or has the SIGKILL that the end of the process sends it.
func (s *scan) ends(pid int) bool {
	tasks := strconv.Itoa(pid) + "/task/"
	dir, err := sys.OpenAt(s.proc, append(sys.CPath(tasks), 0))
	if err != nil {
		return gone(err)
	}
	defer sys.Close(dir)
	all := true
	err = sys.EachNumber(dir, make([]byte, 4<<10), func(tid int) bool {
		text, err := s.readAt(tasks + strconv.Itoa(tid) + "/stat")
		const exiting = 0x4 // PF_EXITING, include/linux/sched.h
		flags, _ := statField(text, 9)
		pending, _ := statField(text, 31)
		all = gone(err) || flags&exiting != 0 || pending&(1<<(syscall.SIGKILL-1)) != 0
		return all
	})
	return all && (err == nil || gone(err))
}

// startTicks is when a process began, in clock ticks after the boot.
func startTicks(stat []byte) (int64, error) { return statField(stat, 22) }

// statField reads a field of /proc/PID/stat (proc(5)), the fourth or a later one.
// The command is in parentheses and may contain anything, so the fields are counted
// from the last one.
func statField(stat []byte, n int) (int64, error) {
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 20 || len(fields) < n-2 {
		return 0, os.ErrInvalid
	}
	return strconv.ParseInt(string(fields[n-3]), 10, 64)
}
