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
func (fixture) In(string) Live    { return elsewhere{} }
func (fixture) Processes() []Word { return []Word{{"17", "ab"}, {"18", "\x1b[2J"}} }
func (fixture) Leaks() []Word     { return []Word{{"net:[4]", "held by \x07"}} }

func (fixture) Topics() []Word { return []Word{{Text: "list"}} }

// elsewhere is the host where the names are in another directory.
type elsewhere struct{ fixture }

func (elsewhere) Names() []Word { return []Word{{Text: "lab"}} }

// takes gives the same arguments with all flags.
func takes(values ...Value) func(func(string) bool) []Value {
	return func(func(string) bool) []Value { return values }
}

func newTable() *Table {
	flags := []Flag{
		{Word: Word{"--wait", ""}},
		{Word: Word{"--stale", ""}},
		{Word: Word{"--output", ""}, Value: OneOf("NAME", "AGE")},
		{Word: Word{"-o", ""}, Value: OneOf("NAME", "AGE")},
	}
	leaksIfStale := func(given func(string) bool) []Value {
		if given("stale") {
			return []Value{Leak}
		}
		return []Value{Name}
	}
	return &Table{
		Live:    fixture{},
		Options: []Word{{Text: "netns"}, {Text: "all"}},
		Commands: []Command{
			{Word: Word{Text: "list"}, Args: takes(), Flags: flags},
			{Word: Word{Text: "delete"}, Args: leaksIfStale, Flags: flags},
			{Word: Word{Text: "identify"}, Args: takes(PID, Nothing)},
			{Word: Word{Text: "exec"}, Args: func(given func(string) bool) []Value {
				if given("all") {
					return []Value{Program}
				}
				return []Value{Name, Program}
			}, Flags: []Flag{{Word: Word{"--all", ""}}, {Word: Word{"--user", ""}, Value: OneOf("root")}}, FlagsFirst: true},
			{Word: Word{Text: "metrics"}, Flags: flags, Args: takes(File, Nothing)},
			{Word: Word{Text: "help"}, Args: takes(Topic, Nothing)},
		},
	}
}

func TestComplete(t *testing.T) {
	table := newTable()
	for line, want := range map[string]string{
		"netnsctl ":                        "words list delete identify exec metrics help",
		"ip-netns m":                       "words metrics",
		"ip netns ":                        "words list delete identify exec metrics help",
		"ip netns metrics ":                "files",
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
		"netnsctl -a delete ":              "words red,a b,x:y",
		"netnsctl -nonsense ":              "words",
		"netnsctl -f ":                     "words inet inet6 link mpls bridge",
		"netnsctl -b ":                     "files",
		"netnsctl --run-dir ":              "files",
		"netnsctl --run-dir /x delete ":    "words lab",
		"ip -run-dir=/x netns del ":        "words lab",
		"netnsctl e red ":                  "command 3",
		"netnsctl exec red ls -":           "command 3",
		"netnsctl exec --":                 "words --all --user",
		"netnsctl exec --user r":           "words root",
		"netnsctl exec --user root ":       "words red,a b,x:y",
		"netnsctl exec --user root red ":   "command 5",
		"netnsctl exec --all ":             "command 3",
		"netnsctl exec red -":              "command 3",
		"netnsctl help ":                   "words list",
		"netnsctl id 1":                    "words 17 18",
		"netnsctl id 17 ":                  "words",
		"netnsctl delete ":                 "words red,a b,x:y",
		"netnsctl delete -":                "words --wait --stale --output",
		"netnsctl delete --stale ":         "words net:[4]",
		"netnsctl delete --wait=5 r":       "words red",
		"netnsctl delete --wait --":        "words --stale --output",
		"netnsctl delete --stale -- ":      "words net:[4]",
		"netnsctl list --stale --output ":  "words NAME AGE",
		"netnsctl list --stale --output=A": "words --output=AGE",
		"netnsctl list --stale -o N":       "words NAME",
		"netnsctl list --stale -o NAME --": "words --wait --output",
		"netnsctl list -o ":                "words NAME AGE",
		"ip-netns list -":                  "words --wait --stale --output",
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
		{`netnsctl delete --stale n`, " ", true, "words\nnet:\\[4\\]\n"},
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
