package main

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl/clean"
)

// prune cleans up, and asks first where a person can answer.
func (u *ui) prune(call compat.Call, c *cli.Context) error {
	o := cleanupOptions{
		deleteOptions: deleteOptions{
			dryRun: c.Bool("dry-run"), verbose: c.Bool("verbose"), json: c.Bool("json") || call.JSON, pretty: call.Pretty,
			wait: c.IsSet("wait"), limit: duration(c, "wait"),
		},
		Request: clean.Request{
			Targets: c.Args().Slice(), MinAge: minAge(c, "older-than"), Idle: c.Bool("idle"),
			Match: globsOf(c, "match"), Exclude: globsOf(c, "exclude"),
		},
		command: ourselves(call.Host) + " prune", grouped: true,
	}
	canAsk := !call.Batch && u.onTerminal()
	o.asks = canAsk && !o.dryRun && !c.Bool("yes")
	switch {
	case o.Idle && c.NArg() > 0:
		return misuse("option --idle is for all idle names, and %s is named; leave out --idle: an idle name that is named is removed anyway", quote(c.Args().First()))
	case o.Idle && !canAsk && !o.dryRun && !c.Bool("yes"):
		return misuse("option --idle asks before names are removed, and there is no terminal to ask on: add --yes, or --dry-run to print the plan")
	}
	return u.cleanUp(call, o)
}

// ask shows the plan and asks. JSON alone is for standard output.
func (r *cleanup) ask() bool {
	text := r.planText()
	if r.json {
		fmt.Fprint(r.err, text)
	} else {
		r.print(text)
	}
	r.agreed = true
	removed := countIf(r.plan.Steps, func(s clean.Step) bool { return s.Action == clean.Remove })
	var acts []string
	if removed > 0 {
		acts = append(acts, "remove "+plural(removed, "name", "names"))
	}
	if released := len(r.plan.Steps) - removed; released > 0 {
		acts = append(acts, "release "+plural(released, "namespace", "namespaces"))
	}
	return len(acts) == 0 || r.confirm(strings.Join(acts, " and ")+"?")
}
