package compat

import (
	"fmt"
	"slices"
	"strings"
)

// options are the options before the object that netns uses. All others (-4,
// -oneline, -details …) are accepted and have no effect.
type options struct {
	json, pretty bool
	all, force   bool
	color        string
	batch        string
	hasBatch     bool
}

// option is a row of iproute2's option table.
type option struct {
	name  string
	exact bool // has no abbreviation
	// value describes the value of the option, in the words of iproute2's message
	// about a missing one (since 6.9). It is empty if the option takes no value.
	value string
	set   func(s *session, value string) error
}

// optionTable is in iproute2's order. A word selects the first row whose name
// begins with it.
var optionTable = []option{
	{name: "loops", value: "loop count"},
	{name: "family", value: "family type", set: (*session).setFamily},
	{name: "4", exact: true},
	{name: "6", exact: true},
	{name: "0", exact: true},
	{name: "M", exact: true},
	{name: "B", exact: true},
	{name: "human"},
	{name: "human-readable"},
	{name: "iec"},
	{name: "stats"},
	{name: "statistics"},
	{name: "details"},
	{name: "resolve"},
	{name: "oneline"},
	{name: "timestamp"},
	{name: "tshort"},
	{name: "Version", set: (*session).showVersion},
	{name: "force", set: func(s *session, _ string) error { s.opts.force = true; return nil }},
	{name: "batch", value: "batch file", set: func(s *session, file string) error {
		s.opts.batch, s.opts.hasBatch = file, true
		return nil
	}},
	{name: "brief"},
	{name: "json", set: func(s *session, _ string) error { s.opts.json = true; return nil }},
	{name: "pretty", set: func(s *session, _ string) error { s.opts.pretty = true; return nil }},
	{name: "rcvbuf", value: "rcvbuf size", set: (*session).setReceiveBuffer},
	{name: "color", set: func(s *session, when string) error { s.opts.color = when; return nil }},
	{name: "help", set: (*session).showHelp},
	{name: "netns", value: "(null)", set: (*session).enter},
	{name: "Numeric"},
	{name: "all", set: func(s *session, _ string) error { s.opts.all = true; return nil }},
	{name: "echo", exact: true},
	{name: runDirOption, exact: true, value: "run directory"}, // netnsctl's own; see [RunDir]
}

// lookupOption gives the option for a word without its dash, or nil. Only -color
// and -run-dir take their value in the same word.
func lookupOption(word string) *option {
	name, when, hasValue := strings.Cut(word, "=")
	if hasValue && name != runDirOption && when != "" && when != "always" && when != "auto" && when != "never" {
		return nil
	}
	for i, o := range optionTable {
		if hasValue && o.name != "color" && o.name != runDirOption {
			continue
		}
		if name == o.name || !o.exact && strings.HasPrefix(o.name, name) {
			return &optionTable[i]
		}
	}
	return nil
}

// nextOption takes the first option and its value off the words. The option is nil
// if there are no more: rest then begins with the object or command.
func nextOption(words []string) (o *option, value string, rest []string, err error) {
	if len(words) == 0 || !strings.HasPrefix(words[0], "-") {
		return nil, "", words, nil
	}
	if words[0] == "--" {
		return nil, "", words[1:], nil
	}
	word := strings.TrimPrefix(words[0][1:], "-")
	if o = lookupOption(word); o == nil {
		return nil, "", words, UnknownOption(word)
	}
	rest = words[1:]
	switch {
	case o.name == "color":
		if _, value, _ = strings.Cut(word, "="); value == "" {
			value = "always"
		}
		return o, value, rest, nil
	case o.value == "":
		return o, "", rest, nil
	case o.name == runDirOption && strings.Contains(word, "="):
		_, value, _ = strings.Cut(word, "=")
		return o, value, rest, nil
	case len(rest) == 0:
		return nil, "", rest, MissingValue{o.name, o.value}
	}
	return o, rest[0], rest[1:], nil
}

// UnknownOption is the error about a word, without its dash, that is no option.
type UnknownOption string

func (word UnknownOption) Error() string {
	return fmt.Sprintf("Option \"-%s\" is unknown", string(word))
}

// MissingValue is the error about an option at the end of the words that takes a
// value.
type MissingValue struct {
	Option string
	value  string // iproute2's description of the value
}

func (m MissingValue) Error() string {
	return fmt.Sprintf("Error: argument \"%s\" is required", m.value)
}

// BadValue is the error about a value that an option does not take.
type BadValue struct{ Option, Value string }

func (b BadValue) Error() string {
	return fmt.Sprintf("Option \"-%s\": invalid value \"%s\"", b.Option, b.Value)
}

func isFamily(word string) bool {
	return slices.Contains([]string{"inet", "inet6", "link", "mpls", "bridge", "help"}, word)
}

func (s *session) setFamily(family string) error {
	switch {
	case family == "help":
		return s.showHelp("")
	case isFamily(family):
		return nil
	}
	return invalidArgument(family, "invalid protocol family")
}

func (s *session) setReceiveBuffer(size string) error {
	if !isUint(size) {
		return usageError("Invalid rcvbuf size '%s'", size)
	}
	return nil
}
