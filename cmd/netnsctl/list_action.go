package main

import (
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl/clean"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// actions tells what prune would do with names and namespaces.
type actions struct {
	names      map[*discover.Name]string
	namespaces map[*discover.Namespace]string
	// refused says that prune would refuse to do anything.
	refused bool
}

// actionsOf plans what prune would do now. The snapshot must have been taken with
// [discover.Options.Files] and, where idle asks for prune --idle, with Evidence.
func actionsOf(snap *discover.Snapshot, idle bool) actions {
	a := actions{names: map[*discover.Name]string{}, namespaces: map[*discover.Namespace]string{}}
	plan, err := clean.Make(snap, clean.Request{MinAge: clean.DefaultMinAge, Idle: idle})
	if err != nil {
		a.refused = true
		return a
	}
	for _, s := range plan.Steps {
		a.note(s.Name, s.Namespace, string(s.Action))
	}
	for _, s := range plan.Skipped {
		a.note(s.Name, s.Namespace, skipText(s))
	}
	return a
}

// note notes an action on a name or, where that is nil, on a namespace.
func (a actions) note(n *discover.Name, ns *discover.Namespace, action string) {
	if n != nil {
		a.names[n] = action
	}
	if ns != nil {
		a.namespaces[ns] = action
	}
}

// of is the action for a row; empty if prune does not consider it.
func (a actions) of(r row) string {
	if seen := r.seen(); a.refused && (seen == discover.Stale || seen == discover.Orphan) {
		return "refuse"
	}
	if r.name != nil {
		return a.names[r.name]
	}
	return a.namespaces[r.ns]
}

// skipText is the action of what is skipped, with the kind of the reason.
func skipText(s clean.Skipped) string {
	if s.Owner != "" && !strings.Contains(s.Owner, " ") {
		return "skip (" + s.Owner + "'s)"
	}
	return "skip (" + string(s.Kind) + ")"
}
