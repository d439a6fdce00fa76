package main

import (
	"errors"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl/clean"
)

func (u *ui) deleteCommand(call compat.Call) *cli.Command {
	wait := &waitFlag{}
	return &cli.Command{
		Name:  "delete",
		Usage: "remove stale names, release orphaned namespaces",
		UsageText: "netnsctl [-j] delete --force-orphans [--dry-run] [--min-age TIME] [--wait[=SEC]] [NAME|ID|PATH...]\n" +
			"netnsctl [-j] delete [--dry-run] [--verbose] [--wait[=SEC]] --all|NAME|pid:N|net:[N]|PATH...",
		Description: "What is younger than --min-age, in use, held by a process, or in the directory of a\n" +
			"runtime is spared, and no process is ended. Exit status: 0 all done, 3 something\n" +
			"spared or left, 1 something failed, 2 wrong words.",
		HideHelpCommand: true,
		OnUsageError:    usageError,
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "force-orphans", Usage: "everything stale or orphaned, or what is named"},
			&cli.BoolFlag{Name: "dry-run", Usage: "only show what would be done"},
			&cli.StringFlag{
				Name: "min-age", Value: clean.DefaultMinAge.String(),
				Usage: "spare what is younger than `TIME`: seconds, 10m, 3d",
			},
			&cli.GenericFlag{Name: "wait", Value: wait, Usage: "wait until the kernel has let go, or =`SEC` seconds"},
			&cli.BoolFlag{Name: "all", Usage: "every name; asks on a terminal"},
			&cli.BoolFlag{Name: "yes", Aliases: []string{"y"}, Usage: "with --all, do not ask"},
			&cli.BoolFlag{Name: "verbose", Usage: "say what still pins the namespace afterwards"},
			&cli.BoolFlag{Name: "json", Aliases: []string{"j"}, Usage: "plan and results as JSON"},
		},
		Action: func(c *cli.Context) error { return u.delete(call, c, wait) },
	}
}

func (u *ui) delete(call compat.Call, c *cli.Context, wait *waitFlag) error {
	if c.Bool("force-orphans") {
		return u.cleanUp(call, c, wait)
	}
	if c.IsSet("min-age") {
		return wrongWords{errors.New("--min-age needs --force-orphans; nothing was deleted")}
	}
	o := deleteOptions{
		dryRun: c.Bool("dry-run"), verbose: c.Bool("verbose"), json: c.Bool("json"), pretty: call.Pretty,
		yes: c.Bool("yes"), all: c.Bool("all") || call.All, wait: wait,
	}
	words := c.Args().Slice()
	// iproute2's own calls print nothing with the option -json either.
	if len(words) > 1 || c.Bool("all") || !o.plain() {
		o.json = o.json || call.JSON
	}
	switch {
	case o.all:
		return u.deleteEvery(call, words, o)
	case len(words) == 0:
		return wrongWords{errors.New("a NAME is needed")}
	}
	return u.deleteNames(call, words, o)
}
