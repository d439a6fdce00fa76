package discover

import (
	"slices"
	"strconv"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// judge gives every namespace and name its verdict and the reason for it.
func (s *scan) judge() {
	if s.opts.Hold {
		sys.ReserveFDs(s.proc, s.proc+len(s.nets)+spare)
	}
	for _, ns := range s.nets {
		slices.SortStableFunc(ns.Pins, comparePins)
		ns.Verdict, ns.Reason = s.verdict(ns)
		if ns.Verdict == Orphan || ns.Verdict == Idle && len(ns.Names) == 0 {
			s.keepMounts(ns)
		}
		switch {
		case s.opts.IdentityOnly:
			s.identify(ns)
		case ns.Verdict == Orphan || s.opts.Everything:
			s.identify(ns)
			s.describe(ns)
			s.noted(ns)
		case s.opts.Hold:
			s.identify(ns)
		}
		if ns.Verdict == Orphan {
			ns.Reason = ns.heldBy() + ns.addresses()
		}
	}
	for _, n := range s.snap.Names {
		if n.Verdict == "" {
			n.Verdict = s.nets[n.ID.Ino].Verdict
		}
	}
}

// verdict weighs all pins of a namespace. A socket, descriptor or mount does not
// make it used: that is how namespaces leak. Nor does a thread whose process is
// elsewhere, which no tool shows.
func (s *scan) verdict(ns *Namespace) (Verdict, string) {
	if ns.ID.Ino == s.self.first {
		return Own, "the namespace of pid 1"
	}
	if ns.ID.Ino == s.self.own {
		return Own, "our own namespace"
	}
	processes, threads, name := 0, 0, (*Mount)(nil)
	for _, p := range ns.Pins {
		switch {
		case p.Kind == Process:
			processes++
		case p.Kind == Thread:
			threads++
		case p.Kind == MountPin && p.Mount.Usable && !p.Mount.Host:
			name = p.Mount
		}
	}
	switch {
	case processes > 0:
		return InUse, count(processes, "process", "processes")
	case threads > 0 && len(ns.Names) > 0:
		return InUse, count(threads, "thread", "threads")
	case len(ns.Names) > 0 && s.snap.gravelyBlind():
		return Idle, "no process that could be seen"
	case len(ns.Names) > 0:
		return Idle, "no process"
	case name != nil && threads == 0:
		return Idle, "named " + name.Name + " in " + name.where()
	}
	return Orphan, ""
}

// first is the pin of an orphan that its holder alone can give up, else a mount.
func (ns *Namespace) first() Pin {
	if len(ns.Pins) == 0 {
		return Pin{Kind: Invisible, FD: -1}
	}
	first := ns.Pins[0]
	for _, p := range ns.Pins {
		if first.Kind == MountPin && p.Kind != MountPin {
			first = p
		}
	}
	return first
}

// Holder is the kind of the pin that has to go first for an orphan to go.
func (ns *Namespace) Holder() Kind { return ns.first().Kind }

// heldBy says what pins an orphan.
func (ns *Namespace) heldBy() string {
	first := ns.first()
	if rest := len(ns.Pins) - 1; rest > 0 {
		return "held by " + first.String() + " and " + strconv.Itoa(rest) + " more"
	}
	return "held by " + first.String()
}

// where is the mount namespace of a mount that is a name for some process.
func (m *Mount) where() string {
	if m.Through == 0 {
		return "our own mount namespace"
	}
	return "the mount namespace of pid " + strconv.Itoa(m.Through)
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// keepMounts keeps the mount namespaces open in which a namespace without a name
// is mounted: who cleans up needs them.
func (s *scan) keepMounts(ns *Namespace) {
	for _, p := range ns.Pins {
		if p.Kind == MountPin {
			if m := s.mounts[p.Mount.Namespace]; m != nil && m.open() == nil {
				m.pinsOrphan = true
			}
		}
	}
}

// gravelyBlind tells whether a process may have been overlooked.
func (s *Snapshot) gravelyBlind() bool {
	return slices.ContainsFunc(s.Blind, func(b Blind) bool { return b.Grave })
}
