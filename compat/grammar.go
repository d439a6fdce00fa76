package compat

import "strings"

// Commands gives iproute2's commands as whole words, list once.
func Commands() (names []string) {
	for _, c := range commands {
		names = append(names, c.names[0])
	}
	return names
}

// CommandName gives the whole word that a word abbreviates, or "" if that is no
// command.
func CommandName(word string) string {
	if c := lookupCommand(word); c != nil {
		return c.names[0]
	}
	return ""
}

// Options gives the options before the command as whole words.
func Options() (names []string) {
	for _, o := range optionTable {
		names = append(names, o.name)
	}
	return names
}

// IsNetns reports whether `ip` takes a word for the object netns. A shorter word
// than net is the object neighbour.
func IsNetns(word string) bool {
	return len(word) >= len("net") && strings.HasPrefix("netns", word)
}

// ValidNSID reports whether set takes a word for an nsid.
func ValidNSID(word string) bool {
	n, ok := parseInt(word)
	return word == "auto" || ok && n >= 0
}

// ValidNSIDFilter reports whether list-id takes the words.
func ValidNSIDFilter(args []string) bool {
	_, err := parseNSIDFilter(args)
	return err == nil
}

// Prefix is the part of a command line before the command.
type Prefix struct {
	// All and Batch tell whether the options are present.
	All, Batch bool
	// Netns is the value of -netns.
	Netns string
	// RunDirs are the values of -run-dir, which may be given once.
	RunDirs []string
	// Help and Version tell whether the options are present. They end the call:
	// Rest is what follows them.
	Help, Version bool
	// ShortHuman reports whether -h is present, which is -human for iproute2 and may
	// be help for the user.
	ShortHuman bool
	// Rest begins with the command or, in the face ip, with the object.
	Rest []string
}

// ReadPrefix reads the options before the command. The error is an
// [UnknownOption], a [MissingValue] or a [BadValue].
func ReadPrefix(words []string) (p Prefix, err error) {
	for {
		o, value, rest, err := nextOption(words)
		p.Rest = rest
		if err != nil || o == nil {
			return p, err
		}
		bad := false
		switch o.name {
		case "human":
			p.ShortHuman = p.ShortHuman || words[0] == "-h" || words[0] == "--h"
		case "Version":
			p.Version = true
			return p, nil
		case "help":
			p.Help = true
			return p, nil
		case "family":
			bad = !isFamily(value)
		case "rcvbuf":
			bad = !isUint(value)
		case runDirOption:
			p.RunDirs = append(p.RunDirs, value)
		case "all":
			p.All = true
		case "batch":
			p.Batch = true
		case "netns":
			bad = value == ""
			p.Netns = value
		}
		if bad {
			return p, BadValue{o.name, value}
		}
		words = rest
	}
}
