package main

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/compat"
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
}

// label is what a row is called: its names, else its ID.
func (r row) label() string {
	if len(r.names) == 0 {
		return r.ns.String()
	}
	return quoteAll(r.names, ",")
}

func listColumns() []column[row] {
	return []column[row]{
		{"NAME", "the names, or the ID where there is none", row.label},
		{"STATE", "stale, orphan, idle, in-use, host", func(r row) string { return string(r.verdict) }},
		{"REASON", "why", func(r row) string { return escape(r.reason) }},
		{"AGE", "how old it is at least", func(r row) string { return age(r.now, r.born) }},
		{"ID", "the namespace's ID", func(r row) string {
			if r.ns == nil {
				return "-"
			}
			return r.ns.String()
		}},
		{"COOKIE", "its number that is never used again", func(r row) string {
			if r.ns == nil || r.ns.Cookie == 0 {
				return "-"
			}
			return strconv.FormatUint(r.ns.Cookie, 10)
		}},
		{"OWNER", "the program, unit, container or runtime it seems to belong to", func(r row) string {
			if r.ns == nil {
				return "-"
			}
			return escape(owner(r.ns.Owner))
		}},
		{"PINS", "what pins it", func(r row) string {
			if r.ns == nil {
				return "-"
			}
			return escape(pins(r.ns.Pins))
		}},
	}
}

func (u *ui) list(call compat.Call, c *cli.Context) error {
	scanned := c.Bool("stale") || c.Bool("idle") || c.Bool("all-namespaces")
	if !scanned && onlyFlag(c, "json") {
		return status(call.Plain(nil, c.Bool("json"))).err()
	}
	all := c.Bool("all-namespaces")
	columns, err := u.columns(c, all)
	if err != nil {
		return err
	}
	asJSON := c.Bool("json") || call.JSON
	snap, err := discover.Scan(call.Host, discover.Options{Everything: all || asJSON || c.Bool("idle")})
	if err != nil {
		return err
	}
	defer snap.Close()
	rows := listRows(snap, c.Bool("idle"), all)
	switch {
	case asJSON:
		u.print(listJSON(snap, rows, call.Pretty))
	case c.Bool("quiet"):
		for _, r := range rows {
			u.print(r.quiet())
		}
	case len(rows) > 0:
		u.print(table(columns, rows, !c.Bool("noheadings")))
	}
	critical := isPartial(snap.Blind)
	if !asJSON {
		u.gaps(snap.Blind, c.Bool("verbose"))
	}
	switch {
	case scanned && found(rows, critical):
		return status(statusFound)
	case scanned:
		return partial(critical)
	}
	return nil
}

// onlyFlag reports whether no flag is given but, perhaps, this one.
func onlyFlag(c *cli.Context, name string) bool {
	return !slices.ContainsFunc(c.LocalFlagNames(), func(given string) bool { return given != name })
}

func (u *ui) columns(c *cli.Context, all bool) ([]column[row], error) {
	list := c.String("output")
	if list == "" {
		list = "NAME,STATE,REASON,AGE"
		if all {
			list = "NAME,ID,STATE,AGE,OWNER,PINS"
		}
	}
	return choose(listColumns(), list)
}

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
	slices.SortStableFunc(rows, func(a, b row) int { return rank(a.verdict) - rank(b.verdict) })
	return rows
}

func nameRow(n *discover.Name, snap *discover.Snapshot) row {
	return row{names: []string{n.Name}, name: n, verdict: n.Verdict, reason: cause(n), born: n.File.Born, now: snap.Taken}
}

func namespaceRow(ns *discover.Namespace, snap *discover.Snapshot) row {
	return row{names: ns.Names, ns: ns, verdict: ns.Verdict, reason: ns.Reason, born: ns.Born, now: snap.Taken}
}

// rank puts what is wrong first.
func rank(v discover.Verdict) int {
	return slices.Index([]discover.Verdict{
		discover.Stale, discover.Orphan, discover.Unknown, discover.Idle, discover.InUse, discover.Own,
	}, v)
}

// found reports whether a row is stale or orphaned. An orphan is none for sure
// where a process that uses it could not be seen.
func found(rows []row, critical bool) bool {
	return slices.ContainsFunc(rows, func(r row) bool {
		return r.verdict == discover.Stale || r.verdict == discover.Orphan && !critical
	})
}

// quiet is one name or ID per line.
func (r row) quiet() string {
	if len(r.names) == 0 {
		return r.ns.String() + "\n"
	}
	var b strings.Builder
	for _, name := range r.names {
		b.WriteString(quote(name) + "\n")
	}
	return b.String()
}
