package discover

import (
	"os"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/container"
	"github.com/netnsctl/netnsctl/netnsctl/internal/helper"
	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
	"github.com/netnsctl/netnsctl/netnsctl/keep"
)

// owners are the processes that a line of a keep file may mean by an owner.
type owners struct {
	host     netnsctl.Host
	runtimes func() runtimeState
	members  map[uint64][]int // all processes by mount namespace, nil until they are needed
	known    map[int]keep.Subject
}

func newOwners(host netnsctl.Host, runtimes func() runtimeState) *owners {
	return &owners{host: host, runtimes: runtimes, known: map[int]keep.Subject{}}
}

// recordedOwners are the parts of what is known of the runtime and the container of a namespace.
func (ns *Namespace) recordedOwners() []string {
	o := ns.Owner
	parts := ownersOf(container.Record{Runtime: o.Runtime, ID: o.Container, Name: o.Name, Pod: o.PodName})
	for _, r := range ns.records {
		parts = append(parts, ownersOf(r)...)
	}
	return parts
}

// ownersOf are the parts of a record that a line may have.
func ownersOf(r container.Record) []string {
	return []string{r.Runtime, r.ID, r.ID[:min(12, len(r.ID))], r.Name, r.Pod}
}

// firstProcess is the first rule that matches a process that pins a namespace or is in a mount
// namespace in which it is mounted. [Namespace.Owner] has only that of the first pin, and anybody may
// add a pin.
//
// The mount namespace of pid 1 tells nothing, as all services are in it, nor do the copies that others
// have of the names here.
func (w Wanted) firstProcess(ns *Namespace) int {
	first := len(w.rules)
	for _, p := range ns.Pins {
		if p.PID != 0 {
			first = min(first, w.firstOf(p.PID))
		}
		if m := p.Mount; m != nil && !m.Host && (m.Name == "" || len(ns.Names) == 0) {
			first = min(first, w.firstIn(m.Namespace))
		}
	}
	return first
}

// firstOf is the first rule that matches a process, or its container.
func (w Wanted) firstOf(pid int) int {
	first, known := w.ofProcess[pid]
	if !known {
		first = w.rules.First(w.owners.of(pid))
		w.ofProcess[pid] = first
	}
	return first
}

// firstIn is the first rule that matches a process in a mount namespace.
func (w Wanted) firstIn(mounts uint64) int {
	first, known := w.inMounts[mounts]
	if !known {
		first = len(w.rules)
		for _, pid := range w.owners.in(mounts) {
			first = min(first, w.firstOf(pid))
		}
		w.inMounts[mounts] = first
	}
	return first
}

// of is what is known of a process.
func (o *owners) of(pid int) keep.Subject {
	s, known := o.known[pid]
	if !known {
		p := Describe(o.host, pid)
		s = keep.Subject{Command: p.Command, Owners: append(ownersOf(container.Record{ID: p.Container}), p.Unit, p.Pod)}
		if p.Container != "" {
			for _, r := range o.runtimes().ofContainer(p.Container) {
				s.Owners = append(s.Owners, ownersOf(r)...)
			}
		}
		o.known[pid] = s
	}
	return s
}

// in are the processes in a mount namespace, all of them: [mountns.Namespace] remembers a few.
func (o *owners) in(mounts uint64) []int {
	if o.members == nil {
		o.members = map[uint64][]int{}
		fs, err := procfs.OpenWith(o.host.Proc(), helper.Or(o.host.Helper))
		if err != nil {
			return nil
		}
		defer fs.Close()
		members, _ := fs.Members("mnt")
		for _, m := range members { // the threads of a process follow each other
			before := o.members[m.Ino]
			if m.Err == nil && m.PID != os.Getpid() && (len(before) == 0 || before[len(before)-1] != m.PID) {
				o.members[m.Ino] = append(before, m.PID)
			}
		}
	}
	return o.members[mounts]
}
