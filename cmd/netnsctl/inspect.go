package main

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/inspect"
)

func (u *ui) inspectCommand(call compat.Call) *cli.Command {
	return &cli.Command{
		Name:      "inspect",
		Usage:     "all about a namespace",
		UsageText: "netnsctl [-j] inspect NAME|pid:N|net:[N]|PATH...",
		Description: "What it is, what pins it, what is in it, and where its devices lead.\n" +
			"Exit status: 0 all told, 1 something failed or is not there, 2 wrong words.",
		HideHelpCommand: true,
		OnUsageError:    usageError,
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "json", Aliases: []string{"j"}, Usage: "everything, as JSON"},
		},
		Action: func(c *cli.Context) error { return u.inspect(call, c) },
	}
}

func (u *ui) inspect(call compat.Call, c *cli.Context) error {
	if c.NArg() == 0 {
		return wrongWords{fmt.Errorf("a namespace is needed")}
	}
	snap, err := discover.Scan(call.Host, discover.Options{Everything: true, Hold: true})
	if err != nil {
		return err
	}
	defer snap.Close()
	var result error
	var targets []*discover.Namespace
	for _, word := range c.Args().Slice() {
		if ns := snap.Lookup(word); ns != nil {
			targets = append(targets, ns)
			continue
		}
		u.note("no such namespace: %s", quote(word)+staleName(snap, word))
		result = status(statusFailed)
	}
	reports := inspect.Look(snap, targets)
	for _, r := range reports {
		if r.Closed || r.Contents.Err != nil {
			result = status(statusFailed)
		}
	}
	if c.Bool("json") || call.JSON {
		u.print(inspectJSON(snap, reports, call.Pretty))
		return result
	}
	for i, r := range reports {
		if i > 0 {
			u.print("\n")
		}
		u.print(view(snap, r))
	}
	for _, r := range reports {
		switch {
		case r.Closed:
			u.note("%s: cannot be opened, so what is in it is not known", labelOf(r.Namespace))
		case r.Contents.Err != nil:
			u.note("%s: %v", labelOf(r.Namespace), r.Contents.Err)
		}
	}
	u.blind(snap, len(targets) > 0)
	return result
}

// staleName says that a name is there which leads to no namespace.
func staleName(snap *discover.Snapshot, word string) string {
	for _, n := range snap.Names {
		if n.Name == word {
			return " (" + string(n.Verdict) + ": " + cause(n) + ")"
		}
	}
	return ""
}
