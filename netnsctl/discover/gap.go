package discover

import (
	"slices"
	"strconv"
)

// Gap is something that a scan could not look at.
type Gap struct {
	What  string `json:"what"`
	Count int    `json:"count,omitempty"` // of What; 0 if it cannot be counted
	// Critical says that the gap could hide a user of a namespace. No namespace may then be
	// called unused.
	Critical bool `json:"grave"`
}

// These are the beginnings of [Gap.What]. Some gaps have further text after it.
const (
	GapProcesses       = "processes not readable"
	GapSockets         = "sockets not readable"
	GapInFlight        = "descriptors in flight not readable"
	GapIOUring         = "io_uring files not readable"
	GapMarks           = "inotify and fanotify marks on namespaces of a type that the kernel does not tell"
	GapDetachedTrees   = "detached mount trees not readable"
	GapMountNamespaces = "mount namespaces not readable"
	GapDevices         = "namespaces whose devices cannot be listed"
	GapPeers           = "namespaces known by their nsid only, perhaps outside our pid namespace"
	// GapUnusedMountNamespaces is a gap before Linux 6.12 (walk of mount namespaces),
	// GapInvisible before Linux 6.19 (listns(2)), and both are outside the initial pid namespace. They
	// are not critical.
	GapUnusedMountNamespaces = "mount namespaces that no process, mount or descriptor leads to"
	GapInvisible             = "namespaces that only a socket without process, or a process outside our pid namespace, pins"

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
