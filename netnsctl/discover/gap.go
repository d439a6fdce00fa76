package discover

import (
	"slices"
	"strconv"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
)

// Gap is something that a scan could not look at.
type Gap struct {
	What  string `json:"what"`
	Count int    `json:"count,omitempty"` // of What; 0 if it cannot be counted
	// Critical says that the gap could hide a user of a namespace.
	Critical bool `json:"grave"`
	// Vantage says that a critical gap is one of the place from which the scan looks, or of its
	// privilege: the gap may hide anything, and nothing may be called unused. A critical gap
	// that is not of the vantage is one of a process or of a mount namespace. It may hide what
	// pins a namespace without a process, and no process.
	Vantage bool `json:"vantage,omitempty"`
	// RefusedToAll says that the kernel lets nobody copy a descriptor of another process
	// (pidfd_getfd(2)), so that the end of one process closes no gap.
	RefusedToAll bool `json:"refused_to_all,omitempty"`
	// PID is the first process that causes the gap, with its Command, MorePIDs the number of
	// the others; 0 if no process does.
	PID      int    `json:"pid,omitempty"`
	Command  string `json:"command,omitempty"`
	MorePIDs int    `json:"more_pids,omitempty"`
	// UID is the user who answers for these processes, or for MountNamespace, and User his
	// name; 0 and empty if that is root or cannot be told.
	UID  int64  `json:"uid,omitempty"`
	User string `json:"user,omitempty"`
	// MountNamespace is the inode number of the mount namespace, and Path the path in it, that
	// could not be looked at; zero and empty if the gap is of something else. Without a mount
	// namespace Path is a path here.
	MountNamespace uint64 `json:"mount_namespace,omitempty"`
	Path           string `json:"path,omitempty"`
}

// These are the beginnings of [Gap.What]. Some gaps have further text after it.
const (
	GapProcesses       = "processes not readable"
	GapDescriptors     = "descriptors not readable"
	GapSockets         = "sockets not readable"
	GapInFlight        = "descriptors in flight not readable"
	GapIOUring         = "io_uring files not readable"
	GapIOUringSockets  = "io_uring sockets not readable"
	GapMarks           = "inotify and fanotify marks on namespaces of a type that the kernel does not tell"
	GapProcFiles       = "open files of a procfs that is mounted nowhere"
	GapDetachedTrees   = "detached mount trees not readable"
	GapMountNamespaces = "mount namespaces not readable"
	GapNoAnswer        = "paths that do not answer"
	GapRunDirectories  = "run directories of other mount namespaces not readable"
	GapDirectories     = "directories of container runtimes not readable"
	GapRecords         = "records of container runtimes"
	// GapKeepFiles is the beginning of a gap of the keep files, after which the reason follows. Path
	// is the first file, or the first line as FILE:LINE. See [Options.LeftOvers].
	GapKeepFiles = "keep files"
	GapDevices   = "namespaces whose devices cannot be listed"
	GapLinks     = "namespaces in use whose links to others cannot be listed"
	GapPeers     = "namespaces known by their nsid only, perhaps outside our pid namespace"
	// GapMountContexts and the four after it are of files that hold a namespace, or may hold one, and
	// do not tell which. They are not critical. [Gap.Path] is the device, or the mount.
	GapMountContexts = "mount contexts, of which the kernel does not tell the namespace"
	GapBPFLinks      = "netfilter links of BPF, of which the kernel does not tell the namespace"
	GapBPFIterators  = "BPF iterators, of which the kernel does not tell the namespace"
	GapFileSystems   = "file systems, of which the kernel does not tell the namespace"
	GapUntoldDevices = "descriptors of devices, of which the kernel does not tell the namespace"
	// GapUnusedMountNamespaces is a gap before Linux 6.12 (walk of mount namespaces), and outside
	// the initial pid namespace. GapInvisible is one everywhere: listns(2), Linux 6.19, leaves out
	// the namespaces without a process and without an open or mounted file
	// (ns_get_unless_inactive in the kernel's include/linux/ns_common.h). They are not critical.
	GapUnusedMountNamespaces = "mount namespaces that no process, mount or descriptor leads to"
	GapInvisible             = "namespaces that only a socket without process, or a process outside our pid namespace, pins"

	GapNames          = "the names in "
	GapHost           = "what pid 1 sees: its namespaces are not readable"
	GapRoot           = "what is not below our root: pid 1's is another"
	GapMountNamespace = "pid 1's mount namespace: ours is another"
	GapPIDNamespace   = "pid 1's pid namespace: ours is another"
	GapProcfs         = "our own pid namespace"
	GapForeignMounts  = "mounts of other pid namespaces"
	GapPrivilege      = "what takes CAP_SYS_ADMIN, CAP_SYS_PTRACE and CAP_NET_ADMIN"
)

func (g Gap) String() string {
	if g.Count == 0 {
		return g.What
	}
	return g.What + ": " + strconv.Itoa(g.Count)
}

// hidesProcesses reports whether a process may be hidden that is in a namespace.
func (g Gap) hidesProcesses() bool {
	if g.Vantage {
		return g.What != GapRoot && g.What != GapMountNamespace && !strings.HasPrefix(g.What, GapNames) && !g.OfKeepFile()
	}
	return g.Critical && g.What == GapProcesses
}

// Who says for people which processes cause the gap, or which mount namespace; it is empty if
// nobody in particular does.
func (g Gap) Who() (text string) {
	switch {
	case g.PID != 0:
		text = procfs.Label(g.PID, g.Command, g.User)
	case g.User != "":
		text = "user " + g.User
	}
	if g.MountNamespace != 0 {
		text = strings.TrimSuffix("mnt:["+strconv.FormatUint(g.MountNamespace, 10)+"] of "+text, " of ")
	}
	if g.MorePIDs > 0 {
		text += " and " + count(g.MorePIDs, "more process", "more processes")
	}
	return text
}

// Critical returns the gaps that could hide a user of a namespace.
func (s *Snapshot) Critical() []Gap {
	return slices.DeleteFunc(slices.Clone(s.Gaps), func(g Gap) bool { return !g.Critical })
}

// counted is a gap, or none where nothing was missed.
func counted(g Gap) []Gap {
	if g.Count == 0 {
		return nil
	}
	return []Gap{g}
}

// possibleHolders are the gaps of which each is something that may hold any namespace, and what
// that is.
var possibleHolders = map[string]string{
	GapMountContexts: "a mount context",
	GapBPFLinks:      "a netfilter link of BPF",
	GapBPFIterators:  "a BPF iterator",
	GapFileSystems:   "the file system at ",
	GapUntoldDevices: "a descriptor of ",
}

// PossibleHolders says for people what holds a namespace, or may hold one, and does not tell
// which.
func (s *Snapshot) PossibleHolders() (texts []string) {
	for _, g := range s.Gaps {
		what, ok := possibleHolders[g.What]
		if !ok {
			continue
		}
		if what += g.Path; g.Who() != "" {
			what += " of " + g.Who()
		}
		texts = append(texts, what)
	}
	return texts
}
