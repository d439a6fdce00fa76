package main

import (
	"os"
	"runtime/debug"
	"strings"

	"github.com/netnsctl/netnsctl/cmd/netnsctl/early"
	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl"
)

// extend answers the calls that iproute2 does not have.
func extend(call compat.Call) (run func() int) {
	if !early.IsCommand(call.Command) {
		if len(call.Args) == 0 {
			return nil
		}
		word, _, _ := strings.Cut(call.Args[0], "=")
		if !early.IsFlag(call.Command, word) {
			return nil
		}
	}
	return func() int {
		netnsctl.UseAllProcessors()
		// A scan is short and keeps most of what it allocates; one of 10,000
		// namespaces fits into a container of 64 MiB all the same (make soak).
		debug.SetGCPercent(400)
		debug.SetMemoryLimit(44 << 20)
		u := &ui{out: os.Stdout, err: os.Stderr}
		return u.run(call)
	}
}
