package main

import (
	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/compat"
)

func (u *ui) deleteCommand(call compat.Call) *cli.Command {
	return &cli.Command{Name: "delete", OnUsageError: usageError}
}
