package main

import (
	"fmt"
	"slices"

	"github.com/netnsctl/netnsctl/cmd/netnsctl/internal/term"
	"github.com/netnsctl/netnsctl/compat"
)

// deleteEvery deletes all names that a pattern chooses.
func (u *ui) deleteEvery(call compat.Call, p pattern, o deleteOptions) error {
	names, err := p.names(call.Host)
	asks := !o.dryRun && !o.yes && !call.Batch && len(names) > 0 && u.onTerminal()
	switch {
	case call.All && !p.given() && !asks && o.plain():
		return plain(call, nil) // as iproute2: silently, up to the first failure
	case err != nil:
		return err
	case len(names) == 0 && p.given() && o.json:
		u.printJSON(jsonDeletion{DryRun: o.dryRun}, o.pretty)
		fallthrough
	case len(names) == 0 && p.given():
		return u.noMatch(p)
	}
	slices.SortFunc(names, term.Natural)
	all := make([]deletion, len(names))
	if o.wait && !o.dryRun {
		o.goodbye = u.goodbye(call.Host, o.limit)
		defer o.goodbye.witness.Close()
	}
	for i, name := range names {
		all[i] = deletion{word: name, name: name, checked: asks}
		if p.given() {
			all[i].word = "" // the user has not given the name: the result says it
		}
		if !o.dryRun {
			all[i].note(call.Host, o.goodbye.tracks())
		}
	}
	question := "delete " + whichNames(names, p, o.verbose)
	if o.kill != nil {
		question += ", after ending the processes inside"
	}
	if asks && !u.confirm(question+"?") {
		u.note("nothing was done")
		return status(statusFailed)
	}
	if o.dryRun {
		return u.dryRun(call.Host, all, o)
	}
	return u.deleteAll(call, all, o)
}

// whichNames says in a question which names will be deleted.
func whichNames(names []string, p pattern, verbose bool) string {
	switch {
	case p.given():
		return plural(len(names), "name", "names") + " (" + fewWords(quoted(names), verbose) + ")"
	case len(names) == 1:
		return quote(names[0]) + ", the only name"
	}
	return fmt.Sprintf("all %d names", len(names))
}
