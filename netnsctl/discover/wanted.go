package discover

import (
	"errors"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/container"
	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
	"github.com/netnsctl/netnsctl/netnsctl/keep"
)

// Wanted says what the administrator wants kept, by the lines of the keep files (package keep).
//
// A line is compared with all that is known of a namespace, whoever has made it so: nobody takes the
// effect of a line away by one more mount, or one more process. A local user may so have kept what
// his mounts and processes pin anyway.
type Wanted struct {
	rules  keep.Rules
	host   netnsctl.Host
	owners *owners
	// ofProcess and inMounts are the first rules that match a process, and a process in a mount
	// namespace: thousands of namespaces may be mounted in one.
	ofProcess map[int]int
	inMounts  map[uint64]int
}

func newWanted(rules keep.Rules, host netnsctl.Host, owners *owners) Wanted {
	return Wanted{rules, host, owners, map[int]int{}, map[uint64]int{}}
}

// readWanted reads the keep files. Each kind of problem is one gap.
func readWanted(host netnsctl.Host, runtimes func() runtimeState, critical bool) (w Wanted, gaps []Gap) {
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
	return newWanted(found.rules, host, newOwners(host, runtimes)), gaps
}

// WantedNow reads the keep files again. The error names what could not be read or understood.
func (s *Snapshot) WantedNow() (Wanted, error) {
	w, gaps := readWanted(s.Host, s.runtimes, true)
	if len(gaps) > 0 {
		return w, errors.New(gaps[0].Path + ": " + gaps[0].ofKeepFile())
	}
	return w, nil
}

// Unmatched are the lines of the keep files that match nothing, neither what is unused nor what is in
// use. Lines with users are not told: the scan does not look up the users of what is in use.
func (s *Snapshot) Unmatched() (places []string) {
	all, _ := readWanted(s.Host, s.runtimes, true)
	for i, rule := range all.rules {
		one := newWanted(all.rules[i:i+1], s.Host, all.owners)
		matched := one.rules.Uses(keep.User) ||
			slices.ContainsFunc(s.Namespaces, func(ns *Namespace) bool { return one.Namespace(ns) != "" }) ||
			slices.ContainsFunc(slices.Concat(s.Names, s.DeadFiles), func(n *Name) bool { return one.Name(n) != "" })
		if !matched {
			places = append(places, rule.Place)
		}
	}
	return places
}

// Name is the line that wants a name of the run directory, or a dead file in another one, as
// [Name.WantedBy] has it.
func (w Wanted) Name(n *Name) string {
	s := keep.Subject{Names: []string{n.Name}, Paths: []string{n.Path(w.host)}}
	if n.in != nil {
		s.Names[0] = path.Base(n.Name)
	}
	if n.Owner != "" {
		s.Owners = []string{n.Owner}
	}
	return w.rules.Place(w.rules.First(s))
}

// Namespace is the line that wants a namespace, as [Namespace.WantedBy] has it. What the scan has
// not found out about its user and its containers matches no line.
func (w Wanted) Namespace(ns *Namespace) string {
	if len(w.rules) == 0 {
		return ""
	}
	var s keep.Subject
	for _, name := range ns.Names {
		s.Paths = append(s.Paths, PathOf(w.host, name))
		s.Names = append(s.Names, path.Base(name)) // of a name in another directory
	}
	for _, p := range ns.Pins {
		if m := p.Mount; m != nil && !slices.Contains(s.Paths, m.Path) { // there are many copies of a mount
			s.Paths = append(s.Paths, m.Path)
			if m.Name != "" { // a name that is covered, or one elsewhere
				s.Names = append(s.Names, m.Name)
			}
		}
	}
	if ns.UID > 0 && w.rules.Uses(keep.User) {
		s.Users = []string{procfs.UserName(ns.UID), strconv.FormatInt(ns.UID, 10)}
	}
	if !w.rules.Uses(keep.Word) && !w.rules.Uses(keep.Owner) {
		return w.rules.Place(w.rules.First(s))
	}
	s.Owners = ns.recordedOwners()
	for _, path := range s.Paths {
		s.Owners = append(s.Owners, container.At(path))
	}
	return w.rules.Place(min(w.rules.First(s), w.firstProcess(ns)))
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
