package main

import (
	"fmt"
	"path"
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
			Targets: c.Args().Slice(), MinAge: minAge(c, "older-than"),
			Match: globsOf(c, "match"), Exclude: globsOf(c, "exclude"),
		},
		command: "netnsctl prune", grouped: true,
	}
	o.asks = !o.dryRun && !c.Bool("yes") && !call.Batch && u.onTerminal()
	return u.cleanUp(call, o)
}

// agreed shows the plan and asks. JSON alone is for standard output.
func (r *cleanup) agreed() bool {
	text := r.planText()
	if r.json {
		fmt.Fprint(r.err, text)
	} else {
		r.print(text)
	}
	r.shown = true
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

// nothingText is the whole plan of prune where there is nothing to do; empty for delete.
func (r *cleanup) nothingText() string {
	switch {
	case !r.grouped:
		return ""
	case len(r.Match) > 0:
		return "nothing to clean up matches " + quoteAll(r.Match, " or ") + "\n"
	}
	return "nothing to clean up\n"
}

// globs is the value of a flag that may be given more than once. Package cli would split a glob
// at its commas.
type globs []string

func (g *globs) Set(glob string) error {
	*g = append(*g, glob)
	return nil
}

func (g *globs) String() string { return strings.Join(*g, " ") }

func globsOf(c *cli.Context, flag string) []string {
	if g, ok := c.Generic(flag).(*globs); ok {
		return *g
	}
	return nil
}

func checkGlob(glob string) error {
	if _, err := path.Match(glob, ""); err != nil {
		return fmt.Errorf("invalid pattern %q (examples: 'cni-*', 'netns-????', '/run/docker/netns/*')", glob)
	}
	return nil
}
