package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/cmd/netnsctl/completion"
	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl/kill"
)

// command is a row of the table in commands.go.
type command struct {
	name string
	// synonyms are the names of the command in other programs, separated by blanks.
	// They are suggested for an unknown command.
	synonyms string
	// args are the arguments as a usage line writes them: "NAME", "[PID]",
	// "NAMESPACE...". The capital word is a key of kinds.
	args []string
	// Short is one line for the overview and for completion. Long is two or three lines
	// for the command's own help.
	Short string `json:"short"`
	Long  string `json:"long"`
	Flags []flag `json:"options"`
	// takesAll: the option -all before the command means the flag --all.
	takesAll bool
	// flagsFirst: flags stand before the first argument only.
	flagsFirst bool
	// details are parts of the help between the flags and the exit statuses.
	details  []string
	Statuses []string `json:"statuses"`
	Examples []string `json:"examples"`
	// hidden: no list of commands shows the row, and its words are not parsed.
	hidden bool
	run    func(u *ui, call compat.Call, c *cli.Context) error
}

// flag is a flag of a command.
type flag struct {
	Name  string `json:"name"`            // without dashes
	Short string `json:"short,omitempty"` // one letter without its dash
	// Value is a key of kinds, or empty for a switch. The flag may stand without a value
	// that is Optional.
	Value    string `json:"value,omitempty"`
	Optional bool   `json:"value_optional,omitempty"`
	Default  string `json:"default,omitempty"`
	// Needs are flags, one of which must be given as well. Beside a flag of Excludes the
	// flag would have no effect.
	Needs    []string `json:"needs,omitempty"`
	Excludes []string `json:"excludes,omitempty"`
	// Values are the possible values, or the columns that COLUMNS may list.
	Values []string `json:"values,omitempty"`
	Help   string   `json:"help"`
	// synonyms are the names of the flag in other programs, separated by blanks. They are
	// suggested for an unknown flag.
	synonyms string
	// commands are words for what the command does with the flag, separated by blanks. Both
	// are suggested for an unknown command.
	commands string
	// args replace the arguments of the command where the flag is given.
	args []string
	// repeated: the flag may be given more than once.
	repeated bool
}

// isExtension reports whether iproute2 lacks the command.
func (c *command) isExtension() bool { return compat.CommandName(c.name) == "" }

// lookup gives the row of a command, or nil.
func lookup(name string) *command {
	all := commands()
	i := slices.IndexFunc(all, func(c command) bool { return c.name == name })
	if i < 0 {
		return nil
	}
	return &all[i]
}

// lookupAny gives the row of a command, or nil. The commands of iproute2 may be
// abbreviated.
func lookupAny(word string) *command {
	if whole := compat.CommandName(word); whole != "" {
		word = whole
	}
	return lookup(word)
}

// visibleCommands are the rows that lists of commands show.
func visibleCommands() []command {
	return slices.DeleteFunc(commands(), func(c command) bool { return c.hidden })
}

// flag gives the flag of a word, "--name" or "-n", or nil.
func (c *command) flag(word string) *flag {
	i := slices.IndexFunc(c.Flags, func(f flag) bool { return slices.Contains(f.words(), word) })
	if i < 0 {
		return nil
	}
	return &c.Flags[i]
}

// suggestion is the flag as a suggestion has it: where it chooses one of two modes, with the
// one that is not the default.
func (f *flag) suggestion() string {
	if f.Value == "MODE" {
		return "--" + f.Name + "=" + f.Values[0]
	}
	return "--" + f.Name
}

// words are the ways to write the flag.
func (f *flag) words() []string {
	if f.Short == "" {
		return []string{"--" + f.Name}
	}
	return []string{"-" + f.Short, "--" + f.Name}
}

// cli is the flag as package cli keeps it.
func (f *flag) cli() cli.Flag {
	switch {
	case f.Value == "":
		return &cli.BoolFlag{Name: f.Name}
	case f.Value == "N":
		initial, _ := strconv.ParseUint(f.Default, 10, 31) // empty: 0
		return &cli.UintFlag{Name: f.Name, Value: uint(initial)}
	case f.Value == "GLOB":
		return &cli.GenericFlag{Name: f.Name, Value: &globs{}}
	case f.repeated:
		return &cli.StringSliceFlag{Name: f.Name}
	}
	return &cli.StringFlag{Name: f.Name, Value: f.Default}
}

// argsWith are the arguments of the command beside the given flags.
func (c *command) argsWith(given func(flag string) bool) []string {
	for _, f := range c.Flags {
		if f.args != nil && given(f.Name) {
			return f.args
		}
	}
	return c.args
}

// isRepeated reports whether an argument such as "NAME..." may be given several times.
func isRepeated(arg string) bool { return strings.HasSuffix(strings.TrimSuffix(arg, "]"), "...") }

// argumentKind is the key of an argument in kinds.
func argumentKind(arg string) string {
	first, _, _ := strings.Cut(strings.Trim(arg, "[]."), "|")
	return first
}

// kind says how an argument, or the value of a flag, is completed and checked.
type kind struct {
	complete completion.Value
	check    func(word string) error // nil accepts every word
	// listed: the word may be copied from the output of list, with its nsid.
	listed bool
}

// kinds are the capital words of the table of commands.
func kinds() map[string]kind {
	return map[string]kind{
		"NAME":      {complete: completion.Nothing}, // a new name
		"NAMESPACE": {complete: completion.Name, listed: true},
		"WHAT":      {complete: completion.Name, listed: true},
		"TARGET":    {complete: completion.Leak, listed: true},
		"PID":       {complete: completion.PID, listed: true}, // or a namespace
		"FILE":      {complete: completion.File},
		"COMMAND":   {complete: completion.Program},
		"TOPIC":     {complete: completion.Topic},
		"NSID":      {complete: completion.OneOf("auto")},
		"FILTER":    {complete: completion.OneOf("target-nsid", "nsid")},
		"SHELL":     {complete: completion.OneOf("bash", "zsh", "fish")},
		"PROGRAM":   {complete: completion.File},
		"COLUMNS":   {},
		"CONDITION": {},
		"GLOB":      {check: checkGlob},
		"FORMAT":    {},
		"MODE":      {},
		"USER":      {},
		"TIME":      {check: checkDuration},
		"SEC":       {check: checkWait},
		"SIG":       {check: checkSignal, complete: completion.OneOf(kill.SignalNames()...)},
		"N":         {check: checkNumber},
	}
}

// duration is the value of a flag that parse has checked; 0 for an empty one.
func duration(c *cli.Context, name string) time.Duration {
	d, _ := parseDuration(c.String(name))
	return d
}

func checkDuration(word string) error {
	_, err := parseDuration(word)
	return err
}

func checkWait(word string) error {
	if d, err := parseDuration(word); err != nil || d <= 0 {
		return fmt.Errorf("invalid time %q (examples: 20, 500ms, 2m)", word)
	}
	return nil
}

func checkNumber(word string) error {
	// Package cli reads a number with a leading zero as octal.
	if _, err := strconv.ParseUint(word, 10, 31); err != nil || len(word) > 1 && word[0] == '0' {
		return fmt.Errorf("invalid number %q", word)
	}
	return nil
}

// check gives the error of an invalid value of the flag.
func (f *flag) check(word string) error {
	switch k := kinds()[f.Value]; {
	case word == "":
		return errors.New("the value is empty")
	case (f.Value == "FORMAT" || f.Value == "MODE") && !slices.Contains(f.Values, word):
		return fmt.Errorf("unknown %s %q%s", strings.ToLower(f.Value), word, didYouMean(word, f.Values, strings.Join(f.Values, ", ")))
	case k.check != nil:
		return k.check(word)
	}
	return nil
}

// complete is the completion of the flag's value, nil for a switch.
func (f *flag) complete() completion.Value {
	switch k := kinds()[f.Value]; {
	case f.Value == "":
		return nil
	case len(f.Values) > 0:
		return completion.OneOf(f.Values...)
	case k.complete != nil:
		return k.complete
	}
	return completion.Nothing
}
