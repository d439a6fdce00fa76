package main

import (
	"slices"
	"strings"

	"github.com/xrash/smetrics"

	"github.com/netnsctl/netnsctl/compat"
)

// minLikeness is the likeness, from 0 to 1, from which a word is suggested for
// another. Two swapped letters, a surplus letter, and one wrong letter of four are
// above it; words with other beginnings are below.
const minLikeness = 0.84

// nearest gives the word of all that is most like the given word, or "".
func nearest(word string, all []string) (best string) {
	most := minLikeness
	for _, other := range all {
		if likeness := likeness(word, other); likeness > most && other != word {
			best, most = other, likeness
		}
	}
	return best
}

// likeness is the Jaro-Winkler similarity, from 0 to 1. It is 1 for two words of the same
// three letters, because Jaro-Winkler does not recognise swapped letters in words so short.
func likeness(a, b string) float64 {
	a, b = strings.ToLower(a), strings.ToLower(b)
	if len(a) == 3 && sorted(a) == sorted(b) {
		return 1
	}
	return smetrics.JaroWinkler(a, b, 0.7, 4)
}

// sorted is the letters of a word in alphabetical order.
func sorted(word string) string {
	letters := []byte(word)
	slices.Sort(letters)
	return string(letters)
}

// didYouMean is " (did you mean X?)" for the nearest word, else otherwise in
// parentheses, or nothing.
func didYouMean(word string, all []string, otherwise string) string {
	if near := nearest(word, all); near != "" {
		return " (did you mean " + quote(near) + "?)"
	}
	if otherwise != "" {
		return " (" + otherwise + ")"
	}
	return ""
}

// unknownCommand suggests a command for a word that is none.
func unknownCommand(word string) error {
	if compat.IsNetns(word) {
		return misuse("unknown command %s (leave it out: netnsctl list)", quote(word))
	}
	var names []string
	for _, c := range visibleCommands() {
		if slices.Contains(strings.Fields(c.synonyms), word) {
			return misuse("unknown command %s (did you mean %s?)", quote(word), c.name)
		}
		for _, f := range c.Flags {
			if slices.Contains(strings.Fields(f.commands), word) {
				return misuse("unknown command %s (did you mean %s %s?)", quote(word), c.name, f.suggestion())
			}
		}
		names = append(names, c.name)
	}
	return misuse("unknown command %s%s", quote(word), didYouMean(word, names, ""))
}

// unknownOption suggests an option for a word before the command that is none. Where
// the word is a flag, it names the command that has the flag; the command of the call
// comes first.
func unknownOption(word string, rest []string) error {
	long := "-" + word
	isCalled := func(c command) bool {
		return slices.ContainsFunc(rest, func(word string) bool { row := lookupAny(word); return row != nil && row.name == c.name })
	}
	after := ""
	for _, c := range commands() {
		if c.flag(long) != nil && (after == "" || isCalled(c)) {
			after = c.name
		}
	}
	if after != "" {
		return misuse("unknown option %s (an option of %s; put it after the command)", quote(long), after)
	}
	known := []string{"--version"}
	for _, name := range compat.Options() {
		known = append(known, "-"+name)
	}
	return misuse("unknown option %s%s", quote(word), didYouMean(word, known, ""))
}

// unknownFlag suggests the nearest flag, or names the commands that have the flag.
func (c *command) unknownFlag(word string) error {
	var known []string
	for _, f := range slices.Concat(c.Flags, commonFlags) {
		known = append(known, f.words()...)
	}
	if apart := c.shortFlags(word); apart != "" {
		return misuse("unknown option %s (short options stand alone: %s)", quote(word), apart)
	}
	if near := "-" + word; slices.Contains(known, near) { // -dry-run
		return misuse("unknown option %s (did you mean %s?)", quote(word), near)
	}
	for _, f := range c.Flags {
		if slices.Contains(strings.Fields(f.synonyms), strings.TrimLeft(word, "-")) {
			return misuse("unknown option %s (did you mean %s?)", quote(word), f.suggestion())
		}
	}
	var others []string
	for _, other := range commands() {
		if strings.HasPrefix(word, "--") && other.flag(word) != nil {
			others = append(others, other.name)
		}
	}
	const few = 3
	near := nearest(word, known)
	switch {
	case len(others) > few && near == "":
		return misuse("unknown option %s", quote(word))
	case len(others) > 0 && len(others) <= few:
		return misuse("unknown option %s (an option of %s)", quote(word), strings.Join(others, ", "))
	case near != "":
		return misuse("unknown option %s (did you mean %s?)", quote(word), near)
	}
	takesNames := slices.ContainsFunc(c.args, func(arg string) bool { return strings.Contains(arg, "NAME") || strings.Contains(arg, "TARGET") })
	if !takesNames || word[:2] != "--" && strings.ContainsAny(word[1:], "0123456789") {
		return misuse("unknown option %s", quote(word))
	}
	return misuse("unknown option %s (before a name that begins with a dash, put --)", quote(word))
}

// shortFlags splits a word such as -qn into "-q -n", if each letter is a short flag.
func (c *command) shortFlags(word string) string {
	var all []string
	for _, letter := range word[1:] {
		if c.flag("-"+string(letter)) == nil {
			return ""
		}
		all = append(all, "-"+string(letter))
	}
	return strings.Join(all, " ")
}
