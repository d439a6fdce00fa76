package main

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/clean"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// readPage reads a page of the manual, with plain dashes.
func readPage(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("../../man/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(text), `\-`, "-")
}

// TestCommands compares the table with iproute2's grammar and with the manual.
func TestCommands(t *testing.T) {
	page := readPage(t, "netnsctl.8")
	var headings []string
	for _, m := range regexp.MustCompile(`(?m)^\.SS (.*)$`).FindAllStringSubmatch(page, -1) {
		headings = append(headings, strings.FieldsFunc(m[1], func(r rune) bool { return r == ' ' || r == ',' })...)
	}
	for _, c := range commands() {
		if c.hidden {
			continue
		}
		if !slices.Contains(headings, c.name) {
			t.Errorf("the manual has no heading for %s", c.name)
		}
		for _, text := range []string{c.Short, c.Long, strings.Join(c.Statuses, ""), strings.Join(c.Examples, "")} {
			if text == "" {
				t.Errorf("%s: the row has a gap", c.name)
			}
		}
		for _, f := range c.Flags {
			if f.Help == "" || !strings.Contains(page, "--"+f.Name) {
				t.Errorf("--%s of %s lacks its help, or the manual lacks it", f.Name, c.name)
			}
			if _, known := kinds()[f.Value]; f.Value != "" && !known {
				t.Errorf("--%s of %s takes a %s, which is no kind", f.Name, c.name, f.Value)
			}
		}
		for _, arg := range c.args {
			if _, known := kinds()[argumentKind(arg)]; !known {
				t.Errorf("%s takes a %s, which is no kind", c.name, arg)
			}
		}
		for line := range strings.Lines(c.help()) {
			if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > helpWidth {
				t.Errorf("%s: a line of the help has %d characters: %s", c.name, n, line)
			}
		}
	}
	for _, name := range compat.Commands() {
		if lookup(name) == nil {
			t.Errorf("the table lacks iproute2's %s", name)
		}
	}
	for _, name := range compat.Options() {
		if !strings.Contains(page, "-"+name) {
			t.Errorf("the manual lacks the option -%s", name)
		}
	}
}

// TestMinAge compares the default in the help with the default of clean-up.
func TestMinAge(t *testing.T) {
	if d, err := parseDuration(defaultMinAge); err != nil || d != clean.DefaultMinAge {
		t.Errorf("%s is %v, %v", defaultMinAge, d, err)
	}
}

// TestNoFlagIsMissed checks that a call with a flag of the table reaches the table,
// wherever the flag stands.
func TestNoFlagIsMissed(t *testing.T) {
	for _, c := range commands() {
		if c.hidden {
			continue
		}
		for _, f := range append(c.Flags, flag{Name: "help", Short: "h"}, flag{Name: "version"}, flag{Name: "nonsense"}) {
			for _, word := range f.words() {
				for _, words := range [][]string{{c.name, word}, {c.name, word, "a"}, {c.name, "a", word}, {c.name, word + "=1", "a"}} {
					if c.name == "exec" && words[1] == "a" {
						continue // a word of COMMAND
					}
					if compat.AnswersAlone(netnsctl.Host{}, append([]string{"netnsctl"}, words...)) {
						t.Errorf("netnsctl %q never comes to the table", words)
					}
					if strings.HasPrefix(word, "--") && compat.AnswersAlone(netnsctl.Host{}, append([]string{"ip", "netns"}, words...)) {
						t.Errorf("ip netns %q never comes to the table", words)
					}
				}
			}
		}
	}
}

// TestParse parses command lines.
func TestParse(t *testing.T) {
	for line, want := range map[string]string{
		"delete a --dry-run b":                 "[--dry-run] [a b]",
		"delete -- --dry-run -x":               "[] [--dry-run -x]",
		"delete --force-orphans":               "[--force-orphans] []",
		"delete --min-age 5 --force-orphans a": "[--min-age=5 --force-orphans] [a]",
		"delete --min-age=5 a":                 "option --min-age needs --force-orphans",
		"delete --min-age":                     "option --min-age needs a value: TIME",
		"delete --min-age --json":              "option --min-age needs a value: TIME",
		"delete --min-age soon a":              `option --min-age: invalid duration "soon" (examples: 90, 10m, 3d)`,
		"delete --wait 20 a":                   "[--wait=20] [a]",
		"delete --wait a":                      "[--wait=] [a]",
		"delete --wait=a a":                    `option --wait: invalid time "a" (examples: 20, 500ms, 2m)`,
		"delete --dry-run=yes a":               "option --dry-run takes no value",
		"delete --dry-rnu a":                   "unknown option --dry-rnu (did you mean --dry-run?)",
		"delete -dry-run a":                    "unknown option -dry-run (did you mean --dry-run?)",
		"delete --stale a":                     "unknown option --stale (an option of list)",
		"delete -5 a":                          "unknown option -5",
		"delete --xyzzy a":                     "unknown option --xyzzy (before a name that begins with a dash, put --)",
		"delete --xyzzy a --help":              "help is wanted",
		"delete -h":                            "help is wanted",
		"delete --version":                     "the version is wanted",
		"delete -":                             "[] [-]",
		"list -o NAME -o AGE":                  "option -o is given twice",
		"list --filter a=b --filter c=d":       "[--filter=a=b --filter=c=d] []",
		"list -qj":                             "unknown option -qj (short options stand alone: -q -j)",
		"exec --user u a ls -l --user x":       "[--user=u] [a ls -l --user x]",
		"exec a -- ls":                         "[] [a ls]",
		"exec a --user u ls":                   "put option --user before NAMESPACE",
		"exec a --help":                        "help is wanted",
		"exec --all ls --help":                 "[--all] [ls --help]",
		"exec --all -- -x":                     "[--all] [-x]",
		"graph --format=png":                   `option --format: unknown format "png" (tree, dot, mermaid, json, svg)`,
		"graph --format=sgv":                   `option --format: unknown format "sgv" (did you mean svg?)`,
		"check --max-orphans -1":               `option --max-orphans: invalid number "-1"`,
	} {
		words := strings.Fields(line)
		l, err := lookup(words[0]).parse(words[1:])
		got := fmt.Sprint(l.flags, l.args)
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: %s, want %s", line, got, want)
		}
	}
}

// TestCheckArgs counts arguments.
func TestCheckArgs(t *testing.T) {
	for line, want := range map[string]string{
		"add":                    "NAME is missing",
		"add a b c":              "",
		"set a":                  "NSID is missing",
		"set a 1 2":              "unexpected argument 2",
		"list a":                 "unexpected argument a",
		"delete":                 "NAMESPACE is missing",
		"delete --force-orphans": "",
		"delete --all":           "",
		"delete --all a":         "unexpected argument a",
		"exec --all":             "COMMAND is missing",
		"exec a":                 "",
		"attach a":               "PID|NAMESPACE is missing",
	} {
		words := strings.Fields(line)
		row := lookup(words[0])
		l, err := row.parse(words[1:])
		if err == nil {
			err = row.checkArgs(l)
		}
		if got := fmt.Sprint(err); got != want && !(err == nil && want == "") {
			t.Errorf("%s: %s, want %q", line, got, want)
		}
	}
	for _, row := range []string{"add", "delete", "find", "inspect"} {
		if lookup(row).checkArgs(line{args: []string{"a", ""}}) == nil {
			t.Errorf("%s takes an empty word", row)
		}
	}
	if err := lookup("exec").checkArgs(line{args: []string{"a", "printf", ""}}); err != nil {
		t.Errorf("an empty word of exec's command: %v", err)
	}
}

// TestWithoutNSIDs checks that text of list is accepted in the place of a namespace,
// and only there.
func TestWithoutNSIDs(t *testing.T) {
	host := netnsctl.Host{RunDir: t.TempDir()}
	os.WriteFile(host.RunDir+"/odd (id: 5)", nil, 0o644)
	for _, c := range []struct {
		command  string
		in, want []string
	}{
		{"inspect", []string{"blue (id: 7)"}, []string{"blue"}},
		{"delete", []string{"blue", "(id:", "7)", "red"}, []string{"blue", "red"}},
		{"delete", []string{"blue", "red", "(id:", "0)"}, []string{"blue", "red"}},
		{"inspect", []string{"odd (id: 5)"}, []string{"odd (id: 5)"}},
		{"inspect", []string{"(id:", "7)"}, []string{"(id:", "7)"}},
		{"inspect", []string{"blue", "(id:", "x)"}, []string{"blue", "(id:", "x)"}},
		{"find", []string{"blue (id: 7)", "10.0.0.1"}, []string{"blue", "10.0.0.1"}},
		{"set", []string{"blue", "(id:", "7)", "5"}, []string{"blue", "5"}},
		{"add", []string{"new (id: 3)"}, []string{"new (id: 3)"}},
		{"attach", []string{"new (id: 3)", "blue (id: 7)"}, []string{"new (id: 3)", "blue"}},
		{"exec", []string{"blue", "(id:", "7)", "printf", "x (id: 7)", "a", "(id:", "3)"}, []string{"blue", "printf", "x (id: 7)", "a", "(id:", "3)"}},
		{"snapshot", []string{"file (id: 7)"}, []string{"file (id: 7)"}},
	} {
		l := line{args: c.in}
		lookup(c.command).withoutNSIDs(host, &l)
		if !slices.Equal(l.args, c.want) {
			t.Errorf("%s %q: %q", c.command, c.in, l.args)
		}
	}
	l := line{args: []string{"echo", "x (id: 7)"}, implied: []string{"all"}}
	if lookup("exec").withoutNSIDs(host, &l); l.args[1] != "x (id: 7)" {
		t.Errorf("exec --all: %q", l.args)
	}
}

// TestAnswersAloneIsRight checks that no call with a word that the table refuses is
// answered by iproute2's grammar alone.
func TestAnswersAloneIsRight(t *testing.T) {
	words := []string{"", "a", "--", "-x", "--all", "host", "7", "pid:1", "net:[7]", "./a", "a (id: 7)", "(id:", "auto", "nsid", "target-nsid", "true", "1"}
	for _, c := range commands() {
		if c.isExtension() {
			continue
		}
		for i := range len(words) * len(words) * len(words) {
			args := []string{words[i%len(words)], words[i/len(words)%len(words)], words[i/len(words)/len(words)]}
			args = slices.DeleteFunc(args, func(word string) bool { return word == "" })
			if !compat.AnswersAlone(netnsctl.Host{}, append([]string{"netnsctl", c.name}, args...)) {
				continue
			}
			l, err := c.parse(args)
			if err == nil {
				err = c.checkArgs(l)
			}
			if err != nil {
				t.Errorf("%s %q never comes to the table: %v", c.name, args, err)
			}
		}
	}
}

// TestNearest checks that typing errors get a suggestion, and other words none.
func TestNearest(t *testing.T) {
	names := []string{"list", "delete", "find", "inspect", "--dry-run", "--verbose", "--format", "web1", "router-north"}
	for word, want := range map[string]string{
		"lsit": "list", "fnid": "find", "delte": "delete", "--dry-rnu": "--dry-run", "--verbos": "--verbose", "--fromat": "--format",
		"wbe1": "web1", "inspct": "inspect", "router-nort": "router-north", "x": "", "zebra": "", "--xyzzy": "", "": "",
	} {
		if got := nearest(word, names); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
	if got := nearest("a", []string{"a", "b"}); got != "" {
		t.Errorf("the word itself is suggested: %q", got)
	}
}

// TestUnknownCommand checks that the words of other programs, and those for what a command does
// with a flag, get a suggestion.
func TestUnknownCommand(t *testing.T) {
	for word, want := range map[string]string{
		"rm": "delete", "temporary": "run", "kill": "delete --kill", "dns": "exec --dns=isolated", "names": "list --names",
	} {
		if err := unknownCommand(word); !strings.Contains(err.Error(), "(did you mean "+want+"?)") {
			t.Errorf("%s: %v, want %s", word, err, want)
		}
	}
	var words []string
	for _, c := range commands() {
		for _, f := range c.Flags {
			words = append(words, strings.Fields(f.commands)...)
		}
	}
	for _, word := range words {
		for _, c := range commands() {
			if c.name == word || slices.Contains(strings.Fields(c.synonyms), word) {
				t.Errorf("%s is a word for %s and for a flag", word, c.name)
			}
		}
	}
}

// TestStalePage checks that the page explains each state, cause and kind of pin.
func TestStalePage(t *testing.T) {
	page := readPage(t, "netnsctl-stale.7")
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
