package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/cmd/netnsctl/internal/draw"
	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/compat/proc"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/inside"
	"github.com/netnsctl/netnsctl/netnsctl/wiring"
)

// graph shows how namespaces are wired.
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
	depth, err := graphDepth(c)
	if err != nil {
		return err
	}
	snap, err := discover.Scan(call.Host, discover.Options{Everything: true, Hold: true})
	if err != nil {
		return err
	}
	defer snap.Close()
	s, err := selectGraph(snap, c.Args().Slice(), depth, c.Bool("all"))
	if err != nil {
		return err
	}
	if format == "json" {
		u.printJSON(s.part.Document(s.leftOut, snap.Gaps), call.Pretty)
	} else {
		u.print(u.renderer(format)(graphPicture(s, !c.Bool("no-ids"))))
		u.gaps(snap.Gaps, c.Bool("verbose"))
		u.warnOfLimit(snap.Limit)
	}
	return cmp.Or(nothingRead(s.part), partial(snap.Gaps))
}

// graphDepth is the value of --depth, --all, or the default.
func graphDepth(c *cli.Context) (int, error) {
	switch {
	case !c.IsSet("depth") && c.Bool("all"):
		return wiring.Everywhere, nil
	case c.IsSet("depth") && c.NArg() == 0:
		return 0, misuse("option --depth needs a NAMESPACE, from which links are counted")
	}
	return int(c.Uint("depth")), nil
}

// nothingRead is an error if the devices of no namespace at all could be read.
func nothingRead(g *wiring.Graph) error {
	read := func(n *wiring.Namespace) bool { return n.Read && n.Err == nil }
	if len(g.Namespaces) == 0 || slices.ContainsFunc(g.Namespaces, read) {
		return nil
	}
	return errors.New("no devices could be read: run as root")
}

// renderer draws a picture in a format other than json.
func (u *ui) renderer(format string) func(*draw.Picture) string {
	switch format {
	case "dot":
		return draw.Dot
	case "mermaid":
		return draw.Mermaid
	case "svg":
		return draw.SVG
	}
	strokes := draw.ASCII()
	if isUnicodeLocale() {
		strokes = draw.Unicode()
	}
	coloured := u.colour.Colours(proc.IsTerminal(int(u.out.Fd())), os.Getenv("NO_COLOR"))
	return func(p *draw.Picture) string { return draw.Tree(p, strokes, coloured) }
}

// isUnicodeLocale reports whether the locale of the user (locale(7)) has UTF-8.
func isUnicodeLocale() bool {
	value := strings.ToUpper(cmp.Or(os.Getenv("LC_ALL"), os.Getenv("LC_CTYPE"), os.Getenv("LANG")))
	return strings.HasSuffix(value, "UTF-8") || strings.HasSuffix(value, "UTF8")
}

// selection is the part of the host's graph to be shown.
type selection struct {
	whole, part *wiring.Graph
	// leftOut is the number of namespaces that are not in the part: connected but
	// farther away than the depth or, where no namespace is named, empty.
	leftOut int
	note    string
	all     bool // the flag --all
}

// selectGraph reads the wiring of all namespaces and selects what the words ask for.
func selectGraph(snap *discover.Snapshot, words []string, depth int, all bool) (*selection, error) {
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
		ns, err := namespaceIn(snap, word, "graph")
		if err != nil {
			return nil, err
		}
		named = append(named, g.Namespaces[slices.Index(snap.Namespaces, ns)])
	}
	s.part, s.leftOut = g.Around(named, depth)
	s.note = fartherNote(s.leftOut, depth)
	return s, nil
}

// emptyNote says how many empty namespaces are not shown.
func emptyNote(namespaces int) string {
	if namespaces == 0 {
		return ""
	}
	return plural(namespaces, "namespace with nothing in it is", "namespaces with nothing in them are") + " not shown (use --all)"
}

// fartherNote says how many connected namespaces are not shown.
func fartherNote(namespaces, depth int) string {
	if namespaces == 0 {
		return ""
	}
	what := plural(namespaces, "more connected namespace is", "more connected namespaces are")
	return fmt.Sprintf("%s not shown (use --depth %d or --all)", what, depth+1)
}
