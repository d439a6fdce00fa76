package main

import (
	"cmp"
	"slices"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/wiring"
)

// inOrder has the host first, then names, then the rest.
func inOrder(all []*wiring.Namespace) []*wiring.Namespace {
	rank := func(n *wiring.Namespace) int {
		switch {
		case first(n.Namespace):
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
		return slices.CompareFunc(a.Names, b.Names, natural)
	})
	return ordered
}

// first tells whether a namespace is that of process 1.
func first(ns *discover.Namespace) bool {
	return slices.ContainsFunc(ns.Pins, func(p discover.Pin) bool { return p.Kind == discover.Process && p.PID == 1 })
}

// natural compares names in the order in which people count: ns2 before ns10.
func natural(a, b string) int {
	x, y := a, b
	for x != "" && y != "" {
		m, n := digits(x), digits(y)
		if m == 0 || n == 0 {
			if x[0] != y[0] {
				return cmp.Compare(x[0], y[0])
			}
			x, y = x[1:], y[1:]
			continue
		}
		v, w := strings.TrimLeft(x[:m], "0"), strings.TrimLeft(y[:n], "0")
		// Of two numbers without leading zeros the longer one is greater.
		if c := cmp.Or(cmp.Compare(len(v), len(w)), strings.Compare(v, w)); c != 0 {
			return c
		}
		x, y = x[m:], y[n:]
	}
	return cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(a, b))
}

// digits counts the decimal digits at the beginning of a text.
func digits(s string) int {
	return len(s) - len(strings.TrimLeft(s, "0123456789"))
}
