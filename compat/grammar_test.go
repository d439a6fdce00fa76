package compat

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLookupCommand(t *testing.T) {
	tests := map[string]string{
		"l": "list", "li": "list", "list": "list", "ls": "list", "lst": "list",
		"s": "list", "sh": "list", "show": "list",
		"list-": "list-id", "list-id": "list-id",
		"h": "help", "a": "add", "ad": "add", "at": "attach", "se": "set",
		"d": "delete", "i": "identify", "p": "pids", "e": "exec", "m": "monitor",
		"": "", "LIST": "", "lists": "", "list-ids": "", "shows": "", "x": "", "remove": "", "l ": "", "-": "",
	}
	for word, want := range tests {
		got := ""
		if c := lookupCommand(word); c != nil {
			got = c.names[0]
		}
		if got != want {
			t.Errorf("%q is %q, want %q", word, got, want)
		}
	}
}

// TestCommandTable: every whole word selects its own row.
func TestCommandTable(t *testing.T) {
	for _, want := range commands {
		for _, name := range want.names {
			if c := lookupCommand(name); c == nil || c.names[0] != want.names[0] {
				t.Errorf("%s is found as another command", name)
			}
		}
	}
}

func TestLookupOption(t *testing.T) {
	tests := map[string]string{
		"":          "loops", // a lone dash
		"l":         "loops",
		"f":         "family",
		"fo":        "force",
		"h":         "human",
		"human-":    "human-readable",
		"he":        "help",
		"i":         "iec",
		"s":         "stats",
		"stati":     "statistics",
		"d":         "details",
		"r":         "resolve",
		"rc":        "rcvbuf",
		"o":         "oneline",
		"t":         "timestamp",
		"ts":        "tshort",
		"V":         "Version",
		"b":         "batch",
		"br":        "brief",
		"j":         "json",
		"p":         "pretty",
		"c":         "color",
		"c=":        "color",
		"col=auto":  "color",
		"c=always":  "color",
		"n":         "netns",
		"N":         "Numeric",
		"a":         "all",
		"echo":      "echo",
		"4":         "4",
		"0":         "0",
		"M":         "M",
		"e":         "", // exact only
		"ech":       "",
		"D":         "",
		"jp":        "",
		"c=Always":  "",
		"color=x":   "",
		"n=a":       "",
		"json=auto": "",
		"alll":      "",
		"v":         "",
		"-":         "",
	}
	for word, want := range tests {
		got := ""
		if o := lookupOption(word); o != nil {
			got = o.name
		}
		if got != want {
			t.Errorf("-%s is %q, want %q", word, got, want)
		}
	}
}

// TestOptionTable: every whole word selects its own row.
func TestOptionTable(t *testing.T) {
	for i := range optionTable {
		if o := &optionTable[i]; lookupOption(o.name) != o {
			t.Errorf("-%s is found as another option", o.name)
		}
	}
}

func TestNextOption(t *testing.T) {
	type result struct {
		Name, Value string
		Rest        []string
		Err         string
	}
	tests := []struct {
		words []string
		want  result
	}{
		{nil, result{}},
		{[]string{"netns"}, result{Rest: []string{"netns"}}},
		{[]string{"", "x"}, result{Rest: []string{"", "x"}}},
		{[]string{"-j", "netns"}, result{Name: "json", Rest: []string{"netns"}}},
		{[]string{"--json"}, result{Name: "json", Rest: []string{}}},
		{[]string{"-n", "-j", "x"}, result{Name: "netns", Value: "-j", Rest: []string{"x"}}},
		{[]string{"-", "5", "x"}, result{Name: "loops", Value: "5", Rest: []string{"x"}}},
		{[]string{"--", "-j"}, result{Rest: []string{"-j"}}},
		{[]string{"---"}, result{Err: `Option "--" is unknown`}},
		{[]string{"--x", "y"}, result{Err: `Option "-x" is unknown`}},
		{[]string{"-b"}, result{Err: `Error: argument "batch file" is required`}},
	}
	for _, test := range tests {
		o, value, rest, err := nextOption(test.words)
		got := result{Value: value, Rest: rest}
		if o != nil {
			got.Name = o.name
		}
		if err != nil {
			got.Err, got.Rest = err.Error(), nil
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", test.words, diff)
		}
	}
}

// FuzzNextOption takes options off a command line until none is left.
func FuzzNextOption(f *testing.F) {
	for _, seed := range []string{
		"-j netns list", "-n a -b f", "--", "- 5", "-c=always netns", "---", "-rc", "netns -j", "-f help x", "", " ",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, line string) {
		words := strings.Split(line, " ")
		isForNetns(append([]string{"ip"}, words...))
		for {
			o, value, rest, err := nextOption(words)
			switch {
			case err != nil:
				var missing MissingValue
				if !errors.As(err, &missing) && !strings.Contains(err.Error(), "is unknown") {
					t.Fatalf("%q: %v", words, err)
				}
				return
			case o == nil:
				if len(rest) < len(words)-1 {
					t.Fatalf("%q: words lost, %q is left", words, rest)
				}
				return
			case len(rest) >= len(words):
				t.Fatalf("%q: nothing was taken", words)
			case o.value == "" && value != "" && o.name != "color":
				t.Fatalf("%q: -%s takes no value", words, o.name)
			}
			words = rest
		}
	})
}
