package discover

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
	"github.com/netnsctl/netnsctl/netnsctl/keep"
)

// Wanted says what the administrator wants kept, by the lines of the keep files (package keep).
//
// A local user chooses the paths in a mount namespace of his own, which has a copy of each mount,
// and the command of his process. These count only for what is his own ([Wanted.believes]). He may
// still mount a namespace of root in what is the directory of a runtime there, and so make that its
// owner: he keeps what he pins anyway, as with a name there ([judge]).
type Wanted struct {
	rules keep.Rules
	host  netnsctl.Host
	users map[int]int64 // who answers for a process, by PID
}

// readWanted reads the keep files. Each kind of problem is one gap.
func readWanted(host netnsctl.Host, critical bool) (w Wanted, gaps []Gap) {
	type read struct {
		rules    keep.Rules
		problems []keep.Problem
	}
	found, answers := inTime(func() (r read) {
		r.rules, r.problems = keep.Read(host.StateRoot)
		return r
	})
	if !answers {
		found.problems = []keep.Problem{{Place: keep.Dir, Why: "does not answer"}}
	}
	for _, p := range found.problems {
		what := GapKeepFiles + ": " + p.Why
		if i := slices.IndexFunc(gaps, func(g Gap) bool { return g.What == what }); i >= 0 {
			gaps[i].Count++
			continue
		}
		gaps = append(gaps, Gap{What: what, Count: 1, Critical: critical, Vantage: critical, Path: p.Place})
	}
	return Wanted{found.rules, host, map[int]int64{}}, gaps
}

// WantedNow reads the keep files again. The error names what could not be read or understood.
func (s *Snapshot) WantedNow() (Wanted, error) {
	w, gaps := readWanted(s.Host, true)
	if len(gaps) > 0 {
		return w, errors.New(gaps[0].Path + ": " + gaps[0].ofKeepFile())
	}
	return w, nil
}

// Name is the line that wants a name of the run directory, or a dead file in another one, as
// [Name.WantedBy] has it.
func (w Wanted) Name(n *Name) string {
	s := keep.Subject{Names: []string{n.Name}, Paths: []string{n.Path(w.host)}}
	if n.Owner != "" {
		s.Owners = []string{n.Owner}
	}
	return w.rules.Find(s)
}

// Namespace is the line that wants a namespace, as [Namespace.WantedBy] has it. What the scan has
// not found out about its owner and its user matches no line.
func (w Wanted) Namespace(ns *Namespace) string {
	if len(w.rules) == 0 {
		return ""
	}
	s := keep.Subject{Names: slices.Clone(ns.Names)}
	for _, name := range ns.Names {
		s.Paths = append(s.Paths, w.host.NamePath(name))
	}
	for _, p := range ns.Pins {
		switch m := p.Mount; {
		case p.Kind != MountPin:
		case m.Host:
			s.Paths = append(s.Paths, m.Path)
			if m.Name != "" { // a name that is covered, too
				s.Names = append(s.Names, m.Name)
			}
		case w.believes(m.Through, ns):
			s.Paths = append(s.Paths, m.Path)
		}
	}
	o := ns.Owner
	s.Owners = []string{o.Runtime, o.Name, o.PodName}
	if w.believes(o.PID, ns) {
		s.Owners = append(s.Owners, o.Unit, o.Container, o.Container[:min(12, len(o.Container))], o.Pod)
		s.Command = o.Command
	}
	s.Owners = slices.DeleteFunc(s.Owners, func(part string) bool { return part == "" })
	if ns.UID > 0 && w.rules.Uses(keep.User) {
		s.Users = []string{procfs.UserName(ns.UID), strconv.FormatInt(ns.UID, 10)}
	}
	return w.rules.Find(s)
}

// believes reports whether a process tells who wants a namespace: it is one of root, or of the user
// to whom the namespace belongs.
func (w Wanted) believes(pid int, ns *Namespace) bool {
	uid, known := w.users[pid]
	if !known && pid != 0 {
		uid, _ = procfs.UserOf(w.host.Helper, w.host.Proc(), pid)
		w.users[pid] = uid
	}
	return uid <= 0 || uid == ns.UID
}

// mark fills in WantedBy. The owners of namespaces must be known.
func (w Wanted) mark(namespaces []*Namespace, names []*Name) {
	byID := map[netnsctl.ID]string{}
	for _, ns := range namespaces {
		if ns.Verdict == Orphan || ns.Verdict == Idle {
			ns.WantedBy = w.Namespace(ns)
			byID[ns.ID] = ns.WantedBy
		}
	}
	for _, n := range names {
		if n.Verdict == Stale || n.Verdict == Unknown {
			n.WantedBy = w.Name(n)
		} else {
			n.WantedBy = byID[n.ID]
		}
	}
}

// KeptBy is the whole [Namespace.Reason] of what would be an orphan, but for the line after it.
const KeptBy = "kept by "

// keepWanted gives the orphans that are wanted, and not wired, the verdict idle, and says of all
// idle namespaces which line wants them.
func keepWanted(namespaces []*Namespace) {
	for _, ns := range namespaces {
		switch {
		case ns.WantedBy == "":
		case ns.Verdict == Orphan:
			ns.Verdict, ns.Reason = Idle, KeptBy+ns.WantedBy
		case ns.Verdict == Idle:
			ns.Reason += "; " + KeptBy + ns.WantedBy
		}
	}
}

// OfKeepFile reports whether the gap is a keep file, or a line of one. What that wants kept is not
// known.
func (g Gap) OfKeepFile() bool { return g.ofKeepFile() != "" }

// ofKeepFile is what is wrong with the file or the line at [Gap.Path].
func (g Gap) ofKeepFile() string {
	why, ok := strings.CutPrefix(g.What, GapKeepFiles+": ")
	if !ok {
		return ""
	}
	return why
}
