package main

import (
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
