package discover

import (
	"strconv"
	"sync"

	"github.com/vishvananda/netns"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/container"
	"github.com/netnsctl/netnsctl/netnsctl/inside"
	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// spare is how many descriptors a scan that holds namespaces leaves for its caller.
const spare = 64

// describer fills in what a person wants to know of namespaces, after their verdicts.
type describer struct {
	v       *vantage
	opts    Options
	scratch inside.Scratch // lists devices without a trace
	// unlisted counts the namespaces whose devices could not be listed, and gaps are those that
	// may hide what the orphans carry.
	unlisted int
	gaps     []Gap
	possible []string         // see [Snapshot.PossibleHolders]
	known    map[int]*process // by PID; one may pin thousands of namespaces
	peers    map[netnsctl.NSID]inside.Contents
}

func (d *describer) describe(namespaces []*Namespace) {
	if d.opts.Hold {
		sys.ReserveFDs(d.v.fs.FD(), d.v.fs.FD()+len(namespaces)+spare)
	}
	var noted []*Namespace
	for _, ns := range namespaces {
		if ns.ID == (netnsctl.ID{}) {
			d.owner(ns)
			d.peer(ns)
			ns.Reason = d.heldBy(ns) + ns.insideText()
			continue
		}
		if d.weighs(ns) {
			ns.Evidence = &Evidence{}
		}
		releasable := ns.Verdict == Orphan || ns.Verdict == Idle && len(ns.Names) == 0
		if releasable {
			d.v.keepMounts(ns)
		}
		switch {
		case d.opts.IdentityOnly:
			d.identify(ns)
		case ns.Verdict == Orphan || d.opts.Everything || ns.kept:
			d.identify(ns)
			d.owner(ns)
			d.v.runtimes().note(ns, d.v.host, func() []string { return d.addresses(ns) })
			noted = append(noted, ns)
		case d.opts.Hold, d.opts.Files && releasable:
			d.identify(ns)
		}
		if ns.Verdict == Orphan {
			ns.Reason = d.heldBy(ns) + ns.leaseText()
		}
		if p := ns.nameElsewhere(); p != nil && p.Mount.Through != 0 && ns.Verdict == Idle && len(ns.Names) == 0 && !d.opts.IdentityOnly {
			p.UID, p.User = d.user(p.Mount.Through, ns)
			ns.Reason = "named " + p.nameElsewhere()
		}
	}
	if len(noted) == 0 {
		return
	}
	d.v.runtimes().markUnknown(noted, d.v.host, sync.OnceValue(d.running))
	weighUnits(noted, d.v.host)
	for _, ns := range noted {
		switch {
		case !ns.NoRuntime || ns.Reason == unsureIdle:
		case len(ns.Names) > 0:
			ns.Reason += ", no runtime knows " + ns.Names[0]
		default:
			ns.Reason += ", no runtime knows it"
		}
	}
}

// running are the runtimes of which processes run, with one of these. Anyone may give his process
// such a command, and so keep what looks like a namespace of that runtime.
func (d *describer) running() map[string]int {
	found := map[string]int{}
	for _, t := range d.v.threads {
		for _, runtime := range container.Helps(d.process(t.pid).command) {
			found[runtime] = t.pid
		}
	}
	return found
}

// weighs reports whether the evidence of a namespace is wanted.
func (d *describer) weighs(ns *Namespace) bool {
	return d.opts.Evidence && !d.opts.IdentityOnly && ns.Verdict == Idle
}

// heldBy says what pins an orphan, or what may pin it where that is not visible.
func (d *describer) heldBy(ns *Namespace) string {
	text := ns.heldBy()
	if first := ns.first(); first.Kind == Invisible && first.Detail == "" && len(d.possible) > 0 {
		text += ", perhaps " + d.possible[0]
		if more := len(d.possible) - 1; more > 0 {
			text += " or " + strconv.Itoa(more) + " more"
		}
	}
	return text
}

// keepMounts keeps the mount namespaces open in which a namespace without a name is
// mounted: a clean-up needs them.
func (v *vantage) keepMounts(ns *Namespace) {
	for _, p := range ns.Pins {
		if p.Kind == MountPin {
			if m := v.mounts[p.Mount.Namespace]; m != nil && m.Open() == nil {
				m.Kept = true
			}
		}
	}
}

// identify fills in what only an open namespace tells: its cookie and its age.
func (d *describer) identify(ns *Namespace) {
	fd, err := d.v.open(ns)
	if err != nil {
		return
	}
	if ns.Cookie == 0 {
		ns.Cookie, _ = sys.Cookie(fd)
	}
	if d.opts.Opened != nil {
		d.opts.Opened(ns, netns.NsHandle(fd))
	}
	if d.opts.IdentityOnly {
		sys.Close(fd)
		return
	}
	if ns.hasFile() {
		var st sys.FileStat
		if sys.StatFD(fd, &st) == nil {
			ns.Born = st.Changed
		}
	}
	unused := ns.Verdict == Orphan || ns.kept
	if ns.Evidence == nil && (ns.kept || ns.Verdict == Idle && d.opts.Everything) { // wire lists those of the others
		devices, err := d.scratch.Devices(netns.NsHandle(fd))
		d.note(ns, devices, err)
	}
	if unused || d.opts.Files || len(d.v.wanted.rules) > 0 {
		if uid, _, err := sys.OwnerOf(fd); err == nil {
			ns.UID = int64(uid)
		}
	}
	if unused || (d.opts.Hold || ns.Evidence != nil || ns.recyclable() || d.opts.Files && ns.Verdict == Idle && len(ns.Names) == 0) && sys.SpareFDs(fd, spare) {
		ns.fd, ns.held = fd, true
		return
	}
	sys.Close(fd)
}

// recyclable reports whether a clean-up needs an open file of an idle namespace to prove
// that it is still the same one: before Linux 5.14 there is no cookie, and the kernel may
// use the inode number again.
func (ns *Namespace) recyclable() bool { return ns.Verdict == Idle && ns.Cookie == 0 }

// hasFile reports whether something keeps the nsfs inode of the namespace, so that its time
// is not when this scan opened it.
func (ns *Namespace) hasFile() bool {
	for _, p := range ns.Pins {
		switch p.Kind {
		case Descriptor, MountPin, InFlight, Inotify, Fanotify, IOUring, DetachedTree:
			return true
		}
	}
	return false
}

// note notes the physical devices in an open namespace: those that no driver made on
// request, but for the loopback device. They would be lost to the host until the namespace
// has gone, or for good.
func (d *describer) note(ns *Namespace, devices []inside.Device, err error) {
	if ns.Unlisted = err != nil && !procfs.Gone(err); ns.Unlisted {
		d.unlisted++
	}
	for _, one := range devices {
		if one.Physical {
			ns.Hardware = append(ns.Hardware, one.Name)
		}
	}
}

// addresses are those of an orphan, or of a namespace whose evidence is wanted, that is held open.
func (d *describer) addresses(ns *Namespace) (texts []string) {
	if ns.Verdict != Orphan && ns.Evidence == nil || !ns.held {
		return nil
	}
	found, _ := d.scratch.Addresses(netns.NsHandle(ns.fd))
	for _, a := range found {
		texts = append(texts, a.Prefix.Addr().String())
	}
	return texts
}
