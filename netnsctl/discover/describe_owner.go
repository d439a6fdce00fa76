package discover

import (
	"github.com/netnsctl/netnsctl/netnsctl/container"
	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
)

// process is what people want to know of a process that pins namespaces.
type process struct {
	command string
	// uid answers for it, -1 if it has ended; user is the name of uid if that is not root.
	uid  int64
	user string
	// hasUser and inCgroup say that the fields of the user, and those of the cgroup, are read.
	hasUser, inCgroup    bool
	unit, container, pod string
}

// process reads the command of a process once.
func (d *describer) process(pid int) *process {
	if d.known[pid] == nil {
		if d.known == nil {
			d.known = map[int]*process{}
		}
		d.known[pid] = &process{command: procfs.Command(d.v.helper, d.v.fs.Root(), pid)}
	}
	return d.known[pid]
}

// owner fills in the commands of the pins of a namespace, and its owner.
func (d *describer) owner(ns *Namespace) {
	o := &ns.Owner
	for i := range ns.Pins {
		p := &ns.Pins[i]
		pid := p.PID
		if p.Mount != nil && pid == 0 {
			pid = p.Mount.Through
		}
		if pid != 0 {
			p.Command = d.process(pid).command
			// The first one is the reason why a target stays.
			if ns.Verdict == Orphan || i == 0 && d.opts.Files || p.isNameElsewhere() {
				p.UID, p.User = d.user(pid, ns)
			}
		}
		if p.Mount != nil && o.Runtime == "" {
			o.Runtime = container.At(p.Mount.Path)
		}
		// A mount in the run directory has no owner, also where it is seen in the mount
		// namespace of a command that exec runs.
		if pid == 0 || o.PID != 0 || p.Mount != nil && (p.Mount.Host || p.Mount.Name != "") {
			continue
		}
		at := d.process(pid)
		if !at.inCgroup {
			at.unit, at.container, at.pod = procfs.Cgroup(d.v.helper, d.v.fs.Root(), pid)
			at.inCgroup = true
		}
		o.PID, o.Command, o.Unit, o.Container, o.Pod = pid, at.command, at.unit, at.container, at.pod
	}
}

// user is the user who answers for a process that pins a namespace, if that is not root. Where
// the process has ended it is the user to whom the namespace belongs.
func (d *describer) user(pid int, ns *Namespace) (uid int64, name string) {
	p := d.process(pid)
	if !p.hasUser {
		p.uid, _ = procfs.UserOf(d.v.helper, d.v.fs.Root(), pid)
		p.user, p.hasUser = userName(p.uid), true
	}
	if p.uid < 0 {
		return max(ns.UID, 0), userName(ns.UID)
	}
	return p.uid, p.user
}
