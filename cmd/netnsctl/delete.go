package main

import (
	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/compat"
)

// delete deletes names, or cleans up with --force-orphans.
func (u *ui) delete(call compat.Call, c *cli.Context) error {
	switch {
	case c.Bool("force-orphans"):
		return u.cleanUp(call, c, waitOf(c))
	}
	o := deleteOptions{
		dryRun: c.Bool("dry-run"), verbose: c.Bool("verbose"), json: c.Bool("json"), pretty: call.Pretty,
		yes: c.Bool("yes"), wait: waitOf(c),
	}
	// iproute2's own calls print nothing with the option -json either.
	if c.NArg() > 1 || !o.plain() {
		o.json = o.json || call.JSON
	}
	if c.Bool("all") {
		return u.deleteEvery(call, o)
	}
	return u.deleteNames(call, unique(c.Args().Slice()), o)
}
