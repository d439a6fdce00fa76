package main

import (
	"os"
	"slices"
	"strings"

	"github.com/netnsctl/netnsctl/compat"
)

// triggers are the flags that make an extension of one of iproute2's commands,
// as the first word after it. Everything else stays what it is for `ip`.
var triggers = map[string][]string{
	"list":   {"--stale", "--idle", "--all-namespaces"},
	"delete": {"--force-orphans", "--verbose", "--wait"},
}

// extend answers the calls that iproute2 does not have.
func extend(call compat.Call) (status int, handled bool) {
	if len(call.Args) == 0 {
		return 0, false
	}
	word, _, _ := strings.Cut(call.Args[0], "=")
	if !slices.Contains(triggers[call.Command], word) {
		return 0, false
	}
	u := &ui{out: os.Stdout, err: os.Stderr}
	return u.run(call), true
}
