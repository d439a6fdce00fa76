package completion

import (
	"slices"
	"strings"
	"testing"
)

// fixture is a host with two names, a process and a leak.
type fixture struct{}

func (fixture) Names() []Word {
	return []Word{{Text: "red"}, {Text: "a b"}, {Text: "x:y"}, {Text: "\x1b[2J"}}
}
func (fixture) Processes() []Word { return []Word{{"17", "ab"}, {"18", "\x1b[2J"}} }
func (fixture) Leaks() []Word     { return []Word{{"net:[4]", "held by \x07"}} }

func newTable() *Table {
	flags := []Flag{
		{Word: Word{"--wait", ""}, Trigger: true},
		{Word: Word{"--stale", ""}, Trigger: true},
		{Word: Word{"--output", ""}, Value: OneOf("NAME", "AGE")},
		{Word: Word{"-o", ""}, Value: OneOf("NAME", "AGE")},
	}
	return &Table{
		Live:    fixture{},
		Options: []Word{{Text: "netns"}, {Text: "all"}},
		Commands: []Command{
			{Word: Word{Text: "list"}, Flags: flags},
			{Word: Word{Text: "delete"}, Args: []Value{Name, Nothing}, Flags: flags, FlaggedArgs: []Value{Leak}},
			{Word: Word{Text: "identify"}, Args: []Value{PID, Nothing}},
			{Word: Word{Text: "exec"}, Args: []Value{Name, Program}},
			{Word: Word{Text: "metrics"}, New: true, Flags: flags, Args: []Value{File, Nothing}},
		},
	}
}

func TestComplete(t *testing.T) {
	table := newTable()
	for line, want := range map[string]string{
		"netnsctl ":                        "words list delete identify exec metrics",
		"ip-netns m":                       "words metrics",
		"ip netns ":                        "words list delete identify exec",
		"ip netns metrics ":                "words",
		"ip ":                              "other",
		"ip li":                            "other",
		"ip link ":                         "other",
		"ip -n r":                          "other",
		"ip -n red netns del r":            "words red",
		"netnsctl -n ":                     "words red,a b,x:y",
		"netnsctl -n red e":                "words exec",
		"netnsctl -":                       "words -netns -all",
		"netnsctl --a":                     "words --all",
		"netnsctl -all ":                   "words delete exec",
		"netnsctl -a exec ":                "command 3",
		"netnsctl -a delete ":              "words",
		"netnsctl -nonsense ":              "words",
		"netnsctl -f ":                     "words inet inet6 link mpls bridge",
		"netnsctl -b ":                     "files",
		"netnsctl e red ":                  "command 3",
		"netnsctl exec red ls -":           "command 3",
		"netnsctl exec --":                 "words",
		"netnsctl id 1":                    "words 17 18",
		"netnsctl id 17 ":                  "words",
		"netnsctl delete ":                 "words red,a b,x:y",
		"netnsctl delete -":                "words --wait --stale",
		"netnsctl delete --wait ":          "words net:[4]",
		"netnsctl delete --wait=5 n":       "words net:[4]",
		"netnsctl delete --wait --":        "words --stale --output",
		"netnsctl delete --wait -- ":       "words net:[4]",
		"netnsctl list --stale --output ":  "words NAME AGE",
		"netnsctl list --stale --output=A": "words --output=AGE",
		"netnsctl list --stale -o N":       "words NAME",
		"netnsctl list --stale -o NAME --": "words --wait --output",
		"netnsctl list -o ":                "words",
		"ip-netns list -":                  "words",
		"netnsctl metrics ":                "files",
		"netnsctl metrics -o NAME f ":      "words",
		"netnsctl nonsense ":               "words",
		"netnsctl":                         "words",
	} {
		words, _ := split(line)
		a := table.Complete(words)
		got := strings.TrimSuffix(strings.SplitN(a.Text(), "\n", 2)[0], "\n")
		var found []string
		for _, w := range a.Words {
			found = append(found, w.Text)
		}
		separator := " "
		if slices.Contains(found, "a b") {
			separator = ","
		}
		if len(found) > 0 {
			got += " " + strings.Join(found, separator)
		}
		if got != want {
			t.Errorf("%q: %q, not %q", line, got, want)
		}
	}
}

func TestBashLine(t *testing.T) {
	table := newTable()
	for _, c := range []struct {
		line, breaks string
		listing      bool
		want         string
	}{
		{`netnsctl exec a`, " ", false, "words\na\\ b\n"},
		{`netnsctl exec a\ `, " ", false, "words\na\\ b\n"},
		{`netnsctl exec 'a `, " ", false, "words\na b\n"},
		{`netnsctl exec "a `, " ", true, "words\na b\n"},
		{`netnsctl exec x:`, ":=", false, "words\ny\n"},
		{`netnsctl exec x:`, " =", false, "words\nx:y\n"},
		{`netnsctl delete --wait n`, " ", true, "words\nnet:\\[4\\]\n"},
		{`netnsctl identify 1`, " ", true, "words\n17  (ab)\n18  (?[2J)\n"},
		{`netnsctl identify 17`, " ", true, "words\n17\n"},
	} {
		if got := table.BashLine(c.line, c.breaks, c.listing); got != c.want {
			t.Errorf("%q: %q, not %q", c.line, got, c.want)
		}
	}
}

func TestSplit(t *testing.T) {
	for line, want := range map[string]string{
		"":              "|",
		"a":             "a|",
		"a ":            "a||",
		` a  'b c' "d"`: `a|b c|d|`,
		`a 'b`:          "a|b|'",
		`a "b\"`:        `a|b"|"`,
		`'\'`:           `\|`,
		`a''b`:          "ab|",
		`a ''`:          "a||",
	} {
		words, quote := split(line)
		got := strings.Join(words, "|") + "|"
		if quote != 0 {
			got += string(quote)
		}
		if got != want {
			t.Errorf("%q: %q, not %q", line, got, want)
		}
	}
}

func FuzzBashLine(f *testing.F) {
	f.Add(`netnsctl exec "a `, ":=")
	f.Fuzz(func(t *testing.T, line, breaks string) {
		text := newTable().BashLine(line, breaks, true)
		if strings.ContainsAny(strings.ReplaceAll(text, "\n", ""), "\x1b\x07") {
			t.Errorf("%q", text)
		}
	})
}
