package main

import (
	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/compat"
)

// deleteNamed is iproute2's delete, and then a look at what is left.
func (u *ui) deleteNamed(call compat.Call, c *cli.Context, wait *waitFlag) error {
	if c.Bool("dry-run") || c.IsSet("min-age") || c.Bool("json") || call.JSON {
		return misuse("--dry-run, --min-age and --json need --force-orphans")
	}
	if c.NArg() != 1 || call.All {
		return misuse("one NAME is needed")
	}
	return u.deleteAndLook(call, c.Args().First(), wait)
}
