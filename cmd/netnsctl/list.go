package main

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/cmd/netnsctl/internal/term"
	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/container"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// The columns by default. With --all-namespaces the reason is left out: few of the
// namespaces need one.
const (
	staleColumns = "NAME,STATE,REASON,AGE,ACTION"
	nameColumns  = "NAME,STATE,REASON,AGE"
	allColumns   = "NAME,ID,STATE,AGE,OWNER,PINS"
)

// list prints names, or what a scan finds.
func (u *ui) list(call compat.Call, c *cli.Context) error {
	all := c.Bool("all-namespaces")
	scanned := c.Bool("stale") || c.Bool("idle") || all || c.Bool("all-directories")
	switch {
	case !scanned && onlyFlag(c, "json"):
		return status(call.Plain(nil, c.Bool("json"))).err()
	case c.Bool("names") || !scanned && onlyFlag(c, "quiet"): // -json and --quiet exclude each other
		return u.listNames(call, patternOf(c), c.Bool("json") || call.JSON)
	}
	standard := nameColumns
	switch {
	case all:
		standard = allColumns
	case scanned:
		standard = staleColumns
	}
	l, err := readListing(u, call, c, listColumns(), standard, row.unnamed)
	if err != nil {
		return err
	}
	asJSON, planned := c.Bool("json") || call.JSON, l.uses("ACTION")
	snap, err := discover.Scan(call.Host, discover.Options{
		Everything: asJSON || c.Bool("idle") || all || !scanned, Hold: l.uses("ADDRESSES"),
		Files: planned, Leases: c.Bool("idle"), LeftOvers: scanned || planned, Evidence: planned && c.Bool("idle"),
		AllDirectories: c.Bool("all-directories"),
	})
	if err != nil {
		return err
	}
	defer snap.Close()
	_ = dating{recorded: true}.date(snap) // an age that is not known is shown as that
	rows := nameRows(snap)
	if scanned {
		rows = listRows(snap, c.Bool("idle"), all)
	}
	if planned {
		actions := actionsOf(snap, c.Bool("idle"))
		for i := range rows {
			rows[i].action = actions.of(rows[i])
		}
	}
	rows = arrangeRows(l, rows)
	switch {
	case asJSON:
		u.printJSON(listed(snap, rows), call.Pretty)
	case c.Bool("quiet"):
		for _, r := range rows {
			u.print(r.quiet())
		}
	default:
		u.print(l.table(rows))
	}
	if !asJSON {
		u.gaps(snap.Gaps, c.Bool("verbose"))
		u.warnOfLimit(snap.Limit)
		for _, lease := range snap.Leases {
			u.note("lost lease: %s", escape(leaseText(lease)))
		}
	}
	if scanned && found(rows, snap.Gaps) {
		return status(statusFound)
	}
	return partial(snap.Gaps)
}

// listNames prints the names without a look at their namespaces.
func (u *ui) listNames(call compat.Call, p pattern, asJSON bool) error {
	names, err := p.names(call.Host)
	if err != nil {
		return err
	}
	slices.SortFunc(names, term.Natural)
	if asJSON {
		u.printJSON(names, call.Pretty)
		return nil
	}
	for _, name := range names {
		u.print(quote(name) + "\n")
	}
	return nil
}

// onlyFlag reports whether the call has no flag other than this one.
func onlyFlag(c *cli.Context, name string) bool {
	return !slices.ContainsFunc(c.LocalFlagNames(), func(given string) bool { return given != name })
}

// listRows are the stale names and the orphans, and what may be one as far as the scan could see,
// with idle the other namespaces without a process too, with all every namespace.
func listRows(snap *discover.Snapshot, idle, all bool) []row {
	var rows []row
	for _, n := range slices.Concat(snap.Names, snap.DeadFiles) {
		if n.Seen() == discover.Stale || n.Seen() == discover.Unknown {
			rows = append(rows, nameRow(n, snap.Taken))
		}
	}
	for _, ns := range snap.Namespaces {
		unused := ns.Seen() == discover.Idle || ns.Seen() == discover.Wired
		if all || ns.Seen() == discover.Orphan || idle && unused {
			rows = append(rows, rowOf(ns, snap.Taken))
		}
	}
	sortRows(rows)
	return rows
}

// sortRows orders rows by state, leftovers first, then by name.
func sortRows(rows []row) {
	slices.SortStableFunc(rows, func(a, b row) int { return cmp.Or(rank(a.verdict)-rank(b.verdict), a.byName(b)) })
}

// nameRows are all names of the run directory by name, stale names included.
func nameRows(snap *discover.Snapshot) []row {
	byID := map[netnsctl.ID]*discover.Namespace{}
	for _, ns := range snap.Namespaces {
		byID[ns.ID] = ns
	}
	var rows []row
	for _, n := range snap.Names {
		r := nameRow(n, snap.Taken)
		if ns := byID[n.ID]; ns != nil && n.ID != (netnsctl.ID{}) {
			r.ns, r.reason, r.born = ns, ns.Reason, ns.Born
		}
		rows = append(rows, r)
	}
	slices.SortStableFunc(rows, row.byName)
	return rows
}

// arrangeRows fills in the addresses if the listing uses them, then filters and sorts.
func arrangeRows(l listing[row], rows []row) []row {
	if l.uses("ADDRESSES") {
		addAddresses(rows, func(r *row) *row { return r })
	}
	return l.arrange(rows)
}

// found reports whether a row is stale or orphaned, and not wanted. Where a keep file may want it, a
// stale name does not count.
func found(rows []row, gaps []discover.Gap) bool {
	return slices.ContainsFunc(rows, func(r row) bool {
		return r.verdict == discover.Orphan || r.verdict == discover.Stale && r.name.LeftOver() && !hidesWanted(gaps)
	})
}

// leaseText says what a lease is that leads to no namespace.
func leaseText(l container.Lease) string {
	return fmt.Sprintf("%s of CNI network %s for container %s, which does not exist (%s)", l.Address, l.Network, l.Container, l.File)
}

// listed is the names and namespaces of rows as a snapshot, for JSON.
func listed(snap *discover.Snapshot, rows []row) discover.Snapshot {
	l := discover.Snapshot{Gaps: snap.Gaps, Leases: snap.Leases}
	done := map[*discover.Namespace]bool{} // one with two names has two rows
	for _, r := range rows {
		switch {
		case r.ns == nil:
			l.Names = append(l.Names, r.name)
		case !done[r.ns]:
			done[r.ns] = true
			l.Namespaces = append(l.Namespaces, r.ns)
		}
	}
	return l
}
