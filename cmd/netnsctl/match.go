package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/clean"
)

// pattern chooses names by the flags --match and --exclude.
type pattern struct{ match, exclude []string }

func patternOf(c *cli.Context) pattern { return pattern{globsOf(c, "match"), globsOf(c, "exclude")} }

// given reports whether the call has one of the flags.
func (p pattern) given() bool { return len(p.match)+len(p.exclude) > 0 }

// names are the names that the pattern chooses, all of them without one, in the order of the
// directory.
func (p pattern) names(host netnsctl.Host) ([]string, error) {
	names, err := namesOn(host)
	return slices.DeleteFunc(names, func(name string) bool {
		return len(p.match) > 0 && !clean.MatchName(host, p.match, name) || clean.MatchName(host, p.exclude, name)
	}), err
}

func (p pattern) String() string {
	text := cmp.Or(quoteAll(p.match, " or "), "*")
	if len(p.exclude) > 0 {
		text += " without " + quoteAll(p.exclude, " and ")
	}
	return text
}

// noMatch is the error where a pattern chooses no name.
func (u *ui) noMatch(p pattern) error {
	u.note("no name matches %s", p)
	return status(statusFound)
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
	if err := clean.CheckPattern(glob); err != nil {
		return fmt.Errorf("%w (examples: 'cni-*', 'netns-????', '/run/docker/netns/*')", err)
	}
	return nil
}
