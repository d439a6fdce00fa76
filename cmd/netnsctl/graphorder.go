package main

import (
	"slices"

	"github.com/netnsctl/netnsctl/cmd/netnsctl/internal/term"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/wiring"
)

// inOrder has the host first, then names, then the rest.
func inOrder(all []*wiring.Namespace) []*wiring.Namespace {
	rank := func(n *wiring.Namespace) int {
		switch {
		case isHost(n.Namespace):
			return 0
		case n.Verdict == discover.Own:
			return 1
		case len(n.Names) > 0:
			return 2
		case n.Found:
			return 3
		}
		return 4
	}
	ordered := slices.Clone(all)
	slices.SortStableFunc(ordered, func(a, b *wiring.Namespace) int {
		if d := rank(a) - rank(b); d != 0 {
			return d
		}
		return slices.CompareFunc(a.Names, b.Names, term.Natural)
	})
	return ordered
}

// isHost reports whether a namespace is that of process 1.
func isHost(ns *discover.Namespace) bool {
	return slices.ContainsFunc(ns.Pins, func(p discover.Pin) bool { return p.Kind == discover.Process && p.PID == 1 })
}
