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
	// Help and Version say that these options are there. They end the call: Rest is
	// what follows them.
	Help, Version bool
	// ShortHuman says that -h is there, which iproute2 takes for -human.
	ShortHuman bool
	// Rest begins with the command, or with the object in the face ip.
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
		switch o.name {
		case "human":
			p.ShortHuman = p.ShortHuman || isShortHuman(words[0])
		case "Version":
			p.Version = true
			return p, nil
		case "help":
			p.Help = true
			return p, nil
		case "family":
			if !isFamily(value) {
				return p, BadValue{o.name, value}
			}
		case "rcvbuf":
			if !isUint(value) {
				return p, BadValue{o.name, value}
			}
		case "all":
			p.All = true
		case "batch":
			p.Batch = true
		case "netns":
			if value == "" {
				return p, BadValue{o.name, value}
			}
			p.Netns = value
		}
		words = rest
	}
}

// IsNetns tells whether the face ip takes a word for the object netns.
func IsNetns(word string) bool { return isNetns(word) }

// isShortHuman tells of -h, which a person may mean for help.
func isShortHuman(word string) bool { return word == "-h" || word == "--h" }
