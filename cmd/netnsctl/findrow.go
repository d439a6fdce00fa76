package main

import (
	"cmp"
	"slices"

	"github.com/netnsctl/netnsctl/cmd/netnsctl/internal/term"
	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/find"
)

// foundRow is a line of what find shows.
type foundRow struct {
	find.Match
	// addresses are those of the namespace, read only where they are asked for.
	addresses string
}

// foundRows are the matches in the order of the words that were searched for, and then
// of the namespaces.
func foundRows(r *find.Result, addresses bool) []foundRow {
	rows := make([]foundRow, len(r.Matches))
	for i, m := range r.Matches {
		rows[i] = foundRow{Match: m}
	}
	first := map[string]int{}
	for i, row := range rows {
		if _, known := first[row.What]; !known {
			first[row.What] = i
		}
	}
	slices.SortStableFunc(rows, func(a, b foundRow) int {
		return cmp.Or(cmp.Compare(first[a.What], first[b.What]), a.byName(b))
	})
	if addresses {
		addAddresses(rows, (*foundRow).addressCell)
	}
	return rows
}

func (r *foundRow) addressCell() (*discover.Namespace, *string) { return r.Namespace, &r.addresses }

// byName has namespaces that were not seen last.
func (r foundRow) byName(other foundRow) int {
	a, b := r.Namespace, other.Namespace
	if a == nil || b == nil {
		unseen := map[bool]int{true: 1}
		return unseen[a == nil] - unseen[b == nil]
	}
	return row{names: a.Names, ns: a}.byName(row{names: b.Names, ns: b})
}

func (r foundRow) unnamed() bool {
	return r.Namespace != nil && row{names: r.Namespace.Names, ns: r.Namespace}.unnamed()
}

// hiddenWords are those that were searched for and found, of which no row is left.
func hiddenWords(matches []find.Match, rows []foundRow) (words []string) {
	known := map[string]bool{}
	for _, r := range rows {
		known[r.What] = true
	}
	for _, m := range matches {
		if !known[m.What] {
			known[m.What] = true
			words = append(words, m.What)
		}
	}
	return words
}

func matchesOf(rows []foundRow) (matches []find.Match) {
	for _, r := range rows {
		matches = append(matches, r.Match)
	}
	return matches
}

func findColumns(own netnsctl.ID) []column[foundRow] {
	return []column[foundRow]{
		{
			Name: "NAMESPACE", Help: "the names, or the ID where there is none",
			Value: func(r foundRow) string { return labelOf(r.Namespace) },
			Words: func(r foundRow) []string {
				if r.Namespace == nil {
					return nil
				}
				return row{names: r.Namespace.Names}.words()
			},
		},
		{Name: "DEVICE", Help: "the device that matched", Value: func(r foundRow) string { return dash(quoteIfAny(r.Device)) }},
		{Name: "MATCH", Help: "what was found", Value: func(r foundRow) string { return escape(r.Text) }},
		{
			Name: "ENTER", Help: "command line to enter it; append COMMAND",
			Value: func(r foundRow) string { return dash(enterCommand(r.Namespace, own)) },
		},
		{Name: "WHAT", Help: "the word that asked for it", Value: func(r foundRow) string { return quote(r.What) }},
		{
			Name: "KIND", Help: "address, mac, device, peer, socket, process, container, pod, name, namespace",
			Value: func(r foundRow) string { return string(r.Kind) },
		},
		{Name: "ID", Help: "the namespace's ID", Value: func(r foundRow) string { return ofNamespace(r.Namespace, (*discover.Namespace).String) }},
		{
			Name: "STATE", Help: "orphan, idle, in-use, host", Values: append(states(), "-"),
			Value: func(r foundRow) string {
				return ofNamespace(r.Namespace, func(ns *discover.Namespace) string { return string(ns.Verdict) })
			},
			Number: func(r foundRow) (int64, bool) {
				if r.Namespace == nil {
					return 0, false
				}
				return int64(rank(r.Namespace.Verdict)), true
			},
			Colour: func(r foundRow) term.Colour {
				if r.Namespace == nil {
					return term.Plain
				}
				return stateColour(r.Namespace.Verdict)
			},
		},
		{
			Name: "ADDRESSES", Help: addressesHelp, Value: func(r foundRow) string { return dash(r.addresses) },
			Words: func(r foundRow) []string { return bareAddresses(r.addresses) },
		},
	}
}
