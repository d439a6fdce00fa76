package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/netnsctl/netnsctl/cmd/netnsctl/completion"
	"github.com/netnsctl/netnsctl/cmd/netnsctl/early"
	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// TestOneTable holds the help, the man page and what main is told early to the
// table from which shells complete.
func TestOneTable(t *testing.T) {
	u := &ui{out: os.Stdout, err: os.Stderr}
	table := u.completionTable(compat.Call{})
	text, err := os.ReadFile("../../man/netnsctl.8")
	if err != nil {
		t.Fatal(err)
	}
	page := strings.ReplaceAll(string(text), `\-`, "-")
	var headings []string
	for _, m := range regexp.MustCompile(`(?m)^\.SS (.*)$`).FindAllStringSubmatch(page, -1) {
		headings = append(headings, strings.FieldsFunc(m[1], func(r rune) bool { return r == ' ' || r == ',' })...)
	}
	for _, c := range table.Commands {
		if c.Help == "" {
			t.Errorf("%s has no help", c.Text)
		}
		if c.Text != "help" && !regexp.MustCompile(`(?m)^  `+c.Text+`( |$)`).MatchString(help) {
			t.Errorf("the help lacks %s", c.Text)
		}
		if !slices.Contains(headings, c.Text) {
			t.Errorf("the man page has no heading for %s", c.Text)
		}
		if c.New != early.IsCommand(c.Text) || c.New == (compat.CommandName(c.Text) != "") {
			t.Errorf("%s is new: %v", c.Text, c.New)
		}
		trigger := func(f completion.Flag) bool { return f.Trigger }
		if !c.New && len(c.Flags) > 0 && !slices.ContainsFunc(c.Flags, trigger) {
			t.Errorf("no flag makes an extension of %s", c.Text)
		}
		for _, f := range c.Flags {
			if !strings.Contains(page, f.Text) {
				t.Errorf("the man page lacks %s of %s", f.Text, c.Text)
			}
		}
	}
	for _, o := range table.Options {
		if o.Help == "" || !strings.Contains(page, "-"+o.Text) {
			t.Errorf("option %s", o.Text)
		}
	}
	for _, c := range u.app(compat.Call{}).Commands {
		if !early.IsCommand(c.Name) && compat.CommandName(c.Name) != c.Name {
			t.Errorf("%s is never called", c.Name)
		}
	}
}

// TestStalePage: the page has every word that a verdict is told by.
func TestStalePage(t *testing.T) {
	text, err := os.ReadFile("../../man/netnsctl-stale.7")
	if err != nil {
		t.Fatal(err)
	}
	page := strings.ReplaceAll(string(text), `\-`, "-")
	var words []string
	for _, v := range []discover.Verdict{discover.Own, discover.InUse, discover.Idle, discover.Orphan, discover.Stale, discover.Unknown} {
		words = append(words, string(v))
	}
	for _, c := range discover.Causes() {
		words = append(words, string(c))
	}
	for _, k := range discover.Kinds() {
		words = append(words, string(k))
	}
	for _, word := range words {
		if !regexp.MustCompile(`(?m)^\.BR? (.*[ ,"])?` + word + `([ ,"]|$)`).MatchString(page) {
			t.Errorf("netnsctl-stale(7) does not explain %s", word)
		}
	}
}
