package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// lookBefore scans before a deletion, if the flags or a name that leads to no namespace ask for that,
// and asks the user where other namespaces would lose a mount. With --kill it notes which names cannot
// be deleted. The error is that of a deletion that must not be done.
func (u *ui) lookBefore(call compat.Call, all []deletion, o *deleteOptions) error {
	if !o.looks() && o.kill == nil && !slices.ContainsFunc(all, func(d deletion) bool { return !d.known }) {
		return nil
	}
	snap, err := scanBefore(call.Host, all, *o)
	switch {
	case err != nil && o.kill != nil:
		return explanation{fact: err.Error()}.refusal()
	case err != nil:
		return nil // iproute2 deletes without a look, too
	}
	if o.looks() {
		o.before = snap
	}
	found, outcomes := outcomesOf(snap, all), map[string]outcome{}
	if o.kill != nil {
		refuseBlocked(snap, found, o.kill)
	}
	for _, one := range found {
		outcomes[one.name.Name] = one
	}
	var ending []string
	for i := range all {
		all[i].outcome = outcomes[all[i].name]
		switch one := all[i].outcome; {
		case o.kill != nil && one.refused != "":
			all[i].failed = errors.New(one.refused)
		case len(one.ended) > 0:
			ending = append(ending, all[i].name)
		}
	}
	canAsk := !call.Batch && u.onTerminal()
	if len(ending) == 0 || o.yes || !canAsk && !o.looks() { // a program reads the result
		return nil
	}
	for _, name := range ending {
		u.note("the file of %s is in use in another mount namespace:", quote(name))
		fmt.Fprint(u.err, escapeLines(outcomes[name].endedLines(false)))
	}
	if !canAsk {
		return misuse("netnsctl asks before it ends a mount in another mount namespace, and there is no terminal to ask on: add --yes, or --dry-run to print the plan")
	}
	if !u.confirm("delete " + quoteAll(ending, ", ") + " all the same?") {
		u.note("nothing was done")
		return status(statusFailed)
	}
	for i := range all {
		all[i].checked = true
	}
	return nil
}

// scanBefore scans before a deletion. After the deletion nothing may lead into a
// namespace any more that, for example, an open file of /proc/net keeps. The snapshot is closed.
func scanBefore(host netnsctl.Host, all []deletion, o deleteOptions) (*discover.Snapshot, error) {
	snap, err := discover.Scan(host, discover.Options{
		Files: true, Everything: o.kill != nil, Sockets: o.looks(), FarEnds: farEndsOf(namesToDelete(all)),
	})
	if err != nil {
		return nil, err
	}
	snap.Close() // its descriptors would keep the namespaces
	return snap, nil
}

// endedLines say which mounts of other namespaces would end with the file of the name, or have ended:
// the kernel takes them away in every mount namespace (detach_mounts in the kernel's fs/namespace.c,
// Linux 3.18).
func (o outcome) endedLines(have bool) (lines []string) {
	for _, m := range o.ended {
		line := "  " + m.String() + ": that mount would end, too"
		if have {
			line = "  " + strings.Replace(m.String(), " is mounted ", " was mounted ", 1) + ": that mount has ended, too"
		}
		lines = append(lines, line)
	}
	for _, ns := range o.lost {
		line := "  nothing else that was found keeps " + ns.String() + " alive: what is inside would be lost"
		if have {
			line = "  nothing else that was found kept " + ns.String() + " alive: what was inside is lost"
		}
		lines = append(lines, line)
	}
	return lines
}
