package main

import (
	"cmp"
	"errors"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/cmd/netnsctl/internal/draw"
	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
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
		strokes, inks := draw.ASCII(), draw.Plain()
		if unicodeLocale() {
			strokes = draw.Unicode()
		}
		if u.colour.Colours(netnsctl.IsTerminal(int(u.out.Fd())), os.Getenv("NO_COLOR")) {
			inks = draw.Colour()
		}
		return func(p *draw.Picture) string { return draw.Tree(p, strokes, inks) }
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
