package discover

import (
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/container"
	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
	"github.com/netnsctl/netnsctl/netnsctl/internal/rundir"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// grounds are all that a verdict rests on.
type grounds struct {
	host, own netnsctl.ID // the namespace of pid 1, and ours
	seen      []sighting
	names     []*Name
	gaps      []Gap
	// kept tells, by namespace, whose records have a way into it.
	kept map[netnsctl.ID]string
}

// judge gives every namespace that was seen, and every name that leads to one, its verdict
// and the reason for it. It makes no system call.
//
//	host    pid 1's namespace, or ours
//	in-use  a process is inside, or a thread in a namespace that has a name
//	idle    no process, but a name here or a usable one in another mount namespace
//	kept    idle: no name, but a runtime's records lead to it
//	orphan  none of these
//
// A socket, a descriptor or a mount does not make a namespace used: that is how namespaces
// leak. Nor does a thread whose process is elsewhere, since no tool shows it.
func judge(e grounds) []*Namespace {
	namespaces := gather(e.seen)
	byID := map[netnsctl.ID]*Namespace{}
	for _, ns := range namespaces {
		byID[ns.ID] = ns
	}
	for _, n := range e.names {
		if ns := byID[n.ID]; ns != nil && n.ID != (netnsctl.ID{}) {
			ns.Names = append(ns.Names, n.Name)
		}
	}
	for _, ns := range namespaces {
		slices.SortStableFunc(ns.Pins, comparePins)
		ns.Verdict, ns.Reason = e.verdict(ns)
	}
	for _, n := range e.names {
		if ns := byID[n.ID]; ns != nil && n.ID != (netnsctl.ID{}) {
			n.Verdict = ns.Verdict
		}
	}
	return namespaces
}

// unsureIdle is the reason of an idle namespace that may have a process.
const unsureIdle = "no process that could be seen"

func (e grounds) verdict(ns *Namespace) (Verdict, string) {
	processes, threads, name := 0, 0, ns.nameElsewhere()
	for _, p := range ns.Pins {
		switch p.Kind {
		case Process:
			processes++
		case Thread:
			threads++
		}
	}
	keeper, kept := e.kept[ns.ID]
	switch {
	case ns.ID == netnsctl.ID{}:
		return Orphan, ""
	case ns.ID == e.host:
		return Own, "the namespace of pid 1"
	case ns.ID == e.own:
		return Own, "our own namespace"
	case processes > 0:
		return InUse, count(processes, "process", "processes")
	case threads > 0 && (len(ns.Names) > 0 || name != nil):
		return InUse, count(threads, "thread", "threads")
	case len(ns.Names) > 0 && slices.ContainsFunc(e.gaps, Gap.hidesProcesses):
		return Idle, unsureIdle
	case len(ns.Names) > 0:
		return Idle, "no process"
	case name != nil:
		return Idle, "named " + name.nameElsewhere()
	case kept:
		ns.kept = true
		return Idle, "kept by " + keeper
	}
	return Orphan, "" // the describer says what holds it
}

// gather makes one namespace of all sightings with the same ID. What the lists of the kernel
// tell counts as a pin only where nothing else was seen.
func gather(seen []sighting) (all []*Namespace) {
	type key struct {
		id   netnsctl.ID
		nsid netnsctl.NSID // where the ID is zero
	}
	byKey := make(map[key]*Namespace, len(seen))
	for i := range seen {
		s := &seen[i]
		k := key{id: s.ID}
		if s.ID == (netnsctl.ID{}) {
			k.nsid = s.NSID
		}
		ns, known := byKey[k]
		if !known {
			ns = &Namespace{Identity: s.Identity, NSID: s.NSID}
			all = append(all, ns)
			byKey[k] = ns
		}
		if s.Cookie != 0 {
			ns.Cookie = s.Cookie
		}
		switch {
		case s.Pin.Kind == "", s.Pin.Kind == Invisible && known:
		case len(ns.Pins) == 1 && ns.Pins[0].Kind == Invisible:
			ns.Pins[0] = s.Pin
		default:
			ns.Pins = append(ns.Pins, s.Pin)
		}
	}
	return all
}

// judgeName says whether an entry of the run directory is stale: without the namespace that
// it should lead to. The verdict is Stale, Unknown, or empty where the name leads to the
// network namespace ID. procRoot is where procfs is mounted.
func judgeName(e rundir.Entry, c clock, procRoot string) *Name {
	n := &Name{Name: e.Name, Mounted: e.Mounted, File: fileOf(e.File), Obstacle: obstacleOf(e.File.Fixed), entry: &e}
	if e.Namespace.Ino != 0 {
		n.Top = netnsctl.ID{Dev: e.Namespace.Dev, Ino: e.Namespace.Ino}
	}
	_, toProcess := procfs.ProcessOf(e.File.Target, procRoot)
	switch {
	case !e.Mounted && toProcess && c.before(e.File.Born, c.pids):
		n.Verdict, n.Detail = Unknown, "a link to a process, older than this pid namespace"
	case c.recycled(e):
		n.stale(RecycledPID, "pid "+strconv.Itoa(e.Process.PID)+" is younger than the link")
	case e.Err != nil:
		n.Verdict, n.Detail = Unknown, e.Err.Error()
	case e.Namespace.Type == sys.TypeNet:
		n.ID = n.Top
	case e.Namespace.Type != 0:
		n.stale(WrongType, "of type "+sys.TypeName(e.Namespace.Type))
	case e.Mounted:
		n.stale(NoNamespace, "a mount of something else")
	case n.File.Kind == Link && e.LinkErr == syscall.ELOOP:
		n.stale(LinkLoop, "")
	case n.File.Kind == Link && e.LinkErr != nil:
		n.stale(DanglingLink, "to "+n.File.Target)
	case n.File.Kind == Link:
		n.stale(NoNamespace, "a link to "+n.File.Target)
	case e.File.Empty():
		n.stale(DeadFile, "")
	case n.File.Kind == Regular:
		n.stale(NoNamespace, "a file with content")
	default:
		n.stale(NoNamespace, "a "+string(n.File.Kind))
	}
	return n
}

func (n *Name) stale(cause Cause, detail string) {
	n.Verdict, n.Cause, n.Detail = Stale, cause, detail
}

// recycled reports whether a link is certainly older than the process that it leads to: then
// the pid meant another process.
func (c clock) recycled(e rundir.Entry) bool {
	return e.Process.StartTicks != 0 && c.after(c.started(e.Process.StartTicks), e.File.Born)
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// heldBy says what pins an orphan.
func (ns *Namespace) heldBy() string {
	first := ns.first()
	text := first.Verb() + " " + first.String()
	if first.PID != 0 {
		if runtimes := container.Helps(first.Command); len(runtimes) > 0 {
			text += ", a helper of " + strings.Join(runtimes, ", ")
		}
	}
	if rest := len(ns.Pins) - 1; rest > 0 {
		text += " and " + strconv.Itoa(rest) + " more"
	}
	return text
}

// Holder is the kind of the pin that has to go first for an orphan to go.
func (ns *Namespace) Holder() Kind { return ns.first().Kind }

// first is the pin of an orphan that its holder alone can give up, else a mount, else what only
// uses it.
func (ns *Namespace) first() Pin {
	if len(ns.Pins) == 0 {
		return Pin{Kind: Invisible, FD: -1}
	}
	return slices.MinFunc(ns.Pins, func(a, b Pin) int {
		rank := func(p Pin) int {
			switch {
			case p.Uses:
				return 2
			case p.Kind == MountPin:
				return 1
			}
			return 0
		}
		return rank(a) - rank(b)
	})
}

// nameElsewhere is a pin that is a name in another mount namespace, nil if there is none.
func (ns *Namespace) nameElsewhere() *Pin {
	for i := range ns.Pins {
		if p := &ns.Pins[len(ns.Pins)-1-i]; p.isNameElsewhere() {
			return p
		}
	}
	return nil
}

func (p Pin) isNameElsewhere() bool { return p.Kind == MountPin && p.Mount.Usable && !p.Mount.Host }

// nameElsewhere is the name with its mount namespace, and with the user where the scan has filled
// him in.
func (p Pin) nameElsewhere() string { return p.Mount.Name + " in " + p.Mount.where(p.User) }

// where is the mount namespace of a mount that is a name for some process, which may be one of a user.
func (m *Mount) where(user string) string {
	switch {
	case m.Through == 0 && m.Own:
		return "our own mount namespace"
	case m.Through == 0:
		return "mnt:[" + strconv.FormatUint(m.Namespace, 10) + "], which has no process"
	}
	return "the mount namespace of " + procfs.Label(m.Through, "", user)
}
