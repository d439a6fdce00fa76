package main

import (
	"cmp"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

func (u *ui) listCommand(call compat.Call) *cli.Command {
	return &cli.Command{
		Name:      "list",
		Usage:     "find stale names and orphaned namespaces, and say why",
		UsageText: "netnsctl [-j] list --stale [--idle] [--all-namespaces] [-q] [-o COLUMNS] [--sort COLUMNS] [--filter CONDITIONS]",
		Description: "Exit status: 0 nothing stale or orphaned, 3 something found, 1 failed, 2 wrong words.\n\nColumns:\n" +
			columnHelp(listColumns()),
		HideHelpCommand: true,
		OnUsageError:    usageError,
		Flags: append([]cli.Flag{
			&cli.BoolFlag{Name: "stale", Usage: "stale names and orphaned namespaces"},
			&cli.BoolFlag{Name: "idle", Usage: "idle namespaces, too: healthy, named, without a process"},
			&cli.BoolFlag{Name: "all-namespaces", Usage: "every namespace of the host, with its pins"},
			&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Usage: "names and IDs only"},
			&cli.BoolFlag{Name: "json", Aliases: []string{"j"}, Usage: "everything, as JSON"},
		}, tableFlags()...),
		Action: func(c *cli.Context) error { return u.list(call, c) },
	}
}

func (u *ui) list(call compat.Call, c *cli.Context) error {
	if c.NArg() > 0 {
		return wrongWords{errExtra(c.Args().First())}
	}
	all := c.Bool("all-namespaces")
	l, err := readListing(u, c, listColumns(), standardColumns(all))
	if err != nil {
		return err
	}
	l.nameOnce("NAME", row.unnamed)
	asJSON := c.Bool("json") || call.JSON
	addresses := l.uses("ADDRESSES")
	snap, err := discover.Scan(call.Host, discover.Options{Everything: all || asJSON || c.Bool("idle"), Hold: addresses})
	if err != nil {
		return err
	}
	defer snap.Close()
	rows := listRows(snap, c.Bool("idle"), all)
	if addresses {
		addAddresses(rows)
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
	if !asJSON {
		u.blind(snap, c.Bool("quiet"))
	}
	if found(rows) {
		return status(statusFound)
	}
	return nil
}

// standardColumns are those by default. Where all namespaces are listed the reason is
// left out, as few of them need one.
func standardColumns(all bool) string {
	if all {
		return "NAME,ID,STATE,AGE,OWNER,PINS"
	}
	return "NAME,STATE,REASON,AGE"
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

func found(rows []row) bool {
	return slices.ContainsFunc(rows, func(r row) bool {
		return r.verdict == discover.Stale || r.verdict == discover.Orphan
	})
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
