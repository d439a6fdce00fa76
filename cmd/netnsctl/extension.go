package main

import (
	"os"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/netnsctl/netnsctl/cmd/netnsctl/early"
	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl"
)

// extend answers the calls that iproute2 does not have.
func extend(call compat.Call) (run func() int) {
	if !early.IsCommand(call.Command) && !hasFlag(call) {
		return nil
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

// hasFlag tells whether a call has a flag that iproute2 has not: anywhere, as `ip`
// takes no notice of more words, but for those of exec's command.
func hasFlag(call compat.Call) bool {
	words := call.Args
	switch {
	case call.Command == "delete" && call.Plain != nil && deleteIsOurs(call):
		return true
	case call.Command == "attach" && call.Plain != nil && len(words) == 2 && call.Host.IsName(words[0]):
		return true
	}
	if call.Command == "exec" {
		words = words[:min(1, len(words))]
	}
	return slices.ContainsFunc(words, func(word string) bool {
		flag, _, _ := strings.Cut(word, "=")
		return early.IsFlag(call.Command, flag)
	})
}
