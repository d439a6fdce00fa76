package main

import (
	"cmp"
	"slices"

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
