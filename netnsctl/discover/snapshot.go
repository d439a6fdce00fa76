package discover

import (
	"strconv"
	"time"

	"github.com/vishvananda/netns"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/container"
	"github.com/netnsctl/netnsctl/netnsctl/internal/mountns"
	"github.com/netnsctl/netnsctl/netnsctl/internal/rundir"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Options say how much to tell.
type Options struct {
	// Everything fills in commands, owners, cookies and ages of healthy namespaces, too. A
	// scan always looks for all namespaces and pins.
	Everything bool
	// Hold keeps every namespace open that can be opened, for as long as the snapshot is
	// and as the limit of open files allows.
	Hold bool
	// IdentityOnly fills in the cookies of all namespaces, but nothing else that their pins
	// do not tell, and holds none.
	IdentityOnly bool
	// Files fills in [Snapshot.OnFile], and keeps mount namespaces open that have no
	// process.
	Files bool
}

// Snapshot is what a [Scan] saw. It is not one instant: the host went on
// meanwhile.
type Snapshot struct {
	Taken time.Time
	Host  netnsctl.Host
	// Own is the namespace of the thread that scanned.
	Own netnsctl.ID
	// OwnMounts is the inode number of our own mount namespace.
	OwnMounts uint64
	// AllPIDs says that the scan was in the initial pid namespace, and saw every process.
	AllPIDs bool
	// Namespaces are in the order of their inode numbers, Names in alphabetical
	// order.
	Namespaces []*Namespace `json:"namespaces"`
	Names      []*Name      `json:"names"`
	// Blind is what could not be looked at.
	Gaps []Gap `json:"not_seen"`
	// MountNamespaces has those in which network namespaces are mounted, by
	// inode number.
	MountNamespaces mountns.All
	// OnFile has what is mounted, in any mount namespace, on the files of Names and
	// on those of the mounts of unused namespaces, where that was asked for
	// ([Options.Files]).
	OnFile mountns.FileMounts
	// Steps are the parts of the scan, in the order in which they were taken.
	Steps []Step
}

// FileMount is a mount of anything on the file of a name, or of a mount of an unused
// namespace. It ends with the file.
type FileMount = mountns.FileMount

// Step is one part of a scan: what it looked at, and how long that took.
type Step struct {
	Source  string
	Elapsed time.Duration
}

// Namespace is one network namespace.
type Namespace struct {
	// ID is zero for one of which only NSID, its number in our own namespace, is
	// known.
	// The cookie is 0 where it was not asked for.
	netnsctl.Identity
	NSID netnsctl.NSID
	// Names lead to it from the run directory.
	Names   []string
	Verdict Verdict
	// Reason says why, for people.
	Reason string `json:"reason"`
	// Born is not later than this; zero if nothing tells. A namespace is at
	// least as old as what is mounted or open of it.
	Born time.Time `json:"born,omitzero"`
	// AgeSeconds is the time from Born to the scan, nil where Born is zero.
	AgeSeconds *int64 `json:"age_seconds,omitempty"`
	Owner      Owner  `json:"owner,omitzero"`
	Pins       []Pin  `json:"pins"`
	// Hardware are the physical devices in it. They are looked for where the
	// namespace has no process, in one that is idle only on demand
	// ([Options.Everything]).
	Hardware []string
	// Leases are the addresses that CNI has given to it, or to its container, and
	// not taken back. They are looked for where the owner is.
	Leases []container.Lease `json:"cni,omitempty"`

	kept bool // by a runtime's records
	held bool
	fd   int // if held
}

// Owner is whom a namespace seems to belong to, as far as its pins tell.
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

// Name is an entry of the run directory.
type Name struct {
	Name string `json:"name"`
	// ID is the network namespace that it leads to, zero if none.
	ID      netnsctl.ID
	Verdict Verdict `json:"state"`
	// Cause is why a name is stale.
	Cause Cause `json:"cause,omitempty"`
	// Detail says more, for people; empty if there is nothing to add.
	Detail string `json:"detail,omitempty"`
	// AgeSeconds is the time from File.Born to the scan, nil where that is zero.
	AgeSeconds *int64 `json:"age_seconds,omitempty"`
	// File is the entry itself, under whatever is mounted on it.
	File File
	// On is that file as [Mount.File] has it, where [Options.Files] is set and it is
	// known.
	On string
	// Mounted says that something is mounted on it: the namespace Top, of
	// whatever type, if that is not zero.
	Mounted bool
	Top     netnsctl.ID

	entry *rundir.Entry // nil where the mounts have told enough
}

// Entry is what a clean-up compares before it removes the name.
func (n *Name) Entry() rundir.Entry {
	if n.entry != nil {
		return *n.entry
	}
	return rundir.Entry{Name: n.Name, Mounted: true, Namespace: rundir.NSFile{Dev: n.ID.Dev, Ino: n.ID.Ino, Type: sys.TypeNet}}
}

// Verdict is what a name or namespace was judged to be.
type Verdict string

// The verdicts.
const (
	// Own is pid 1's namespace or our own.
	Own   Verdict = "host"
	InUse Verdict = "in-use"
	// Idle is healthy, named, and without a process.
	Idle Verdict = "idle"
	// Orphan is a namespace without name and process that something pins.
	Orphan Verdict = "orphan"
	// Stale is a name without the namespace that it should lead to.
	Stale Verdict = "stale"
	// Unknown is a name that we may not look at.
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

// Causes gives them all.
func Causes() []Cause {
	return []Cause{DeadFile, DanglingLink, LinkLoop, RecycledPID, WrongType, NoNamespace}
}

// String is the text of the ID, or "nsid:7" where that is not known.
func (ns *Namespace) String() string {
	if ns.ID == (netnsctl.ID{}) {
		return "nsid:" + strconv.Itoa(int(ns.NSID))
	}
	return ns.ID.String()
}

// Held tells whether the snapshot holds the namespace open: as long as it does,
// its inode number is not used again.
func (ns *Namespace) Held() bool { return ns.held }

// Descriptor is the open file of the namespace, good until the snapshot is
// closed; -1 where the snapshot does not hold it.
func (ns *Namespace) Descriptor() netns.NsHandle {
	if ns == nil || !ns.held {
		return netns.None()
	}
	return netns.NsHandle(ns.fd)
}

// Handles are the descriptors of namespaces, for package inside. The handle of a nil
// Namespace is not open.
func Handles(namespaces []*Namespace) []netns.NsHandle {
	handles := make([]netns.NsHandle, len(namespaces))
	for i, ns := range namespaces {
		handles[i] = ns.Descriptor()
	}
	return handles
}

// Close gives up what the snapshot holds open: namespaces, and mount namespaces.
func (s *Snapshot) Close() {
	for _, ns := range s.Namespaces {
		if ns.held {
			sys.Close(ns.fd)
			ns.held = false
		}
	}
	s.MountNamespaces.Close()
}
