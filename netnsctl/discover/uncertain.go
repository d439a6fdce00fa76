package discover

import (
	"cmp"
	"slices"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
)

// CannotTell is the beginning of [Namespace.Reason], and of [Name.Detail], where a gap makes the
// verdict [Unknown].
const CannotTell = "cannot tell: "

// doubt gives the verdict [Unknown] to what a gap of the scan may make something else:
//
//	orphan, wired  any critical gap: it may hide a process, a name elsewhere, or a record
//	idle           a gap that may hide a process inside
//	stale          a gap that may hide what pid 1 has mounted on the file, or where its link leads
//
// What was seen is certain all the same: a process inside, and a namespace that is our own. It comes
// last, when all gaps are known.
func (s *Snapshot) doubt(v *vantage) {
	worst, inside := s.worst(func(Gap) bool { return true }), s.worst(Gap.hidesProcesses)
	for _, ns := range s.Namespaces {
		switch ns.Verdict {
		case Orphan, Wired:
			ns.doubt(worst)
		case Idle:
			ns.doubt(inside)
		}
	}
	for _, n := range slices.Concat(s.Names, s.DeadFiles) {
		switch n.Verdict {
		case Orphan, Wired, Idle: // of its namespace
			if ns := s.byIno(n.ID.Ino); ns != nil && ns.Verdict == Unknown {
				n.seen, n.Verdict = n.Verdict, Unknown
			}
		case Stale:
			n.doubt(s.worst(func(g Gap) bool { return n.mayLead(g, v) }))
		}
	}
}

// worst is the critical gap that tells people most of those that count, nil if none does.
func (s *Snapshot) worst(counts func(Gap) bool) *Gap {
	var found *Gap
	for i, g := range s.Gaps {
		if g.Critical && counts(g) && (found == nil || g.What == GapProcesses && found.What != GapProcesses) {
			found = &s.Gaps[i]
		}
	}
	return found
}

// byIno is the namespace with an inode number, or nil. The namespaces must be in order.
func (s *Snapshot) byIno(ino uint64) *Namespace {
	i, found := slices.BinarySearchFunc(s.Namespaces, ino, func(ns *Namespace, ino uint64) int { return cmp.Compare(ns.ID.Ino, ino) })
	if !found || ino == 0 {
		return nil
	}
	return s.Namespaces[i]
}

func (ns *Namespace) doubt(g *Gap) {
	if g == nil {
		return
	}
	ns.seen, ns.Verdict = ns.Verdict, Unknown
	ns.Reason = strings.TrimSuffix(CannotTell+g.Text()+"; "+ns.Reason, "; ")
}

func (n *Name) doubt(g *Gap) {
	if g == nil {
		return
	}
	n.Detail = CannotTell + g.Text() + "; " + n.Reason()
	n.seen, n.Verdict, n.Cause = n.Verdict, Unknown, ""
}

// mayLead reports whether a gap may hide the namespace to which a stale name leads for pid 1: what
// is mounted on its file where the scan could not look or, with hidepid, the process that its link
// means. An ordinary user is taken to be in pid 1's mount namespace if he is in the initial user
// namespace: he cannot have left it then.
func (n *Name) mayLead(g Gap, v *vantage) bool {
	_, toProcess := procfs.ProcessOf(n.File.Target, v.fs.Root())
	switch {
	case n.Mounted:
		return false
	case g.What == GapHost:
		return v.ownUsers || toProcess && n.LeadsNowhere()
	case g.What == GapMountNamespace:
		return v.unread[v.hostMounts]
	}
	return g.What == n.foreign || n.in != nil && g.What == n.in.foreign
}

// Seen is the verdict on what the scan has seen: [Namespace.Verdict], or where that is [Unknown]
// what it would be if no gap hid anything.
func (ns *Namespace) Seen() Verdict {
	if ns.seen != "" {
		return ns.seen
	}
	return ns.Verdict
}

// Seen is as [Namespace.Seen]. It is [Unknown] for a name that could not be looked at.
func (n *Name) Seen() Verdict {
	if n.seen != "" {
		return n.seen
	}
	return n.Verdict
}
