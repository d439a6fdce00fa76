package compat

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

// Prefix is what stands before the command.
type Prefix struct {
	// All and Batch say that these options are there, Netns is the value of -netns.
	All, Batch bool
	Netns      string
	// Rest begins with the command, or with the object in the face ip.
	Rest []string
}

// ReadPrefix reads the options before the command. The error is an
// [UnknownOption] or a [MissingValue].
func ReadPrefix(words []string) (p Prefix, err error) {
	for {
		o, value, rest, err := nextOption(words)
		p.Rest = rest
		if err != nil || o == nil {
			return p, err
		}
		switch o.name {
		case "Version", "help":
			return p, nil // the call ends here
		case "all":
			p.All = true
		case "batch":
			p.Batch = true
		case "netns":
			p.Netns = value
		}
		words = rest
	}
}

// IsNetns tells whether the face ip takes a word for the object netns.
func IsNetns(word string) bool { return isNetns(word) }
