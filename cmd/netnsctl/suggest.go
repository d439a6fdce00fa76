package main

import (
	"slices"
	"strings"

	"github.com/xrash/smetrics"

	"github.com/netnsctl/netnsctl/compat"
)

// alike is how much a word must be like another to be suggested for it, from 0 to
// 1. Two letters that changed places, one too many, or a wrong one in a word of
// four are above it; words of other beginnings are not.
const alike = 0.84

// nearest is the word of all that is most like the given one, "" if none is.
func nearest(word string, all []string) (best string) {
	most := alike
	for _, other := range all {
		if likeness := likeness(word, other); likeness > most && other != word {
			best, most = other, likeness
		}
	}
	return best
}

// likeness is that of Jaro and Winkler. In words of three letters it does not see
// that two of them changed places.
func likeness(a, b string) float64 {
	a, b = strings.ToLower(a), strings.ToLower(b)
	if len(a) == 3 && letters(a) == letters(b) {
		return 1
	}
	return smetrics.JaroWinkler(a, b, 0.7, 4)
}

// letters are those of a word in alphabetical order.
func letters(word string) string {
	all := []byte(word)
	slices.Sort(all)
	return string(all)
}

// didYouMean is the text " (did you mean X?)" for the nearest word. Where none is
// near, it is the text otherwise in parentheses, or nothing.
func didYouMean(word string, all []string, otherwise string) string {
	if near := nearest(word, all); near != "" {
		return " (did you mean " + quote(near) + "?)"
	}
	if otherwise != "" {
		return " (" + otherwise + ")"
	}
	return ""
}

func unknownCommand(word string) error {
	if compat.IsNetns(word) {
		return misuse("unknown command %s (leave it out: netnsctl list)", quote(word))
	}
	var names []string
	for _, c := range commands() {
		if slices.Contains(strings.Fields(c.synonyms), word) {
			return misuse("unknown command %s (did you mean %s?)", quote(word), c.name)
		}
		if !c.hidden {
			names = append(names, c.name)
		}
	}
	return misuse("unknown command %s%s", quote(word), didYouMean(word, names, ""))
}

// unknownFlag suggests the nearest flag, or names the commands that have it.
func (c *command) unknownFlag(word string) error {
	var known []string
	for _, f := range slices.Concat(c.flags, commonFlags) {
		known = append(known, f.words()...)
	}
	if joined := c.joinedShort(word); joined != "" {
		return misuse("unknown option %s (short options stand alone: %s)", quote(word), joined)
	}
	if near := "-" + word; slices.Contains(known, near) { // -dry-run
		return misuse("unknown option %s (did you mean %s?)", quote(word), near)
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
	takesNames := slices.ContainsFunc(c.args, func(arg string) bool { return strings.Contains(arg, "NAME") })
	if !takesNames || word[:2] != "--" && strings.ContainsAny(word[1:], "0123456789") {
		return misuse("unknown option %s", quote(word))
	}
	return misuse("unknown option %s (before a name that begins with a dash, put --)", quote(word))
}

// joinedShort takes a word such as -qn apart where each letter is a short flag.
func (c *command) joinedShort(word string) string {
	var all []string
	for _, letter := range word[1:] {
		if c.flag("-"+string(letter)) == nil {
			return ""
		}
		all = append(all, "-"+string(letter))
	}
	return strings.Join(all, " ")
}

// unknownOption suggests an option before the command, or says that it is a flag
// that stands after it: after the one that follows, if that has such a flag.
func unknownOption(word string, rest []string) error {
	long := "-" + word
	var after *command
	for _, c := range commands() {
		if c.flag(long) != nil && (after == nil || slices.ContainsFunc(rest, func(word string) bool { return lookupAny(word) != nil && lookupAny(word).name == c.name })) {
			after = &c
		}
	}
	if after != nil {
		return misuse("unknown option %s (an option of %s; put it after the command)", quote(long), after.name)
	}
	known := []string{"--version"}
	for _, name := range compat.Options() {
		known = append(known, "-"+name)
	}
	return misuse("unknown option %s%s", quote(word), didYouMean(word, known, ""))
}
