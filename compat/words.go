package compat

import "errors"

// Commands gives iproute2's commands by their whole words, without the other
// words for list.
func Commands() (names []string) {
	for _, c := range commands {
		names = append(names, c.names[0])
	}
	return names
}

// CommandName gives the whole word that a command abbreviates; "" if none.
func CommandName(word string) string {
	if c, ok := lookupCommand(word); ok {
		return c.names[0]
	}
	return ""
}

// Options gives the whole words of the options before the command.
func Options() (names []string) {
	for _, o := range optionTable {
		names = append(names, o.name)
	}
	return names
}

// SkipOptions gives the words that follow the options. Where the words end before
// an option's value, missing is that option; ok is false for a word that is no
// option.
func SkipOptions(words []string) (rest []string, all bool, missing string, ok bool) {
	for {
		o, _, rest, err := nextOption(words)
		if m, ends := errors.AsType[missingValue](err); ends {
			return nil, all, m.name, true
		}
		if err != nil || o == nil {
			return rest, all, "", err == nil
		}
		all = all || o.name == "all"
		words = rest
	}
}

// IsNetns tells whether the face ip takes a word for the object netns.
func IsNetns(word string) bool { return isNetns(word) }
