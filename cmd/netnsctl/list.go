package main

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/cmd/netnsctl/internal/term"
	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

func (u *ui) list(call compat.Call, c *cli.Context) error {
	scanned := c.Bool("stale") || c.Bool("idle") || c.Bool("all-namespaces")
	if !scanned && onlyFlag(c, "json") {
		return status(call.Plain(nil, c.Bool("json"))).err()
	}
	if !scanned && onlyFlag(c, "quiet") { // -json and -quiet exclude each other
		return u.listNames(call.Host)
	}
	all := c.Bool("all-namespaces")
	l, err := readListing(u, c, listColumns(), standardColumns(all))
	if err != nil {
		return err
	}
	l.nameOnce("NAME", row.unnamed)
	asJSON := c.Bool("json") || call.JSON
	addresses := l.uses("ADDRESSES")
	snap, err := discover.Scan(call.Host, discover.Options{Everything: all || asJSON || c.Bool("idle") || !scanned, Hold: addresses})
	if err != nil {
		return err
	}
	defer snap.Close()
	rows := nameRows(snap)
	if scanned {
		rows = listRows(snap, c.Bool("idle"), all)
	}
	if addresses {
		addAddresses(rows, (*row).addressCell)
	}
	rows = l.arrange(rows)
	switch {
	case asJSON:
		u.print(listJSON(snap, rows, call.Pretty))
	case c.Bool("quiet"):
		for _, r := range rows {
			u.print(r.quiet())
		}
	default:
		u.print(l.table(rows))
	}
	critical := isPartial(snap.Blind)
	if !asJSON {
		u.gaps(snap.Blind, c.Bool("verbose"))
	}
	if scanned && found(rows, critical) {
		return status(statusFound)
	}
	return partial(critical)
}

// listNames prints the names without a look at what they lead to.
func (u *ui) listNames(host netnsctl.Host) error {
	names, err := namesOn(host)
	if err != nil {
		return err
	}
	slices.SortFunc(names, term.Natural)
	for _, name := range names {
		u.print(quote(name) + "\n")
	}
	return nil
}

// onlyFlag reports whether no flag is given but, perhaps, this one.
func onlyFlag(c *cli.Context, name string) bool {
	return !slices.ContainsFunc(c.LocalFlagNames(), func(given string) bool { return given != name })
}

// standardColumns are those by default. Where all namespaces are listed the reason is
// left out, as few of them need one.
func standardColumns(all bool) string {
	if all {
		return allColumns
	}
	return staleColumns
}

const (
	staleColumns = "NAME,STATE,REASON,AGE"
	allColumns   = "NAME,ID,STATE,AGE,OWNER,PINS"
)

// listRows are the stale names, the orphans and what else was asked for.
func listRows(snap *discover.Snapshot, idle, all bool) []row {
	var rows []row
	for _, n := range snap.Names {
		if n.Verdict == discover.Stale || n.Verdict == discover.Unknown {
			rows = append(rows, nameRow(n, snap))
		}
	}
	for _, ns := range snap.Namespaces {
		if all || ns.Verdict == discover.Orphan || idle && ns.Verdict == discover.Idle {
			rows = append(rows, namespaceRow(ns, snap))
		}
	}
	inOrderOfRows(rows)
	return rows
}

// inOrderOfRows puts what is wrong first, then orders by name.
func inOrderOfRows(rows []row) {
	slices.SortStableFunc(rows, func(a, b row) int { return cmp.Or(rank(a.verdict)-rank(b.verdict), a.byName(b)) })
}

// nameRows are all names of the run directory, the stale ones too, in the order of the
// names.
func nameRows(snap *discover.Snapshot) []row {
	byID := map[netnsctl.ID]*discover.Namespace{}
	for _, ns := range snap.Namespaces {
		byID[ns.ID] = ns
	}
	var rows []row
	for _, n := range snap.Names {
		r := nameRow(n, snap)
		if ns := byID[n.ID]; ns != nil && n.ID != (netnsctl.ID{}) {
			r.ns, r.reason, r.born = ns, ns.Reason, ns.Born
		}
		rows = append(rows, r)
	}
	slices.SortStableFunc(rows, row.byName)
	return rows
}

func nameRow(n *discover.Name, snap *discover.Snapshot) row {
	return row{names: []string{n.Name}, name: n, verdict: n.Verdict, reason: cause(n), born: n.File.Born, now: snap.Taken}
}

func namespaceRow(ns *discover.Namespace, snap *discover.Snapshot) row {
	return row{names: ns.Names, ns: ns, verdict: ns.Verdict, reason: ns.Reason, born: ns.Born, now: snap.Taken}
}

// found reports whether a row is stale or orphaned. With critical gaps an orphan is
// not certain: a process that uses it may be hidden.
func found(rows []row, critical bool) bool {
	return slices.ContainsFunc(rows, func(r row) bool {
		return r.verdict == discover.Stale || r.verdict == discover.Orphan && !critical
	})
}

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

// cause says why a name is stale.
func cause(n *discover.Name) string {
	switch {
	case n.Cause == "":
		return n.Detail
	case n.Detail == "":
		return string(n.Cause)
	}
	return string(n.Cause) + ": " + n.Detail
}

// owner is the most telling thing that is known of an owner.
func owner(o discover.Owner) string {
	var words []string
	add := func(what, word string) {
		if word != "" {
			words = append(words, what+word)
		}
	}
	add("", o.Runtime)
	if o.PodName != "" {
		add("pod ", o.PodName)
	} else {
		add("pod ", o.Pod)
	}
	if o.Name != "" {
		add("container ", o.Name)
	} else {
		add("container ", o.Container[:min(12, len(o.Container))])
	}
	if o.Container == "" {
		add("", o.Unit)
	}
	if len(words) == 0 {
		add("", o.Command)
	}
	if len(words) == 0 {
		return "-"
	}
	return strings.Join(words, ", ")
}

// isHost reports whether a namespace is that of process 1.
func isHost(ns *discover.Namespace) bool {
	return slices.ContainsFunc(ns.Pins, func(p discover.Pin) bool { return p.Kind == discover.Process && p.PID == 1 })
}

func labelOf(ns *discover.Namespace) string {
	if ns == nil {
		return "(not seen)"
	}
	return row{names: ns.Names, ns: ns}.label()
}
