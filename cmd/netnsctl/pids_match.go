package main

import (
	"fmt"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/cmd/netnsctl/internal/term"
	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// named is a name that a pattern has chosen, and its namespace.
type named struct {
	name string
	ns   *discover.Namespace
}

// pidsOfEach prints the PIDs of the processes in the namespaces of several names, each after the
// name or, with another flag, all holders.
func (u *ui) pidsOfEach(call compat.Call, c *cli.Context, p pattern) error {
	l, err := readListing(u, call, c, holderColumns(), "NAME,"+defaultHolderColumns, nil)
	if err != nil {
		return err
	}
	asJSON := c.Bool("json") || call.JSON
	names, err := p.names(call.Host)
	switch {
	case err != nil:
		return err
	case len(names) == 0 && asJSON:
		u.printJSON([]jsonHolders{}, call.Pretty)
		fallthrough
	case len(names) == 0:
		return u.noMatch(p)
	}
	slices.SortFunc(names, term.Natural)
	snap, err := discover.Scan(call.Host, discover.Options{})
	if err != nil {
		return err
	}
	defer snap.Close()
	chosen, failed := u.namespacesOf(snap, names)
	isPattern := func(flag string) bool { return flag == "match" || flag == "exclude" }
	switch {
	case asJSON:
		var namespaces []*discover.Namespace
		for _, one := range chosen {
			namespaces = append(namespaces, one.ns)
		}
		var all []jsonHolders
		for _, ns := range unique(namespaces) {
			all = append(all, holdersJSON(ns, l.arrange(holdersOf(call.Host, ns, ns.Names)), snap.Gaps))
		}
		u.printJSON(all, call.Pretty)
	case !slices.ContainsFunc(c.LocalFlagNames(), func(flag string) bool { return !isPattern(flag) }):
		for _, one := range chosen {
			for _, pin := range one.ns.Pins {
				if pin.Kind == discover.Process {
					u.print(fmt.Sprintf("%s: %d\n", quote(one.name), pin.PID))
				}
			}
		}
	default:
		var rows []holder
		for _, one := range chosen {
			rows = append(rows, holdersOf(call.Host, one.ns, []string{one.name})...)
		}
		u.holders(l, l.arrange(rows), c.Bool("quiet"))
	}
	u.gaps(snap.Gaps, false)
	if failed {
		return status(statusFailed)
	}
	return partial(snap.Gaps)
}

// namespacesOf are the namespaces of names. It reports those that lead to none, and whether there
// are such.
func (u *ui) namespacesOf(snap *discover.Snapshot, names []string) (chosen []named, failed bool) {
	for _, name := range names {
		var ns *discover.Namespace
		n := nameIn(snap, name)
		if n != nil {
			ns = namespaceOf(snap, n)
		}
		switch {
		case ns != nil:
			chosen = append(chosen, named{name, ns})
		case n != nil && n.Seen() == discover.Unknown:
			failed = true
			u.note("%v", noNamespaceIn(snap, name, "pids"))
		case n != nil:
			failed = true
			u.note("%s leads to no network namespace", quote(name))
		}
	}
	return chosen, failed
}
