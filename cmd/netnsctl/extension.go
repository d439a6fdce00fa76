package main

import (
	"os"
	"runtime/debug"
	"strings"

	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl"
)

// triggers tells whether a flag, as the first word after one of iproute2's
// commands, makes an extension of it. Everything else stays what it is for `ip`.
func triggers(command, flag string) bool {
	switch command {
	case "list":
		return flag == "--stale" || flag == "--idle" || flag == "--all-namespaces"
	case "delete":
		return flag == "--force-orphans" || flag == "--verbose" || flag == "--wait"
	}
	return false
}

// isNew tells of commands that iproute2 has not. They have no short forms.
func isNew(command string) bool {
	return command == "find" || command == "inspect" || command == "graph"
}

// extend answers the calls that iproute2 does not have.
func extend(call compat.Call) (run func() int) {
	if !isNew(call.Command) {
		if len(call.Args) == 0 {
			return nil
		}
		word, _, _ := strings.Cut(call.Args[0], "=")
		if !triggers(call.Command, word) {
			return nil
		}
	}
	return func() int {
		netnsctl.UseAllProcessors()
		// A scan is short and keeps most of what it allocates.
		debug.SetGCPercent(400)
		u := &ui{out: os.Stdout, err: os.Stderr}
		return u.run(call)
	}
}
