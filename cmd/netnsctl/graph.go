package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/cmd/netnsctl/internal/draw"
	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/inside"
	"github.com/netnsctl/netnsctl/netnsctl/wiring"
)

func (u *ui) graph(call compat.Call, c *cli.Context) error {
	format := c.String("format")
	if c.Bool("json") || call.JSON {
		if c.IsSet("format") && format != "json" {
			return misuse("--json and --format %s exclude each other", format)
		}
		format = "json"
	}
	if format == "json" && c.Bool("no-ids") {
		return misuse("--no-ids and --format json exclude each other")
	}
	render := u.renderer(format)
	depth, err := graphDepth(c)
	if err != nil {
		return err
	}
	snap, err := discover.Scan(call.Host, discover.Options{Everything: true, Hold: true})
	if err != nil {
		return err
	}
	defer snap.Close()
	s, err := u.selectGraph(snap, c.Args().Slice(), depth, c.Bool("all"))
	if err != nil {
		return err
	}
	if format == "json" {
		u.print(graphJSON(snap, s.part, s.leftOut, call.Pretty))
		return cmp.Or(nothingRead(s.part), partial(isPartial(snap.Blind)))
	}
	u.print(render(graphPicture(s, !c.Bool("no-ids"))))
	critical := u.gaps(snap.Blind, c.Bool("verbose"))
	return cmp.Or(nothingRead(s.part), partial(critical))
}

// nothingRead is a failure if devices could be read in no namespace at all.
func nothingRead(g *wiring.Graph) error {
	read := func(n *wiring.Namespace) bool { return n.Read && n.Err == nil }
	if len(g.Namespaces) == 0 || slices.ContainsFunc(g.Namespaces, read) {
		return nil
	}
	return errors.New("no devices could be read: run as root")
}

// renderer is nil for an unknown format.
func (u *ui) renderer(format string) func(*draw.Picture) string {
	switch format {
	case "tree":
		strokes := draw.ASCII()
		if unicodeLocale() {
			strokes = draw.Unicode()
		}
		coloured := u.colour.Colours(netnsctl.IsTerminal(int(u.out.Fd())), os.Getenv("NO_COLOR"))
		return func(p *draw.Picture) string { return draw.Tree(p, strokes, coloured) }
	case "dot":
		return draw.Dot
	case "mermaid":
		return draw.Mermaid
	case "svg":
		return draw.SVG
	}
	return nil
}

// unicodeLocale tells whether the user's locale, as locale(7) finds it, shows
// more than ASCII.
func unicodeLocale() bool {
	for _, variable := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if value := os.Getenv(variable); value != "" {
			value = strings.ToUpper(value)
			return strings.HasSuffix(value, "UTF-8") || strings.HasSuffix(value, "UTF8")
		}
	}
	return false
}

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
	contents := inside.Read(discover.Handles(snap.Namespaces), inside.Wanted{Devices: true, Addresses: true})
	g := wiring.Build(snap.Namespaces, contents)
	s := &selection{whole: g, part: g, all: all}
	if len(words) == 0 {
		if !all {
			s.part, s.leftOut = g.WithoutIdle()
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
