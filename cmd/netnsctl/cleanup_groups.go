package main

import (
	"cmp"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/netnsctl/netnsctl/cmd/netnsctl/internal/term"
	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/clean"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// few is how many names or IDs a line of a grouped plan has at most, and in how many columns.
type few struct{ members, width int }

// fewAlike is for names that say no more than their number. fewHandMade is for names that somebody
// may have chosen, and may want.
func fewAlike() few    { return few{3, 40} }
func fewHandMade() few { return few{12, 160} }

// stepGroup is the steps of a plan that differ in nothing but the name or the namespace.
type stepGroup struct {
	verb string // "remove", "removed"
	what string // what they are, in the plural
	why  string
	few  few
	// rank is the place among the groups: dead files come first, names that somebody may want last.
	rank  int
	steps []clean.Step
}

// resultGroups groups what has been removed and released.
func resultGroups(results []clean.Result) []*stepGroup {
	var done []clean.Step
	for _, r := range results {
		if r.Outcome == clean.Removed || r.Outcome == clean.Released {
			done = append(done, r.Step)
		}
	}
	return stepGroups(done, "d")
}

// stepGroups groups steps. The verb of each is its action with an ending: "remove" or "removed".
func stepGroups(steps []clean.Step, ending string) (groups []*stepGroup) {
	byText := map[string]*stepGroup{}
	family := familyOf(steps)
	for _, s := range steps {
		g := &stepGroup{verb: string(s.Action) + ending, few: fewAlike()}
		switch {
		case s.Action == clean.Release:
			g.rank, g.what, g.why = rankOrphan, string(s.Namespace.Verdict)+"s", mountsText(s.Namespace)
			if s.Namespace.Seen() != discover.Orphan {
				g.what = string(s.Namespace.Verdict) + " namespaces"
			}
		case s.Namespace != nil && family[s.Name.Name] != "":
			g.rank, g.what, g.why = rankFamily, "idle "+quote(family[s.Name.Name])+"*", idleText(s.Namespace)
		case s.Namespace != nil:
			g.rank, g.what, g.few = rankIdle, "idle names", fewHandMade()
			if s.Namespace.Evidence != nil {
				g.why = "without a sign of life"
			}
		default:
			g.rank, g.what = staleNoun(s.Name.Cause)
		}
		key := g.verb + "\x00" + g.what + "\x00" + g.why
		if byText[key] == nil {
			byText[key] = g
			groups = append(groups, g)
		}
		byText[key].steps = append(byText[key].steps, s)
	}
	slices.SortStableFunc(groups, func(a, b *stepGroup) int { return a.rank - b.rank })
	return groups
}

// The ranks of groups.
const (
	rankDead = iota
	rankStale
	rankOrphan
	rankFamily
	rankIdle
)

// familyOf gives names the beginning that they share with another name of the plan, up to the
// first hyphen: runtimes call their names so.
func familyOf(steps []clean.Step) map[string]string {
	prefix := func(s clean.Step) string {
		if before, after, found := strings.Cut(s.Name.Name, "-"); found && before != "" && after != "" {
			return before + "-"
		}
		return ""
	}
	members := map[string]int{}
	for _, s := range steps {
		if s.Name != nil && s.Namespace != nil {
			members[prefix(s)]++
		}
	}
	family := map[string]string{}
	for _, s := range steps {
		if s.Name != nil && s.Namespace != nil && members[prefix(s)] > 1 {
			family[s.Name.Name] = prefix(s)
		}
	}
	return family
}

// staleNoun is the rank of stale names of a cause, and what they are.
func staleNoun(cause discover.Cause) (rank int, what string) {
	switch cause {
	case discover.DeadFile:
		return rankDead, "dead files"
	case discover.DanglingLink, discover.LinkLoop:
		return rankStale, "dangling links"
	case discover.RecycledPID:
		return rankStale, "links to recycled pids"
	}
	return rankStale, "names that lead to no network namespace"
}

// idleText says why the idle names of a family are not needed; empty for targets.
func idleText(ns *discover.Namespace) string {
	if ns.Evidence == nil {
		return ""
	}
	if slices.ContainsFunc(ns.Evidence.Against, func(f discover.Fact) bool { return f.Kind == discover.RuntimeFact }) {
		return "that no runtime knows"
	}
	return "without a sign of life"
}

// mountsText says whose mounts hold an orphan.
func mountsText(ns *discover.Namespace) string {
	var places []string
	for _, pin := range ns.Pins {
		if pin.Kind == discover.MountPin {
			places = append(places, mountPlace(pin))
		}
	}
	slices.Sort(places)
	return "held by mounts " + strings.Join(slices.Compact(places), ", ")
}

// mountPlace is where the mount of a pin is, without the mount point itself.
func mountPlace(pin discover.Pin) string {
	m := pin.Mount
	switch {
	case m.Host:
		return "in " + path.Dir(m.Path)
	case m.Through == 0:
		return "in mnt:[" + strconv.FormatUint(m.Namespace, 10) + "]"
	}
	return "of " + cmp.Or(pin.Command, "pid "+strconv.Itoa(m.Through))
}

// text is the group in one line: how many there are of what, why, the first of them, and what
// else the steps do.
func (g *stepGroup) text() string {
	if len(g.steps) == 1 {
		s := g.steps[0]
		return g.verb + " " + subject(s.Name, s.Namespace) + reason(s) + afterText(s)
	}
	text := g.verb + " " + strconv.Itoa(len(g.steps)) + " " + g.what
	if g.why != "" {
		text += " " + escape(g.why)
	}
	var names []string
	var ends []discover.FarEnd
	held, uncovered := 0, 0
	goes := map[netnsctl.ID]bool{}
	for _, s := range g.steps {
		if s.Namespace != nil {
			goes[s.Namespace.ID] = true
		}
	}
	together := func(end discover.FarEnd) bool { return goes[end.Namespace] }
	for _, s := range g.steps {
		names = append(names, subject(s.Name, s.Namespace))
		ends = append(ends, slices.DeleteFunc(slices.Clone(s.AlsoDeleted), together)...)
		held += min(len(s.Left), 1)
		uncovered += len(s.Uncovers)
	}
	text += ": " + g.few.of(names)
	if held > 0 {
		text += "; " + strconv.Itoa(held) + " of them still held by processes afterwards"
	}
	if uncovered > 0 {
		text += "; " + plural(uncovered, "covered mount", "covered mounts") + " uncovered"
	}
	if len(ends) > 0 {
		text += "; " + escape(farEndsText(ends, "them"))
	}
	return text
}

// of is the first of many words, as far as they leave room for the rest of the line.
func (f few) of(words []string) string {
	words = slices.SortedFunc(slices.Values(words), term.Natural)
	most := f.members
	if len(words) == most+1 {
		most++ // the last one is as short as "and 1 more"
	}
	first, width := 0, 0
	for _, word := range words[:min(len(words), most)] {
		if width += term.Width(word); first == 0 || width <= f.width {
			first++
		}
	}
	if more := len(words) - first; more > 0 {
		return strings.Join(words[:first], ", ") + " and " + strconv.Itoa(more) + " more"
	}
	return strings.Join(words, ", ")
}

// bySkipKind groups what a plan skips by the kind of the reason, as the column ACTION shows it.
func bySkipKind(all []clean.Skipped) (groups [][]clean.Skipped) {
	at := map[string]int{}
	for _, s := range all {
		kind := skipText(s)
		i, known := at[kind]
		if !known {
			i = len(groups)
			at[kind] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], s)
	}
	return groups
}

// skippedGroup is what is skipped for reasons of one kind, in one line.
func skippedGroup(all []clean.Skipped) string {
	var subjects, reasons []string
	ifNamed := true
	for _, s := range all {
		subjects = append(subjects, subject(s.Name, s.Namespace))
		reasons = append(reasons, skippedReason(s))
		ifNamed = ifNamed && s.IfNamed
	}
	reasons = slices.Compact(slices.Sorted(slices.Values(reasons)))
	text := strconv.Itoa(len(all)) + ", " + escape(reasons[0])
	if len(reasons) > 1 {
		text = strconv.Itoa(len(all)) + " " + strings.TrimPrefix(skipText(all[0]), "skip ")
	}
	text += ": " + fewAlike().of(subjects)
	switch {
	case all[0].Kind == clean.Young:
		text += "; to include them: --older-than 0"
	case ifNamed:
		text += "; to take them anyway, name them"
	}
	if len(reasons) > 1 {
		text += " (--verbose prints each reason)"
	}
	return text
}
