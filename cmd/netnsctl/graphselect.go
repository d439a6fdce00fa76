package main

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/inside"
	"github.com/netnsctl/netnsctl/netnsctl/wiring"
)

// defaultDepth is how many links away from the named namespaces a graph ends.
const defaultDepth = 1

// graphDepth is the depth that the flags ask for.
func graphDepth(c *cli.Context) (int, error) {
	switch {
	case !c.IsSet("depth") && c.Bool("all"):
		return wiring.Everywhere, nil
	case !c.IsSet("depth"):
		return defaultDepth, nil
	case c.NArg() == 0:
		return 0, misuse("option --depth needs a NAMESPACE, from which links are counted")
	}
	return int(c.Uint("depth")), nil
}

// selection is the part of the host's graph that is to be shown.
type selection struct {
	whole, part *wiring.Graph
	// leftOut counts the namespaces that the part has not: with names those that
	// are connected, but too far away, else those with nothing in them.
	leftOut int
	note    string
	all     bool
}

// selectGraph reads the wiring of all namespaces and selects what the words ask for.
func (u *ui) selectGraph(snap *discover.Snapshot, words []string, depth int, all bool) (*selection, error) {
	fds := make([]int, len(snap.Namespaces))
	for i, ns := range snap.Namespaces {
		fds[i] = ns.Descriptor()
	}
	g := wiring.Build(snap.Namespaces, inside.Read(fds, inside.Wanted{Devices: true, Addresses: true}))
	s := &selection{whole: g, part: g, all: all}
	if len(words) == 0 {
		if !all {
			s.part, s.leftOut = g.Telling()
			s.note = emptyNote(s.leftOut)
		}
		return s, nil
	}
	var named []*wiring.Namespace
	for _, word := range words {
		ns, err := u.namespace(snap, word, "graph")
		if err != nil {
			return nil, err
		}
		named = append(named, g.Namespaces[slices.Index(snap.Namespaces, ns)])
	}
	s.part, s.leftOut = g.Around(named, depth)
	s.note = fartherNote(s.leftOut, depth)
	return s, nil
}

// emptyNote is empty for no namespace.
func emptyNote(namespaces int) string {
	switch namespaces {
	case 0:
		return ""
	case 1:
		return "1 namespace with nothing in it is not shown (use --all)"
	}
	return strconv.Itoa(namespaces) + " namespaces with nothing in them are not shown (use --all)"
}

// fartherNote is empty for no namespace.
func fartherNote(namespaces, depth int) string {
	what := " more connected namespaces are"
	switch namespaces {
	case 0:
		return ""
	case 1:
		what = " more connected namespace is"
	}
	return fmt.Sprintf("%d%s not shown (use --depth %d or --all)", namespaces, what, depth+1)
}
