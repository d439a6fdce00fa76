package main

import (
	"errors"
	"fmt"
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

func (u *ui) graphCommand(call compat.Call) *cli.Command {
	return &cli.Command{
		Name:      "graph",
		Usage:     "show how namespaces are wired",
		UsageText: "netnsctl [-j] graph [--format tree|dot|mermaid|json|svg] [--no-ids] [--all | --depth N] [NAME|pid:N|net:[N]|PATH...]",
		Description: "Without NAME, all namespaces that are wired or have devices of their own.\n" +
			"With NAME, the named namespaces and those that are one link away. A link is a veth pair,\n" +
			"a device stacked on another one, or a tunnel. Of a namespace at the edge of the picture,\n" +
			"only the devices that lead to a shown namespace are shown; the others are counted.\n" +
			"The state of a device is shown if the device is off or down. lo is shown only if it has\n" +
			"an address of its own, and IPv6 link-local addresses are not shown.\n" +
			"Exit status: 0 done, 1 failed, 2 usage error.",
		HideHelpCommand: true,
		OnUsageError:    usageError,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "format", Usage: "`FORMAT`: tree, dot (graphviz), mermaid, json, svg", Value: "tree"},
			&cli.IntFlag{Name: "depth", Usage: "show what is at most `N` links away from NAME; 0 shows NAME alone", Value: defaultDepth},
			&cli.BoolFlag{Name: "all", Usage: "show everything that is connected with NAME, and namespaces and devices with nothing to show"},
			&cli.BoolFlag{Name: "no-ids", Usage: "leave out inode numbers and the state idle, for pictures in documents; no effect on JSON"},
			&cli.BoolFlag{Name: "json", Aliases: []string{"j"}, Usage: "the same as --format json"},
		},
		Action: func(c *cli.Context) error { return u.graph(call, c) },
	}
}

func (u *ui) graph(call compat.Call, c *cli.Context) error {
	format := c.String("format")
	if c.Bool("json") || call.JSON {
		if c.IsSet("format") && format != "json" {
			return wrongWords{fmt.Errorf("--json and --format %s exclude each other", format)}
		}
		format = "json"
	}
	render := u.renderer(format)
	if render == nil && format != "json" {
		return wrongWords{fmt.Errorf("unknown format %q", format)}
	}
	depth, err := graphDepth(c)
	if err != nil {
		return wrongWords{err}
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
		u.print(graphJSON(snap, s.part, s.leftOut, call.Pretty))
		return nothingRead(s.part)
	}
	u.print(render(graphPicture(s, !c.Bool("no-ids"))))
	u.blind(snap, false)
	return nothingRead(s.part)
}

// nothingRead is a failure if devices could be read in no namespace at all.
func nothingRead(g *wiring.Graph) error {
	read := func(n *wiring.Namespace) bool { return n.Read && n.Err == nil }
	if len(g.Namespaces) == 0 || slices.ContainsFunc(g.Namespaces, read) {
		return nil
	}
	return errors.New("no devices could be read, which needs privilege over the namespaces")
}

// renderer is nil for an unknown format.
func (u *ui) renderer(format string) func(*draw.Picture) string {
	switch format {
	case "tree":
		strokes, inks := draw.ASCII(), draw.Plain()
		if unicodeLocale() {
			strokes = draw.Unicode()
		}
		if netnsctl.IsTerminal(int(u.out.Fd())) && os.Getenv("NO_COLOR") == "" {
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
