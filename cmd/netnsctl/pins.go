package main

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// holding is all pins of one process, or all mounts at one path, as one line of every
// list of what keeps a namespace.
type holding struct {
	kind discover.Kind // Process for one that is inside, MountPin, else any other
	pid  int
	who  string
	how  string // of a process
}

// holdings groups pins. Sockets of a process inside are left out: every process inside can have some.
func holdings(all []discover.Pin) []holding {
	var order []holdingKey
	groups := map[holdingKey][]discover.Pin{}
	for _, p := range all {
		key := keyOf(p)
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], p)
	}
	var found []holding
	for _, key := range order {
		found = append(found, hold(groups[key]))
	}
	return found
}

// holdingKey is the same for pins that stand on one line.
type holdingKey struct {
	pid           int
	path          string
	host, covered bool
	other         discover.Kind
}

func keyOf(p discover.Pin) holdingKey {
	switch {
	case p.PID != 0:
		return holdingKey{pid: p.PID}
	case p.Mount != nil:
		return holdingKey{path: p.Mount.Path, host: p.Mount.Host, covered: p.Mount.Covered}
	}
	return holdingKey{other: p.Kind}
}

// hold makes one line of pins with the same key.
func hold(group []discover.Pin) holding {
	first := group[0]
	switch {
	case first.PID == 0 && first.Mount != nil:
		return holding{kind: first.Kind, who: first.String() + moreMounts(group)}
	case first.PID == 0:
		return holding{kind: first.Kind, who: first.String()}
	}
	h := holding{kind: first.Kind, pid: first.PID, who: first.Who()}
	var rest []discover.Pin
	for _, p := range group {
		if p.Kind == discover.Process {
			h.kind = discover.Process
		}
	}
	for _, p := range group {
		if p.Kind != discover.Process && (h.kind != discover.Process || p.Kind != discover.SocketPin) {
			rest = append(rest, p)
		}
	}
	h.how = hows(rest)
	return h
}

// moreMounts tells how many mounts there are beside the first at the same path.
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

// line tells a holding, without quoting; commandLine follows a process that is inside.
func (h holding) line(commandLine string) string {
	switch {
	case h.kind != discover.Process && h.how != "":
		return h.who + ": " + h.how
	case h.how != "":
		return h.who + commandLine + "; it also has " + h.how
	}
	return h.who + commandLine
}

// pins tells pins in one line: the first process inside, the first other process and
// the first mount, and how many more there are.
func pins(all []discover.Pin) string {
	groups := map[discover.Kind][]holding{}
	var order []discover.Kind
	for _, h := range holdings(all) {
		kind := h.kind
		if h.pid != 0 && kind != discover.Process {
			kind = discover.Descriptor
		}
		if groups[kind] == nil {
			order = append(order, kind)
		}
		groups[kind] = append(groups[kind], h)
	}
	var words []string
	for _, kind := range order {
		list := groups[kind]
		word := list[0].line("")
		if kind == discover.Process {
			word = list[0].who
		}
		switch more := len(list) - 1; {
		case more > 0 && kind == discover.MountPin:
			word += " and " + strconv.Itoa(more) + " more"
		case more > 0:
			word += " and " + plural(more, "more process", "more processes")
		}
		words = append(words, word)
	}
	return dash(strings.Join(words, "; "))
}

// hows is the first pin of each kind, and how many more there are.
func hows(pins []discover.Pin) string {
	var kinds []discover.Kind
	groups := map[discover.Kind][]discover.Pin{}
	for _, p := range pins {
		if groups[p.Kind] == nil {
			kinds = append(kinds, p.Kind)
		}
		groups[p.Kind] = append(groups[p.Kind], p)
	}
	var words []string
	for _, kind := range kinds {
		word := groups[kind][0].How()
		if more := len(groups[kind]) - 1; more > 0 {
			word += " and " + strconv.Itoa(more) + " more"
		}
		words = append(words, word)
	}
	return strings.Join(words, "; ")
}

// fewKeepers is how many lines say who keeps a namespace, where not all are wanted.
const fewKeepers = 5

// keepers tells pins in one line for each process, those inside first, and one for
// all mounts at the same path. ownMounts is the mount namespace that paths are said
// of without more.
func keepers(all []discover.Pin, ownMounts uint64) (lines []string) {
	var mounts, others []discover.Pin
	for _, p := range all {
		if p.Kind == discover.MountPin {
			mounts = append(mounts, p)
		} else {
			others = append(others, p)
		}
	}
	found := holdings(others)
	slices.SortStableFunc(found, func(a, b holding) int {
		return cmp.Or(boolOrder(b.pid != 0, a.pid != 0), boolOrder(b.kind == discover.Process, a.kind == discover.Process), cmp.Compare(a.pid, b.pid))
	})
	for _, h := range found {
		lines = append(lines, h.line(""))
	}
	return append(lines, mountLines(mounts, ownMounts)...)
}

// boolOrder puts false before true.
func boolOrder(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// mountLines tells mounts by their path, those of our own mount namespace first.
func mountLines(pins []discover.Pin, ownMounts uint64) (lines []string) {
	byPath := map[string][]discover.Pin{}
	var paths []string
	for _, p := range pins {
		if byPath[p.Mount.Path] == nil {
			paths = append(paths, p.Mount.Path)
		}
		byPath[p.Mount.Path] = append(byPath[p.Mount.Path], p)
	}
	own := func(p discover.Pin) bool { return p.Mount.Host || p.Mount.Namespace == ownMounts }
	slices.SortStableFunc(paths, func(a, b string) int {
		switch ours := slices.ContainsFunc(byPath[a], own); {
		case ours == slices.ContainsFunc(byPath[b], own):
			return strings.Compare(a, b)
		case ours:
			return -1
		}
		return 1
	})
	for _, path := range paths {
		list := byPath[path]
		first := max(slices.IndexFunc(list, own), 0)
		others := map[uint64]bool{}
		for _, p := range list {
			if p.Mount.Namespace != list[first].Mount.Namespace {
				others[p.Mount.Namespace] = true
			}
		}
		line := mountText(list[first], ownMounts)
		if len(others) > 0 {
			line += ", also in " + plural(len(others), "other mount namespace", "other mount namespaces")
		}
		lines = append(lines, line)
	}
	return lines
}

// mountText tells a mount, and through which process it is seen where that is not
// our own mount namespace.
func mountText(p discover.Pin, ownMounts uint64) string {
	m := p.Mount
	text := "mount " + m.Path
	if m.Covered {
		text = "covered " + text
	}
	switch {
	case m.Host || m.Namespace == ownMounts:
		return text
	case m.Through == 0:
		return text + " in mnt:[" + strconv.FormatUint(m.Namespace, 10) + "], which has no process"
	}
	return text + " in the mount namespace of " + pidText(m.Through, p.Command)
}

func pidText(pid int, command string) string {
	return discover.Pin{PID: pid, Command: command}.Who()
}

// firstFew are the first lines and how many more there are, or all lines.
func firstFew(lines []string, all bool) []string {
	if all || len(lines) <= fewKeepers+1 {
		return lines
	}
	return append(slices.Clone(lines[:fewKeepers]), "and "+strconv.Itoa(len(lines)-fewKeepers)+" more (--verbose shows all)")
}
