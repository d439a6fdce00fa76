package main

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/netnsctl/netnsctl/cmd/netnsctl/internal/term"
	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// row is a line of the list: a name, a namespace, or both.
type row struct {
	names   []string
	name    *discover.Name      // for stale ones
	ns      *discover.Namespace // nil if there is none
	verdict discover.Verdict
	reason  string
	born    time.Time
	now     time.Time
	// addresses are those of the namespace, read only where they are asked for.
	addresses string
}

func (r *row) addressCell() (*discover.Namespace, *string) { return r.ns, &r.addresses }

// label is what a row is called: its names, else host or its ID.
func (r row) label() string {
	switch {
	case len(r.names) > 0:
		return quoteAll(inNaturalOrder(r.names), ",")
	case isHost(r.ns):
		return "host"
	}
	return r.ns.String()
}

// unnamed reports whether the label is the ID.
func (r row) unnamed() bool { return len(r.names) == 0 && !isHost(r.ns) }

// words are what a filter by name compares with, beside the label: each name, as it is
// and as it is shown, or "-" where there is none.
func (r row) words() []string {
	if len(r.names) == 0 {
		return []string{"-"} // beside host
	}
	var words []string
	for _, name := range r.names {
		words = append(words, name, quote(name))
	}
	return words
}

// quiet is one name or ID per line.
func (r row) quiet() string {
	if len(r.names) == 0 {
		return r.ns.String() + "\n"
	}
	var b strings.Builder
	for _, name := range inNaturalOrder(r.names) {
		b.WriteString(quote(name) + "\n")
	}
	return b.String()
}

func inNaturalOrder(names []string) []string {
	if len(names) < 2 {
		return names
	}
	return slices.SortedFunc(slices.Values(names), term.Natural)
}

// byName is the order of all lists: by name, then what has none by ID.
func (r row) byName(other row) int {
	id := func(r row) (id netnsctl.ID, nsid netnsctl.NSID) {
		if r.ns != nil {
			id, nsid = r.ns.ID, r.ns.NSID
		}
		return id, nsid
	}
	a, numberA := id(r)
	b, numberB := id(other)
	return cmp.Or(
		min(len(other.names), 1)-min(len(r.names), 1), // those with a name first
		slices.CompareFunc(inNaturalOrder(r.names), inNaturalOrder(other.names), term.Natural),
		cmp.Compare(a.Ino, b.Ino), cmp.Compare(numberA, numberB),
	)
}

func listColumns() []column[row] {
	return []column[row]{
		{Name: "NAME", Help: "the names; without one, host or the ID", Value: row.label, Words: row.words},
		{
			Name: "STATE", Help: strings.Join(states(), ", "), Value: func(r row) string { return string(r.verdict) },
			Values: states(),
			Number: func(r row) (int64, bool) { return int64(rank(r.verdict)), true },
			Colour: func(r row) term.Colour { return stateColour(r.verdict) },
		},
		{Name: "REASON", Help: "why", Value: func(r row) string { return escape(r.reason) }},
		{
			Name: "AGE", Help: "how old it is at least", Value: func(r row) string { return age(r.now, r.born) },
			Number: row.age, Parse: parseAge,
		},
		{Name: "ID", Help: "the namespace's ID", Value: func(r row) string { return ofNamespace(r.ns, (*discover.Namespace).String) }},
		{Name: "COOKIE", Help: "its cookie, a number that is never reused", Value: func(r row) string { return ofNamespace(r.ns, cookie) }},
		{
			Name: "OWNER", Help: "the program, unit, container or runtime it seems to belong to",
			Value: func(r row) string {
				return ofNamespace(r.ns, func(ns *discover.Namespace) string { return escape(owner(ns.Owner)) })
			},
		},
		{
			Name: "PINS", Help: "what keeps it",
			Value: func(r row) string {
				return ofNamespace(r.ns, func(ns *discover.Namespace) string { return escape(pins(ns.Pins)) })
			},
		},
		{
			Name: "ADDRESSES", Help: addressesHelp, Value: func(r row) string { return dash(r.addresses) },
			Words: func(r row) []string { return bareAddresses(r.addresses) },
		},
	}
}

// ofNamespace is a cell that tells of a namespace, where there is one.
func ofNamespace(ns *discover.Namespace, text func(*discover.Namespace) string) string {
	if ns == nil {
		return "-"
	}
	return text(ns)
}

func cookie(ns *discover.Namespace) string {
	if ns.Cookie == 0 {
		return "-"
	}
	return strconv.FormatUint(ns.Cookie, 10)
}

// age is in nanoseconds; it is known where the column shows one.
func (r row) age() (int64, bool) {
	d := r.now.Sub(r.born)
	return int64(d), !r.born.IsZero() && d >= 0
}

func parseAge(word string) (int64, error) {
	d, err := parseDuration(word)
	return int64(d), err
}

// verdicts are in the order of lists: what is wrong comes first.
func verdicts() []discover.Verdict {
	return []discover.Verdict{discover.Stale, discover.Orphan, discover.Unknown, discover.Idle, discover.InUse, discover.Own}
}

func rank(v discover.Verdict) int { return slices.Index(verdicts(), v) }

// states are the texts of the column STATE.
func states() (all []string) {
	for _, v := range verdicts() {
		all = append(all, string(v))
	}
	return all
}

func stateColour(v discover.Verdict) term.Colour {
	switch v {
	case discover.Stale, discover.Orphan:
		return term.Red
	case discover.Idle, discover.Unknown:
		return term.Yellow
	case discover.InUse:
		return term.Green
	}
	return term.Plain
}
