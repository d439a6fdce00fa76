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
	"github.com/netnsctl/netnsctl/netnsctl/inside"
	"github.com/netnsctl/netnsctl/netnsctl/wiring"
)

func (u *ui) graphCommand(call compat.Call) *cli.Command {
	return &cli.Command{
		Name:      "graph",
		Usage:     "show how namespaces are wired",
		UsageText: "netnsctl [-j] graph [--format tree|dot|mermaid|json|svg] [--all] [NAME|pid:N|net:[N]|PATH...]",
		Description: "With words, only what is connected with these namespaces. Of a device\n" +
			"that is off or down this is said; lo and link-local addresses are left out unless they tell\n" +
			"something. Exit status: 0 done, 1 failed, 2 wrong words.",
		HideHelpCommand: true,
		OnUsageError:    usageError,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "format", Usage: "`FORMAT`: tree, dot (graphviz), mermaid, json, svg", Value: "tree"},
			&cli.BoolFlag{Name: "all", Usage: "namespaces and devices, too, with which nothing was done"},
			&cli.BoolFlag{Name: "json", Aliases: []string{"j"}, Usage: "as --format json"},
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
	snap, err := discover.Scan(call.Host, discover.Options{Everything: true, Hold: true})
	if err != nil {
		return err
	}
	defer snap.Close()
	g, leftOut, err := wired(snap, c.Args().Slice(), c.Bool("all"))
	if err != nil {
		return err
	}
	if format == "json" {
		u.print(graphJSON(snap, g, leftOut, call.Pretty))
		return nothingRead(g)
	}
	u.print(render(graphPicture(g, leftOut, c.Bool("all"))))
	u.blind(snap, false)
	return nothingRead(g)
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

// wired is the graph that the words ask for.
func wired(snap *discover.Snapshot, words []string, all bool) (g *wiring.Graph, leftOut int, err error) {
	fds := make([]int, len(snap.Namespaces))
	for i, ns := range snap.Namespaces {
		fds[i] = ns.Descriptor()
	}
	g = wiring.Build(snap.Namespaces, inside.Read(fds, inside.Wanted{Devices: true, Addresses: true}))
	if len(words) > 0 {
		var around []*wiring.Namespace
		for _, word := range words {
			i := slices.Index(snap.Namespaces, snap.Lookup(word))
			if i < 0 {
				return nil, 0, fmt.Errorf("no such namespace: %s", quote(word)+staleName(snap, word))
			}
			around = append(around, g.Namespaces[i])
		}
		return g.Around(around), 0, nil
	}
	if !all {
		g, leftOut = g.Telling()
	}
	return g, leftOut, nil
}
