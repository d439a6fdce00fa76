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

func (u *ui) listCommand(call compat.Call) *cli.Command {
	return &cli.Command{
		Name:      "list",
		Usage:     "find stale names and orphaned namespaces, and say why",
		UsageText: "netnsctl [-j] list --stale [--idle] [--all-namespaces] [-q] [-o COLUMNS] [--noheadings]",
		Description: "Exit status: 0 nothing stale or orphaned, 3 something found, 1 failed, 2 wrong words.\n\nColumns:\n" +
			columnHelp(listColumns()),
		HideHelpCommand: true,
		OnUsageError:    usageError,
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "stale", Usage: "stale names and orphaned namespaces"},
			&cli.BoolFlag{Name: "idle", Usage: "idle namespaces, too: healthy, named, without a process"},
			&cli.BoolFlag{Name: "all-namespaces", Usage: "every namespace of the host, with its pins"},
			&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Usage: "names and IDs only"},
			&cli.BoolFlag{Name: "json", Aliases: []string{"j"}, Usage: "everything, as JSON"},
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "show these `COLUMNS`"},
			&cli.BoolFlag{Name: "noheadings", Aliases: []string{"n"}, Usage: "no line of headings"},
		},
		Action: func(c *cli.Context) error { return u.list(call, c) },
	}
}

func (u *ui) list(call compat.Call, c *cli.Context) error {
	if c.NArg() > 0 {
		return wrongWords{errExtra(c.Args().First())}
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
	if !asJSON {
		u.blind(snap, c.Bool("quiet"))
	}
	if found(rows) {
		return status(statusFound)
	}
	return nil
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

func found(rows []row) bool {
	return slices.ContainsFunc(rows, func(r row) bool {
		return r.verdict == discover.Stale || r.verdict == discover.Orphan
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

// blind says what could not be looked at.
func (u *ui) blind(snap *discover.Snapshot, graveOnly bool) { u.tellBlind(snap.Blind, graveOnly) }

func (u *ui) tellBlind(blind []discover.Blind, graveOnly bool) {
	for _, b := range blind {
		if b.Grave || !graveOnly {
			u.note("not seen: %s", b)
		}
	}
}
