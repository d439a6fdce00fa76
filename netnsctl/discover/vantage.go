package discover

import (
	"os"
	"strconv"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/helper"
	"github.com/netnsctl/netnsctl/netnsctl/internal/mountinfo"
	"github.com/netnsctl/netnsctl/netnsctl/internal/mountns"
	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// sighting is a pin that a source saw on a namespace.
type sighting struct {
	// Identity is the namespace. Its cookie is set where the source was told it.
	netnsctl.Identity
	// NSID is for a namespace of which nothing else is known: the ID is zero. It is negative
	// where not even that is known.
	NSID netnsctl.NSID
	Pin  Pin
}

// vantage is where a scan looks from, and what it reads once for all sources.
type vantage struct {
	host netnsctl.Host
	fs   *procfs.FS
	// helper does what may never return.
	helper *helper.Helper
	anon   uint64 // the device of anonymous inodes

	// own is our network namespace, host1 that of pid 1.
	own, host1 netnsctl.ID
	// ownMounts is our mount namespace, hostMounts that of pid 1, or ours where that cannot
	// be told.
	ownMounts, hostMounts uint64
	// runDirs are the directories with names, that of host first.
	runDirs []*runDir
	clock   clock
	// allPIDs says that we are in the initial pid namespace, and see every process.
	allPIDs bool
	// ownUsers says that we are in another user namespace than the initial one, and that pid 1's
	// namespaces are not readable.
	ownUsers bool
	// ownProc says that procfs shows the processes of our pid namespace.
	ownProc bool
	// countsFDs says that the size of a process' fd directory is the number of its
	// descriptors (Linux 6.2).
	countsFDs bool
	// tapMajors are the major numbers of the character devices of macvtaps and ipvtaps.
	tapMajors []uint32
	// untoldDevices are the paths of the character devices by which a process may hold a
	// namespace that nothing tells, by their number.
	untoldDevices map[uint64]string
	gaps          []Gap // of the vantage itself

	processTable
	spending  *spending
	types     map[uint64]int // the types of namespaces by inode number
	untyped   []int          // processes with descriptors of namespaces whose type is not known
	mounts    mountns.All
	mountIDs  mountinfo.Set // of all mounts
	mountSeen []sighting    // of the network namespaces that are mounted
	// fileSystems are those that hold a network namespace, by their device.
	fileSystems map[string]*Pin
	unread      map[uint64]bool // mount namespaces whose mounts could not be read
	// socketSeen and socketGaps are what [sockets] saw, sentMounts the mount namespaces in flight.
	socketSeen []sighting
	socketGaps []Gap
	sentMounts []sentMount
	names      []*Name
	// mountGaps and nameGaps are what could not be read of mounts and names.
	mountGaps, nameGaps []Gap
	// deadFiles are those of [Snapshot.DeadFiles].
	deadFiles []*Name
	// inTrees has what is mounted on files in detached trees.
	inTrees mountns.FileMounts
	// uncovering is the time that was taken for opening covered mounts.
	uncovering time.Duration
	// roots are the root directories of all processes by mount namespace, found when they are
	// first needed.
	roots map[uint64][]*rootDir

	// links are the symbolic links in run directories with what they point to, by the directory.
	links map[netnsctl.ID]map[string]string

	// runtimes are the records of runtimes, read when they are first needed.
	runtimes func() runtimeState

	// wanted is what the keep files say.
	wanted Wanted

	// seen is what the sources before the one that collects have seen, nets the network
	// namespaces in it, socketNets those of sockets.
	seen []sighting
	opts Options
	// pendingRings are the io_urings that have a request which waits for an unknown file.
	pendingRings []blindFile
	// unixListeners are the inode numbers of listening unix sockets by their path.
	unixListeners map[string]map[uint64]bool
	// remembered are the namespaces of pins that do not tell them, from an earlier scan.
	remembered map[blindPin]netnsctl.Identity
	// unknown is the last number that was given to a namespace of which nothing is known.
	unknown    netnsctl.NSID
	nets       map[uint64]bool
	socketNets map[uint64]uint64
	// copies says that a descriptor of another process was copied.
	copies bool
	// multipath are the sockets of MPTCP in other namespaces than that of their process.
	multipath map[uint64]bool
}

// place is a directory as a path in a mount namespace. The number of its mount tells it
// from one that is covered; it is 0 where the kernel does not tell it (Linux 5.8).
type place struct {
	path  string
	mount uint64
}

// initialPIDs is the initial pid namespace (PROC_PID_INIT_INO in the kernel's
// include/linux/proc_ns.h).
const initialPIDs = "pid:[4026531836]"

// initialUsers is the initial user namespace (PROC_USER_INIT_INO there).
const initialUsers = "user:[4026531837]"

// newVantage opens procfs and finds out where we are.
func newVantage(host netnsctl.Host) (*vantage, error) {
	fail := func(path string, err error) (*vantage, error) {
		return nil, netnsctl.NewOpError(netnsctl.OpReadProc, "", path, err)
	}
	v := &vantage{
		host: host, helper: helper.Or(host.Helper), runDirs: runDirsOf(host),
		mounts: mountns.All{}, fileSystems: map[string]*Pin{}, nets: map[uint64]bool{}, socketNets: map[uint64]uint64{}, multipath: map[uint64]bool{}, spending: newSpending(),
	}
	self := host.Proc() + "/thread-self/ns/net"
	dev, ino, err := sys.Stat(self)
	if err != nil {
		return fail(self, err)
	}
	v.own = netnsctl.ID{Dev: dev, Ino: ino}
	var booted bootStamp
	if v.anon, booted.made, booted.exact, err = sys.AnonInode(); err != nil {
		return fail("eventfd", err)
	}
	if v.fs, err = procfs.OpenWith(host.Proc(), v.helper); err != nil {
		return fail(host.Proc(), err)
	}
	v.ownProc = procfs.IsOwn(v.fs.Root())
	v.clock = readClock(v.fs, booted)
	v.countsFDs = v.fs.CountsFDs(os.Getpid())
	v.tapMajors, v.untoldDevices = v.fs.Majors("macvtap", "ipvtap"), untoldDevices(v.fs)
	v.compareWithFirst()
	v.add([]sighting{v.sighting(v.own.Ino, Pin{})})
	if v.host1.Ino != 0 {
		v.add([]sighting{v.sighting(v.host1.Ino, Pin{})})
	}
	v.foreignRunDirs()
	return v, nil
}

func (v *vantage) close() {
	v.helper.Rest()
	v.mounts.Close()
	v.fs.Close()
}

// sighting is a pin on the namespace with an inode number.
func (v *vantage) sighting(ino uint64, p Pin) sighting {
	return sighting{Identity: netnsctl.Identity{ID: netnsctl.ID{Dev: v.own.Dev, Ino: ino}}, Pin: p}
}

// add keeps what a source has seen for those after it.
func (v *vantage) add(seen []sighting) {
	v.seen = append(v.seen, seen...)
	for _, s := range seen {
		v.nets[s.ID.Ino] = true
	}
}

// critical notes a gap that could hide anything.
func (v *vantage) critical(what string) {
	v.gaps = append(v.gaps, Gap{What: what, Critical: true, Vantage: true})
}

// compareWithFirst finds out whether we see what pid 1 sees. Where we do not, nothing may
// be called unused.
func (v *vantage) compareWithFirst() {
	root := v.fs.Root()
	link := func(pid, kind string) string {
		text, _ := os.Readlink(root + "/" + pid + "/ns/" + kind)
		return text
	}
	own := link("thread-self", "mnt")
	v.ownMounts, _ = procfs.ParseLink([]byte(own), "mnt")
	v.hostMounts = v.ownMounts
	v.mounts.Get(v.fs, v.ownMounts).AddMembers(os.Getpid())
	pids := link("thread-self", "pid")
	v.allPIDs = pids == initialPIDs
	if !v.allPIDs {
		v.clock.compareWithFirst(v.fs)
	}
	first := link("1", "net")
	if first == "" {
		v.critical(GapHost)
		v.ownUsers = link("thread-self", "user") != initialUsers
		return
	}
	ino, _ := procfs.ParseLink([]byte(first), "net")
	v.host1 = netnsctl.ID{Dev: v.own.Dev, Ino: ino}
	if mnt := link("1", "mnt"); mnt == own {
		v.mounts[v.ownMounts].AddMembers(1)
		var ours, theirs sys.FileStat
		if sys.StatFollow("/", &ours) == nil && sys.StatFollow(root+"/1/root", &theirs) == nil &&
			(ours.Dev != theirs.Dev || ours.Ino != theirs.Ino || ours.MountID != theirs.MountID) {
			v.critical(GapRoot)
		}
	} else {
		v.hostMounts, _ = procfs.ParseLink([]byte(mnt), "mnt")
		v.mounts.Get(v.fs, v.hostMounts).AddMembers(1)
		v.critical(GapMountNamespace)
	}
	if pids != link("1", "pid") {
		v.critical(GapPIDNamespace)
	} else if self, err := os.Readlink(root + "/self"); err == nil && self != strconv.Itoa(os.Getpid()) {
		v.critical(GapProcfs + ": " + root + " shows another")
	}
	if !sys.Privileged() {
		v.critical(GapPrivilege)
	}
}
