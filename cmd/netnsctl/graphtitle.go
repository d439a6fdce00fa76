package main

import (
	"strconv"

	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/wiring"
)

// titles has namespaces called by their names, or "host", or by their ID. A
// namespace without a name is called by its owner if IDs are not wanted, and
// gets a number if another one is called the same.
func titles(g *wiring.Graph, ids bool) map[*wiring.Namespace]string {
	all := map[*wiring.Namespace]string{}
	taken := map[string]int{}
	var unnamed []*wiring.Namespace
	for _, n := range g.Namespaces {
		switch {
		case len(n.Names) > 0:
			all[n] = row{names: n.Names}.label()
		case n.Found && isHost(n.Namespace):
			all[n] = "host"
		case n.Found && ids:
			all[n] = n.String()
		default:
			unnamed = append(unnamed, n)
			continue
		}
		taken[all[n]]++
	}
	for _, n := range unnamed {
		title := titleWithoutName(n)
		if taken[title]++; taken[title] > 1 {
			title += " " + strconv.Itoa(taken[title])
		}
		all[n] = title
	}
	return all
}

func titleWithoutName(n *wiring.Namespace) string {
	who := owner(n.Owner)
	switch {
	case !n.Found:
		return labelOf(nil)
	case n.Verdict == discover.Own:
		return "this namespace"
	case who != "-":
		return escape(who)
	}
	return "unnamed"
}
