package discover

import (
	"bytes"
	"cmp"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl"
)

// Holder is a process with its pins on one namespace.
type Holder struct {
	// Owner is what is known of the process itself.
	Owner Owner
	// UID is its effective user, as seen from our user namespace; -1 if it has ended
	// meanwhile.
	UID  int64
	Args []string
	// Inside says that the process is in the namespace. Its descriptors and sockets
	// are then left out.
	Inside bool
	Pins   []Pin
}

// Holders gives the processes that pin a namespace: those inside it, then the
// others, both by number.
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
	for pid, h := range byPID {
		h.Owner, h.UID, h.Args = Describe(host, pid), effectiveUser(host, pid), CommandLine(host, pid)
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

// CommandLine gives a process' words; nil for a kernel thread, and for one that has
// ended.
func CommandLine(host netnsctl.Host, pid int) (words []string) {
	text, err := os.ReadFile(host.Proc() + "/" + strconv.Itoa(pid) + "/cmdline")
	if text = bytes.TrimSuffix(text, []byte{0}); err != nil || len(text) == 0 {
		return nil
	}
	return strings.Split(string(text), "\x00")
}

// effectiveUser reads the second number of the line Uid: in /proc/PID/status.
func effectiveUser(host netnsctl.Host, pid int) int64 {
	text, err := os.ReadFile(host.Proc() + "/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return -1
	}
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) > 2 && fields[0] == "Uid:" {
			if uid, err := strconv.ParseUint(fields[2], 10, 32); err == nil {
				return int64(uid)
			}
		}
	}
	return -1
}
