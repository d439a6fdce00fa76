package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/netnsctl/netnsctl/cmd/netnsctl/completion"
)

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
