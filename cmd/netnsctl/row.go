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

// row is a row of list: a name, a namespace, or both.
type row struct {
	names   []string
	name    *discover.Name      // nil for a row that is not about one name
	ns      *discover.Namespace // nil if there is no namespace
	verdict discover.Verdict    // empty if nothing is known
	reason  string
	born    time.Time
	now     time.Time
	action  string // what prune would do, where the table has that
	// addresses are filled in by addAddresses.
	addresses string
}

// rowOf is the row of a namespace, which may be nil.
func rowOf(ns *discover.Namespace, now time.Time) row {
	if ns == nil {
		return row{now: now}
	}
	return row{names: ns.Names, ns: ns, verdict: ns.Verdict, reason: ns.Reason, born: ns.Born, now: now}
}

// nameRow is the row of a name without its namespace.
func nameRow(n *discover.Name, now time.Time) row {
	return row{names: []string{n.Name}, name: n, verdict: n.Verdict, reason: n.Reason(), born: n.File.Born, now: now}
}

// seen is the verdict as far as the scan could see, see [discover.Namespace.Seen].
func (r row) seen() discover.Verdict {
	switch {
	case r.ns != nil:
		return r.ns.Seen()
	case r.name != nil:
		return r.name.Seen()
	}
	return r.verdict
}

// labelOf is the label of a namespace, which may be nil.
func labelOf(ns *discover.Namespace) string { return rowOf(ns, time.Time{}).label() }

// label is the names, else host, else the ID.
func (r row) label() string {
	switch {
	case len(r.names) > 0:
		return quoteAll(inNaturalOrder(r.names), ",")
	case r.ns == nil:
		return "(not seen)"
	case isHost(r.ns):
		return "host"
	}
	return r.ns.String()
}

// unnamed reports whether the label is the ID.
func (r row) unnamed() bool { return len(r.names) == 0 && r.ns != nil && !isHost(r.ns) }

// words are the texts, beside the label, that a filter by name compares: each name
// with and without quotes, or "-" where there is none.
func (r row) words() (words []string) {
	if len(r.names) == 0 && r.ns != nil {
		return []string{"-"}
	}
	for _, name := range r.names {
		words = append(words, name, quote(name))
	}
	return words
}

// quiet is one name or ID a line.
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

// byName is the order of all lists: rows with names by name, then rows without names
// by ID, then rows without a namespace.
func (r row) byName(other row) int {
	class := func(r row) int {
		switch {
		case len(r.names) > 0:
			return 0
		case r.ns != nil:
			return 1
		}
		return 2
	}
	id := func(r row) (ino uint64, nsid netnsctl.NSID) {
		if r.ns == nil {
			return 0, 0
		}
		return r.ns.ID.Ino, r.ns.NSID
	}
	ino, nsid := id(r)
	otherIno, otherNSID := id(other)
	return cmp.Or(
		class(r)-class(other),
		slices.CompareFunc(inNaturalOrder(r.names), inNaturalOrder(other.names), term.Natural),
		cmp.Compare(ino, otherIno), cmp.Compare(nsid, otherNSID),
	)
}

func listColumns() []column[row] {
	self := func(r row) row { return r }
	return []column[row]{
		{Name: "NAME", Help: "the names; without one, host or the ID", Value: row.label, Words: row.words},
		stateColumn(strings.Join(states(), ", "), states(), self),
		{Name: "REASON", Help: "why", Value: func(r row) string { return escape(r.reason) }},
		{
			Name: "AGE", Help: "how old it is at least", Value: func(r row) string { return age(r.now, r.born) },
			Number: row.age, Parse: parseAge,
		},
		{Name: "ACTION", Help: "what prune would do: remove, release, or skip it and why", Value: func(r row) string { return dash(escape(r.action)) }},
		idColumn(self),
		{Name: "COOKIE", Help: "its cookie, a number that is never reused", Value: func(r row) string { return r.cell(cookie) }},
		{
			Name: "OWNER", Help: "the program, unit, container or runtime it seems to belong to",
			Value: func(r row) string {
				return r.cell(func(ns *discover.Namespace) string { return escape(owner(ns.Owner)) })
			},
		},
		{
			Name: "PINS", Help: "what keeps it",
			Value: func(r row) string {
				return r.cell(func(ns *discover.Namespace) string { return escape(pinsText(ns.Pins)) })
			},
		},
		addressColumn(self),
	}
}

// stateColumn, idColumn and addressColumn are columns of each table of namespaces. of
// gives the row of a namespace.
func stateColumn[T any](help string, values []string, of func(T) row) column[T] {
	return column[T]{
		Name: "STATE", Help: help, Values: values,
		Value:  func(t T) string { return dash(string(of(t).verdict)) },
		Number: func(t T) (int64, bool) { n := rank(of(t).verdict); return int64(n), n >= 0 },
		Colour: func(t T) term.Colour { return stateColour(of(t).verdict) },
	}
}

func idColumn[T any](of func(T) row) column[T] {
	return column[T]{Name: "ID", Help: "the namespace's ID", Value: func(t T) string {
		return of(t).cell((*discover.Namespace).String)
	}}
}

func addressColumn[T any](of func(T) row) column[T] {
	return column[T]{
		Name: "ADDRESSES", Help: "its addresses, without loopback and link-local ones; ? where they cannot be read",
		Value: func(t T) string { return dash(of(t).addresses) },
		Words: func(t T) []string { return withoutPrefixLengths(of(t).addresses) },
	}
}

// cell is a text on the namespace, or "-" without one.
func (r row) cell(text func(*discover.Namespace) string) string {
	if r.ns == nil {
		return "-"
	}
	return text(r.ns)
}

func cookie(ns *discover.Namespace) string {
	if ns.Cookie == 0 {
		return "-"
	}
	return strconv.FormatUint(ns.Cookie, 10)
}

// age is in nanoseconds. It is known where the column AGE shows one.
func (r row) age() (int64, bool) {
	d := r.now.Sub(r.born)
	return int64(d), !r.born.IsZero() && d >= 0
}

func parseAge(word string) (int64, error) {
	d, err := parseDuration(word)
	return int64(d), err
}

// verdicts are in the order of lists: leftovers come first.
func verdicts() []discover.Verdict {
	return []discover.Verdict{discover.Stale, discover.Orphan, discover.Unknown, discover.Idle, discover.Wired, discover.InUse, discover.Own}
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
	case discover.InUse, discover.Wired:
		return term.Green
	}
	return term.Plain
}

// isHost reports whether a namespace is that of pid 1.
func isHost(ns *discover.Namespace) bool {
	return slices.ContainsFunc(ns.Pins, func(p discover.Pin) bool { return p.Kind == discover.Process && p.PID == 1 })
}

// owner is the most significant facts about an owner.
func owner(o discover.Owner) string {
	var words []string
	add := func(label, word string) {
		if word != "" {
			words = append(words, label+word)
		}
	}
	add("", o.Runtime)
	add("pod ", cmp.Or(o.PodName, o.Pod))
	add("container ", cmp.Or(o.Name, o.Container[:min(12, len(o.Container))]))
	if o.Container == "" {
		add("", o.Unit)
	}
	if len(words) == 0 {
		add("", o.Command)
	}
	return dash(strings.Join(words, ", "))
}
