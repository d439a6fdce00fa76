package discover

import (
	"path"
	"strconv"
	"time"

	"github.com/vishvananda/netns"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/container"
	"github.com/netnsctl/netnsctl/netnsctl/internal/deadfile"
	"github.com/netnsctl/netnsctl/netnsctl/internal/mountns"
	"github.com/netnsctl/netnsctl/netnsctl/internal/rundir"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Options select what a [Scan] reports about namespaces that are in use. Every scan looks for
// all namespaces and all pins, and reports everything about stale names and orphans.
type Options struct {
	// Everything fills in the commands, owners, cookies and ages of the other namespaces, too.
	Everything bool
	// Hold keeps every namespace open until [Snapshot.Close], as far as it can be opened and
	// the limit of open files (RLIMIT_NOFILE) allows. Package inspect needs it.
	Hold bool
	// IdentityOnly is for a fast comparison of scans: it fills in the cookies of all
	// namespaces, and leaves out what takes more than looking for pins, such as owners and
	// ages. The scan then holds no namespace.
	IdentityOnly bool
	// Opened, if not nil, is called with each namespace while the scan has it open, of which the
	// cookie is known then.
	Opened func(ns *Namespace, handle netns.NsHandle)
	// Files fills in [Snapshot.OnFile], and keeps mount namespaces without a process open until
	// [Snapshot.Close]. Package clean needs it, and for a plan that may have idle names or
	// namespaces, as one with targets, Everything as well.
	Files bool
	// Sockets looks into the namespaces without a process for sockets that no descriptor leads
	// to, such as a connection of TCP that outlives its process. The scan always looks into
	// orphans.
	Sockets bool
	// Evidence fills in [Namespace.Evidence] of the idle namespaces. It includes Everything, Sockets,
	// and FarEnds of all of them.
	Evidence bool
	// Leases fills in [Snapshot.Leases]. It needs Everything.
	Leases bool
	// AllDirectories fills in [Snapshot.DeadFiles].
	AllDirectories bool
	// FarEnds selects the idle namespaces of which [Namespace.FarEnds] are wanted, too; nil selects
	// none.
	FarEnds func(*Namespace) bool
	// LeftOvers says that the caller reports or removes what is left over: a keep file that cannot
	// be read or understood is a critical gap then.
	LeftOvers bool
	// Before is an earlier snapshot, which may be closed. Some pins, such as an open file of
	// /proc/net, do not tell which namespace they are on: they are found by looking into all
	// that another pin leads to. The scan then remembers what the earlier one has found.
	Before *Snapshot
}

// Snapshot is the result of a [Scan]. The host changes during a scan, so that a snapshot may
// have things that never existed at the same time.
type Snapshot struct {
	// Taken is the time at which the scan began.
	Taken time.Time
	Host  netnsctl.Host
	// Own is the network namespace of the goroutine that called Scan.
	Own netnsctl.ID
	// OwnMounts is the inode number of the mount namespace of that goroutine.
	OwnMounts uint64
	// AllPIDs says that the scan was in the initial pid namespace, and saw every process.
	AllPIDs bool
	// Obstacle says why no name can be removed from the run directory, where [Options.Files] is
	// set; it is [netnsctl.NoObstacle] if one can.
	Obstacle netnsctl.Obstacle
	// RunDirOwner is the runtime in whose directory the names are, where [Options.Files] is set and a
	// name is stale, or Evidence is set; empty if there is none. The run directory is then a symbolic
	// link or a bind mount, so that `ip netns` shows what the runtime has.
	RunDirOwner string
	// Namespaces are in the order of their inode numbers, Names in alphabetical
	// order.
	Namespaces []*Namespace `json:"namespaces"`
	Names      []*Name      `json:"names"`
	// DeadFiles are the dead files in directories of container runtimes and other programs, where
	// [Options.AllDirectories] is set. They are no names: [Name.Name] is the whole path. A file on
	// which a network namespace is mounted, in any mount namespace, is none.
	DeadFiles []*Name
	// Gaps are what the scan could not look at.
	Gaps []Gap `json:"not_seen"`
	// MountNamespaces has those in which network namespaces are mounted, by
	// inode number.
	MountNamespaces mountns.All
	// OnFile has what is mounted, in any mount namespace, on the files of Names and DeadFiles, and
	// on those of the mounts of unused namespaces, where that was asked for
	// ([Options.Files]).
	OnFile mountns.FileMounts
	// OnlyUsers has the mount namespaces in OnFile that belong to one ordinary user together
	// with every process in them, where [Options.Files] is set: what ends there harms nobody
	// else. It has those only whose mounts are on the file of an unused name, or of an orphan.
	OnlyUsers map[uint64]int64
	// Leases are the addresses that CNI has assigned and not released, and that lead to no namespace:
	// neither their paths nor their containers do. They are known with [Options.Leases].
	Leases []container.Lease `json:"lost_leases,omitempty"`
	// Limit is how many network namespaces a user may have, and who has how many.
	Limit Limit
	// Steps are the parts of the scan, in the order in which they were taken.
	Steps []Step

	first    netnsctl.ID         // the network namespace of pid 1
	runtimes func() runtimeState // as the scan has read them
}

// FileMount is a mount of anything on the file of a name, or of a mount of an unused
// namespace. It ends with the file.
type FileMount = mountns.FileMount

// Step is one part of a scan: the source that it looked at, and the time that this took.
type Step struct {
	Source  string
	Elapsed time.Duration
}

// Namespace is one network namespace.
type Namespace struct {
	// Identity is the identity of the namespace. Its cookie is 0 if the options did not ask
	// for it, or before Linux 5.14.
	netnsctl.Identity
	// NSID is set only if ID is zero: nothing but its nsid, in the namespace [Snapshot.Own], is
	// then known of the namespace. A negative one only tells namespaces apart of which nothing
	// but a pin is known. For all other namespaces NSID has no meaning.
	NSID netnsctl.NSID
	// Inside are the devices of a namespace of which only the nsid is known, with their addresses,
	// as texts such as "eth0 10.2.1.15/24". The kernel opens no namespace by its nsid.
	Inside []string `json:"inside,omitempty"`
	// Names are the names that lead to the namespace.
	Names   []string
	Verdict Verdict
	// Reason is the reason for the verdict, for people.
	Reason string `json:"reason"`
	// Born is the time at which the kernel made the nsfs file that is mounted or open: the
	// namespace is at least as old. It is zero if that is not known.
	Born time.Time `json:"born,omitzero"`
	// AgeSeconds is the time from Born to the scan, nil where Born is zero.
	AgeSeconds *int64 `json:"age_seconds,omitempty"`
	Owner      Owner  `json:"owner,omitzero"`
	Pins       []Pin  `json:"pins"`
	// Hardware are the names of the physical devices in a namespace that has no process. In an
	// idle namespace the scan looks for them only with [Options.Everything].
	Hardware []string
	// Unlisted says that Hardware is not known, because the devices could not be listed.
	Unlisted bool
	// UID is the user who has every capability over the namespace; 0 if that is root, or not
	// known. The scan fills it in for orphans and, with [Options.Files] or where there are keep
	// files, for others.
	UID int64
	// NoRuntime says that a namespace without a process looks like that of a container, or is on a
	// host with containers, and that no runtime's records have it. The scan fills it in where it
	// fills in Owner.
	NoRuntime bool `json:"no_runtime,omitempty"`
	// Leases are the addresses that CNI has assigned to the namespace, or to its container,
	// and not released. They are set for the namespaces for which Owner is.
	Leases []container.Lease `json:"cni,omitempty"`

	// WantedBy is the line of a keep file that wants an idle, wired or otherwise orphaned namespace
	// kept, as in "/etc/netnsctl/keep.d/vpn.conf:3"; empty if none does. See package keep.
	WantedBy string `json:"wanted_by,omitempty"`

	// FarEnds are the devices in other namespaces that the kernel deletes together with this one.
	// They are known for orphans and wired namespaces and, with [Options.FarEnds], for idle ones.
	FarEnds []FarEnd

	// Evidence is set for idle namespaces with [Options.Evidence].
	Evidence *Evidence `json:"evidence,omitempty"`

	seen    Verdict            // where Verdict is Unknown, see [Namespace.Seen]
	kept    bool               // by a runtime's records
	records []container.Record // all that lead to it
	held    bool
	fd      int // if held
}

// Owner is the process, unit, container or runtime to which a namespace seems to belong. It is
// for display: a process chooses its own Command.
type Owner struct {
	PID     int    `json:"pid,omitempty"`
	Command string `json:"command,omitempty"`
	// Unit is the systemd unit, Container and Pod the IDs in the cgroup of the process.
	Unit      string `json:"unit,omitempty"`
	Container string `json:"container,omitempty"`
	Pod       string `json:"pod,omitempty"`
	// Runtime is the program in whose directory the namespace is mounted, or that has noted
	// it.
	Runtime string `json:"runtime,omitempty"`
	// Name is the name of the container and PodName that of the pod (namespace/name), as
	// the runtime has them.
	Name    string `json:"container_name,omitempty"`
	PodName string `json:"pod_name,omitempty"`
}

// Name is an entry of the run directory, or of the one that another build of iproute2 has.
type Name struct {
	// Name is the file name; in another directory than the run directory the whole path.
	Name string `json:"name"`
	// ID is the network namespace that it leads to, zero if none.
	ID      netnsctl.ID
	Verdict Verdict `json:"state"`
	// Cause is the reason why a name is stale.
	Cause Cause `json:"cause,omitempty"`
	// Detail says more, for people; empty if there is nothing to add.
	Detail string `json:"detail,omitempty"`
	// AgeSeconds is the time from File.Born to the scan, nil where that is zero.
	AgeSeconds *int64 `json:"age_seconds,omitempty"`
	// File is the entry itself, under whatever is mounted on it.
	File File
	// Obstacle is why the file cannot be removed although others can ([Snapshot.Obstacle]); for a
	// name of another directory than the run directory also why none can be removed there. That
	// of a name that leads to a namespace is known with [Options.Everything] and Files.
	Obstacle netnsctl.Obstacle
	// Owner is the program in whose directory a file of [Snapshot.DeadFiles] is; for a name of another
	// directory than the run directory it is as [Snapshot.RunDirOwner].
	Owner string `json:"owner,omitempty"`
	// Keeper is the runtime whose records have the path of a stale name, and for what container,
	// where [Options.Files] is set.
	Keeper string `json:"keeper,omitempty"`
	// WantedBy is the line of a keep file that wants a stale or idle name kept, see
	// [Namespace.WantedBy].
	WantedBy string `json:"wanted_by,omitempty"`
	// Elsewhere is the namespace to which a link leads that dangles here, in another mount
	// namespace that has the run directory, too; empty if there is none.
	Elsewhere string
	// Namesakes are the network namespaces that are mounted on the empty file of a stale name in other
	// mount namespaces. These mounts end with the file.
	Namesakes []Namesake `json:"mounted_elsewhere,omitempty"`
	// Opener is a process that has the empty file of a stale name open, nil if none has.
	Opener *Pin `json:"opener,omitempty"`
	// Open says that the file is open, though no descriptor of it was found: it is mapped, in
	// flight, or registered with io_uring. It is set where [Options.Files] is.
	Open bool
	// On is that file as [Mount.File] has it, where [Options.Files] is set and it is
	// known.
	On string
	// Mounted says that something is mounted on it: the namespace Top, of
	// whatever type, if that is not zero.
	Mounted bool
	Top     netnsctl.ID
	// Layers are the mounts on it to which its path leads, the topmost first, and Beside are
	// those on its file, in the mount namespace of the scan, to which it does not: another path
	// leads there, or none, as another mount covers them. Both are known where On is.
	Layers, Beside []Layer

	seen  Verdict        // where a gap makes Verdict Unknown, see [Name.Seen]
	in    *runDir        // nil for a file of DeadFiles
	entry *rundir.Entry  // nil where the mounts have told enough
	dead  *deadfile.File // nil for a name
	// foreign is [Gap.What] where a file of DeadFiles may be in mount namespaces that we cannot see.
	foreign string
}

// Path is the path of the name, or of the file of [Snapshot.DeadFiles].
func (n *Name) Path(host netnsctl.Host) string {
	return PathOf(host, n.Name)
}

// DeadFile is what a clean-up compares before it removes a file of [Snapshot.DeadFiles]; false for a
// name.
func (n *Name) DeadFile() (f deadfile.File, ok bool) {
	if n.dead == nil {
		return f, false
	}
	return *n.dead, true
}

// Entry is what a clean-up compares before it removes the name.
func (n *Name) Entry() rundir.Entry {
	if n.entry != nil {
		return *n.entry
	}
	return rundir.Entry{Name: path.Base(n.Name), Mounted: true, Namespace: rundir.NSFile{Dev: n.ID.Dev, Ino: n.ID.Ino, Type: sys.TypeNet}}
}

// Reason is the reason why the name is stale, for people: Cause and Detail, and what wants it.
func (n *Name) Reason() string {
	text := string(n.Cause) + n.Detail
	if n.Cause != "" && n.Detail != "" {
		text = string(n.Cause) + ": " + n.Detail
	}
	if n.WantedBy != "" {
		text += "; " + KeptBy + n.WantedBy
	}
	return text
}

// LeadsNowhere reports whether the name is a symbolic link that leads nowhere here.
func (n *Name) LeadsNowhere() bool { return n.Cause == DanglingLink || n.Cause == LinkLoop }

// LeftOver reports whether the name is stale, and no keep file wants it.
func (n *Name) LeftOver() bool { return n.Verdict == Stale && n.WantedBy == "" }

// Verdict is what a name or namespace was judged to be.
type Verdict string

// The verdicts.
const (
	// Own is the namespace of pid 1 or that of the caller.
	Own   Verdict = "host"
	InUse Verdict = "in-use"
	// Idle is healthy, named, and without a process.
	Idle Verdict = "idle"
	// Orphan is a namespace without name and process that something pins.
	Orphan Verdict = "orphan"
	// Wired is a namespace without name and process that carries traffic for others.
	Wired Verdict = "wired"
	// Stale is a name without the namespace that it should lead to.
	Stale Verdict = "stale"
	// Unknown is a name that the caller may not look at, or what would have another verdict if no
	// gap could hide anything ([Namespace.Seen]).
	Unknown Verdict = "unknown"
)

// Cause is why a name is stale.
type Cause string

// The causes.
const (
	DeadFile     Cause = "dead-file"       // an empty file, nothing mounted on it
	DanglingLink Cause = "dangling-link"   // a link to nothing
	LinkLoop     Cause = "link-loop"       // a link to itself
	RecycledPID  Cause = "recycled-pid"    // a link through a pid that another process has now
	WrongType    Cause = "wrong-type"      // a namespace of another type
	NoNamespace  Cause = "not-a-namespace" // anything else
)

// Causes returns all causes.
func Causes() []Cause {
	return []Cause{DeadFile, DanglingLink, LinkLoop, RecycledPID, WrongType, NoNamespace}
}

// unknownID stands for the ID of a namespace of which nothing but a pin is known.
const unknownID = "net:[?]"

// String returns the text of the ID; if that is zero that of the nsid ("nsid:7"), or "net:[?]"
// where the NSID is negative.
func (ns *Namespace) String() string {
	switch {
	case ns.ID != netnsctl.ID{}:
		return ns.ID.String()
	case ns.NSID < 0:
		return unknownID
	}
	return "nsid:" + strconv.Itoa(int(ns.NSID))
}

// Held reports whether the snapshot holds the namespace open. As long as it does, the kernel
// does not reuse the inode number.
func (ns *Namespace) Held() bool { return ns.held }

// Descriptor is the open file of the namespace, or -1 if the snapshot does not hold it.
// [Snapshot.Close] closes the file.
func (ns *Namespace) Descriptor() netns.NsHandle {
	if ns == nil || !ns.held {
		return netns.None()
	}
	return netns.NsHandle(ns.fd)
}

// Handles returns the descriptors of namespaces, for the function Read of package inside. The
// handle of a nil Namespace is -1.
func Handles(namespaces []*Namespace) []netns.NsHandle {
	handles := make([]netns.NsHandle, len(namespaces))
	for i, ns := range namespaces {
		handles[i] = ns.Descriptor()
	}
	return handles
}

// Close closes the namespaces and the mount namespaces that the snapshot holds open. A second
// Close does nothing.
func (s *Snapshot) Close() {
	for _, ns := range s.Namespaces {
		if ns.held {
			sys.Close(ns.fd)
			ns.held = false
		}
	}
	s.MountNamespaces.Close()
}
