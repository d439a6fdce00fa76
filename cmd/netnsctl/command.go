package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/cmd/netnsctl/completion"
	"github.com/netnsctl/netnsctl/compat"
)

// command is a row of the table in commands.go.
type command struct {
	name string
	// synonyms are what other programs call it; they are suggested, not taken.
	synonyms string
	// args are the words beside the flags, in the notation of a usage line:
	// "NAME", "[PID]", "NAMESPACE...". The word in it is a row of kinds.
	args []string
	// short is one line for the overview and for completion, long two or three
	// lines for the command's own help.
	short, long string
	flags       []flag
	// takesAll says that the option -all before the command is the flag --all.
	takesAll bool
	// flagsFirst says that flags stand before the first argument only.
	flagsFirst bool
	// details are parts of the help between the flags and the exit statuses.
	details  []string
	statuses []string
	examples []string
	// hidden leaves the row out of all lists. Its words are not read as flags.
	hidden bool
	run    func(u *ui, call compat.Call, c *cli.Context) error
}

// flag is a flag of a command.
type flag struct {
	name  string // without dashes
	short string // one letter, without its dash, or nothing
	// value is a row of kinds, or empty for a switch. "[SEC]" may be left out; help
	// says what that means.
	value string
	// help is one line. initial is the value where the flag is not given.
	help, initial string
	// needs names the flags of which one has to be given as well, with blanks
	// between them.
	needs string
	// excludes names the flags beside which it would have no effect.
	excludes string
	// values are the words that may be given, or that COLUMNS may list.
	values []string
	// args are the command's arguments where the flag is given, if that changes them.
	args []string
	// repeated says that it may be given more than once.
	repeated bool
}

// isExtension reports whether iproute2 does not have the command.
func (c *command) isExtension() bool { return compat.CommandName(c.name) == "" }

// lookup finds a row, or nil.
func lookup(name string) *command {
	all := commands()
	i := slices.IndexFunc(all, func(c command) bool { return c.name == name })
	if i < 0 {
		return nil
	}
	return &all[i]
}

// lookupAny finds a row by its name or, for a command of iproute2's, by an
// abbreviation, or gives nil.
func lookupAny(word string) *command {
	if whole := compat.CommandName(word); whole != "" {
		word = whole
	}
	return lookup(word)
}

// flag finds a flag by its word, "--name" or "-n", or gives nil.
func (c *command) flag(word string) *flag {
	for i := range c.flags {
		f := &c.flags[i]
		if word == "--"+f.name || f.short != "" && word == "-"+f.short {
			return f
		}
	}
	return nil
}

// words are the ways to write the flag.
func (f *flag) words() []string {
	if f.short == "" {
		return []string{"--" + f.name}
	}
	return []string{"-" + f.short, "--" + f.name}
}

// kind is the name of the value's row in kinds, without the brackets.
func (f *flag) kind() string { return strings.Trim(f.value, "[]") }

// optional reports whether the flag may stand without its value.
func (f *flag) optional() bool { return strings.HasPrefix(f.value, "[") }

// cli is the flag as urfave/cli has it.
func (f *flag) cli() cli.Flag {
	switch {
	case f.value == "":
		return &cli.BoolFlag{Name: f.name}
	case f.value == "N":
		return &cli.UintFlag{Name: f.name, Value: uint(initialNumber(f.initial))}
	case f.repeated:
		return &cli.StringSliceFlag{Name: f.name}
	}
	return &cli.StringFlag{Name: f.name, Value: f.initial}
}

// cli is the command as urfave/cli has it: the words have been read by then, so
// that all it does is to keep the values of the flags by their types.
func (c *command) cli(run cli.ActionFunc) *cli.Command {
	row := &cli.Command{Name: c.name, HideHelp: true, OnUsageError: usageErrorOf, Action: run}
	for i := range c.flags {
		row.Flags = append(row.Flags, c.flags[i].cli())
	}
	return row
}

// argsWith are the arguments that the command takes together with the flags.
func (c *command) argsWith(given func(flag string) bool) []string {
	for _, f := range c.flags {
		if f.args != nil && given(f.name) {
			return f.args
		}
	}
	return c.args
}

// isRepeated reports whether an argument in the notation of a usage line may stand
// several times, argumentKind is its row in kinds.
func isRepeated(arg string) bool { return strings.HasSuffix(strings.TrimSuffix(arg, "]"), "...") }

func argumentKind(arg string) string {
	first, _, _ := strings.Cut(strings.Trim(arg, "[]."), "|")
	return first
}

// kind is a kind of word: how it is completed and checked.
type kind struct {
	complete completion.Value
	check    func(word string) error // nil takes every word
	// listed says that the word may be copied from the output of list.
	listed bool
}

// kinds are the words that stand for arguments and for the values of flags in the
// table of commands.
func kinds() map[string]kind {
	return map[string]kind{
		"NAME":      {complete: completion.Nothing}, // a new one
		"NAMESPACE": {complete: completion.Name, listed: true},
		"WHAT":      {complete: completion.Name, listed: true},
		"LEAK":      {complete: completion.Leak, listed: true},
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
		"FORMAT":    {},
		"USER":      {},
		"TIME":      {check: checkDuration},
		"SEC":       {check: checkWait},
		"N":         {check: checkNumber},
	}
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
	// A leading zero is octal for urfave/cli, and nothing that a person means.
	if _, err := strconv.ParseUint(word, 10, 31); err != nil || len(word) > 1 && word[0] == '0' {
		return fmt.Errorf("invalid number %q", word)
	}
	return nil
}

func initialNumber(word string) uint64 {
	n, _ := strconv.ParseUint(word, 10, 31) // an empty word is 0
	return n
}

// check says what is wrong with a value of the flag.
func (f *flag) check(word string) error {
	switch k := kinds()[f.kind()]; {
	case word == "":
		return errors.New("the value is empty")
	case len(f.values) > 0 && f.kind() == "FORMAT" && !slices.Contains(f.values, word):
		return fmt.Errorf("unknown format %q%s", word, didYouMean(word, f.values, strings.Join(f.values, ", ")))
	case k.check != nil:
		return k.check(word)
	}
	return nil
}

// complete is how a shell completes the value, nil for a switch.
func (f *flag) complete() completion.Value {
	switch k := kinds()[f.kind()]; {
	case f.value == "":
		return nil
	case len(f.values) > 0:
		return completion.OneOf(f.values...)
	case k.complete != nil:
		return k.complete
	}
	return completion.Nothing
}
