package discover

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
)

// Describe returns the command, unit, container and pod of a process. A field is empty if it
// cannot be read.
func Describe(host netnsctl.Host, pid int) Owner {
	o := Owner{PID: pid, Command: procfs.Command(host.Helper, host.Proc(), pid)}
	o.Unit, o.Container, o.Pod = procfs.Cgroup(host.Helper, host.Proc(), pid)
	return o
}

// CommandLines returns the arguments of processes, in their first 4 KiB. It leaves out kernel
// threads, and processes that have ended or whose memory cannot be read at once.
func CommandLines(host netnsctl.Host, pids ...int) map[int][]string {
	return procfs.CommandLines(host.Helper, host.Proc(), pids...)
}

// Holder is a process with its pins on one namespace.
type Holder struct {
	// Owner is what is known of the process itself.
	Owner Owner
	// UID is its effective user, as seen from our user namespace; -1 if it has ended
	// meanwhile.
	UID  int64
	Args []string
	// Inside says that the process is in the namespace. Pins then leaves out its descriptors
	// and sockets.
	Inside bool
	Pins   []Pin
}

// Holders returns the processes that pin a namespace of a snapshot: those inside it, then the
// others, both in the order of their pids.
func Holders(host netnsctl.Host, ns *Namespace) []Holder {
	byPID := map[int]*Holder{}
	for _, p := range ns.Pins {
		if p.PID == 0 {
			continue
		}
		h := byPID[p.PID]
		if h == nil {
			h = &Holder{}
			byPID[p.PID] = h
		}
		if h.Inside {
			continue
		}
		if p.Kind == Process {
			h.Inside, h.Pins = true, nil
		}
		h.Pins = append(h.Pins, p)
	}
	holders := make([]Holder, 0, len(byPID))
	lines := CommandLines(host, slices.Collect(maps.Keys(byPID))...)
	for pid, h := range byPID {
		h.Owner, h.UID, h.Args = Describe(host, pid), procfs.EffectiveUser(host.Helper, host.Proc(), pid), lines[pid]
		holders = append(holders, *h)
	}
	slices.SortFunc(holders, func(a, b Holder) int {
		if a.Inside != b.Inside {
			if a.Inside {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.Owner.PID, b.Owner.PID)
	})
	return holders
}

// SocketHolders returns the descriptors of the sockets that pin a namespace, by the inode
// number of the socket, with the commands of their processes. It leaves out descriptors that
// were closed since the scan.
func SocketHolders(host netnsctl.Host, ns *Namespace) map[uint64][]Pin {
	found := map[uint64][]Pin{}
	for _, p := range ns.Pins {
		if p.Kind != SocketPin {
			continue
		}
		link, err := procfs.Readlink(host.Helper, host.Proc(), p.PID, strings.TrimPrefix(fdPath(p), strconv.Itoa(p.PID)))
		if err != nil {
			continue
		}
		if ino, ok := procfs.ParseLink([]byte(link), "socket"); ok {
			p.Command = procfs.Command(host.Helper, host.Proc(), p.PID)
			found[ino] = append(found[ino], p)
		}
	}
	return found
}
