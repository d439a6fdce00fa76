package main

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// groupBy puts elements with the same key into one group. Groups are in the order of
// their first elements.
func groupBy[T any, K comparable](all []T, key func(T) K) (groups [][]T) {
	places := map[K]int{}
	for _, one := range all {
		k := key(one)
		place, known := places[k]
		if !known {
			place = len(groups)
			places[k] = place
			groups = append(groups, nil)
		}
		groups[place] = append(groups[place], one)
	}
	return groups
}

// keeper is all pins of one process, or all mounts at one path. Each list of pins
// shows it as one line.
type keeper struct {
	kind discover.Kind // Process for a process inside, MountPin, or another kind
	pid  int
	who  string
	how  string // the pins of a process
}

// keeperKey is equal for the pins of one keeper.
type keeperKey struct {
	pid           int
	path          string
	host, covered bool
	other         discover.Kind
}

// keepersOf groups pins by their keeper.
func keepersOf(pins []discover.Pin) (all []keeper) {
	for _, group := range groupBy(pins, func(p discover.Pin) keeperKey {
		switch {
		case p.PID != 0:
			return keeperKey{pid: p.PID}
		case p.Mount != nil:
			return keeperKey{path: p.Mount.Path, host: p.Mount.Host, covered: p.Mount.Covered}
		}
		return keeperKey{other: p.Kind}
	}) {
		all = append(all, keeperOf(group))
	}
	return all
}

// keeperOf is the keeper of a group. The sockets of a process inside are left out:
// every process inside may have some.
func keeperOf(group []discover.Pin) keeper {
	first := group[0]
	switch {
	case first.PID == 0 && first.Mount != nil:
		return keeper{kind: first.Kind, who: first.String() + moreMounts(group)}
	case first.PID == 0:
		return keeper{kind: first.Kind, who: first.String()}
	}
	k := keeper{kind: first.Kind, pid: first.PID, who: first.Who()}
	isInside := func(p discover.Pin) bool { return p.Kind == discover.Process }
	if slices.ContainsFunc(group, isInside) {
		k.kind = discover.Process
	}
	k.how = pinSummary(slices.DeleteFunc(slices.Clone(group), func(p discover.Pin) bool {
		return isInside(p) || k.kind == discover.Process && p.Kind == discover.SocketPin
	}))
	return k
}

// moreMounts is the number of mounts after the first one at the same path.
func moreMounts(group []discover.Pin) string {
	more := len(group) - 1
	if more == 0 {
		return ""
	}
	namespaces := map[uint64]bool{}
	for _, p := range group {
		namespaces[p.Mount.Namespace] = true
	}
	if len(namespaces) == len(group) {
		return " and in " + plural(more, "more mount namespace", "more mount namespaces")
	}
	return " and " + plural(more, "more mount", "more mounts") + " at this path"
}

// pinSummary is the first pin of each kind and the number of the others.
func pinSummary(pins []discover.Pin) string {
	var words []string
	for _, group := range groupBy(pins, func(p discover.Pin) discover.Kind { return p.Kind }) {
		word := group[0].How()
		if more := len(group) - 1; more > 0 {
			word += " and " + strconv.Itoa(more) + " more"
		}
		words = append(words, word)
	}
	return strings.Join(words, "; ")
}

// line is the keeper in one line, without quoting. commandLine follows a process
// inside.
func (k keeper) line(commandLine string) string {
	switch {
	case k.kind != discover.Process && k.how != "":
		return k.who + ": " + k.how
	case k.how != "":
		return k.who + commandLine + "; it also has " + k.how
	}
	return k.who + commandLine
}

// pinsText is pins in one line: the first process inside, the first other process and
// the first mount, each with the number of the others.
func pinsText(pins []discover.Pin) string {
	kind := func(k keeper) discover.Kind {
		if k.pid != 0 && k.kind != discover.Process {
			return discover.Descriptor
		}
		return k.kind
	}
	var words []string
	for _, group := range groupBy(keepersOf(pins), kind) {
		word := group[0].line("")
		if group[0].kind == discover.Process {
			word = group[0].who
		}
		switch more := len(group) - 1; {
		case more > 0 && kind(group[0]) == discover.MountPin:
			word += " and " + strconv.Itoa(more) + " more"
		case more > 0:
			word += " and " + plural(more, "more process", "more processes")
		}
		words = append(words, word)
	}
	return dash(strings.Join(words, "; "))
}

// keeperLines are pins in one line for each process, processes inside first, and one line
// for the mounts at each path. Paths are of the mount namespace ownMounts where
// nothing else is said.
func keeperLines(pins []discover.Pin, ownMounts uint64) (lines []string) {
	var mounts, others []discover.Pin
	for _, p := range pins {
		if p.Kind == discover.MountPin {
			mounts = append(mounts, p)
		} else {
			others = append(others, p)
		}
	}
	rank := func(k keeper) int {
		switch {
		case k.pid == 0:
			return 2
		case k.kind == discover.Process:
			return 0
		}
		return 1
	}
	found := keepersOf(others)
	slices.SortStableFunc(found, func(a, b keeper) int { return cmp.Or(rank(a)-rank(b), cmp.Compare(a.pid, b.pid)) })
	for _, k := range found {
		lines = append(lines, k.line(""))
	}
	return append(lines, mountLines(mounts, ownMounts)...)
}

// mountLines is one line for each path. Paths of our own mount namespace come first.
func mountLines(pins []discover.Pin, ownMounts uint64) (lines []string) {
	own := func(p discover.Pin) bool { return p.Mount.Host || p.Mount.Namespace == ownMounts }
	rank := func(group []discover.Pin) int {
		if slices.ContainsFunc(group, own) {
			return 0
		}
		return 1
	}
	paths := groupBy(pins, func(p discover.Pin) string { return p.Mount.Path })
	slices.SortFunc(paths, func(a, b []discover.Pin) int {
		return cmp.Or(rank(a)-rank(b), strings.Compare(a[0].Mount.Path, b[0].Mount.Path))
	})
	for _, group := range paths {
		first := group[max(slices.IndexFunc(group, own), 0)]
		others := map[uint64]bool{}
		for _, p := range group {
			if p.Mount.Namespace != first.Mount.Namespace {
				others[p.Mount.Namespace] = true
			}
		}
		line := "mount " + first.Mount.Path
		if first.Mount.Covered {
			line = "covered " + line
		}
		if !own(first) {
			line += " " + mountNamespaceText(first)
		}
		if len(others) > 0 {
			line += ", also in " + plural(len(others), "other mount namespace", "other mount namespaces")
		}
		lines = append(lines, line)
	}
	return lines
}

// mountNamespaceText is the mount namespace of a mount, by a process in it.
func mountNamespaceText(p discover.Pin) string {
	if p.Mount.Through == 0 {
		return "in mnt:[" + strconv.FormatUint(p.Mount.Namespace, 10) + "], which has no process"
	}
	return "in the mount namespace of " + discover.Pin{PID: p.Mount.Through, Command: p.Command, User: p.User}.Who()
}

// fewKeepers is the number of lines that firstFew leaves.
const fewKeepers = 5

// firstFew is the first lines and the number of the others, or with all every line.
func firstFew(lines []string, all bool) []string {
	if all || len(lines) <= fewKeepers+1 {
		return lines
	}
	return append(slices.Clone(lines[:fewKeepers]), "and "+strconv.Itoa(len(lines)-fewKeepers)+" more (--verbose shows all)")
}
