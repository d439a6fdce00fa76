package compat

import "strings"

// Face is the program whose grammar is spoken, by the name it was called with.
type Face int

const (
	// FaceNetnsctl takes the words after `ip` and `netns`, and has extensions.
	FaceNetnsctl Face = iota
	// FaceIPNetns is the alias: the same words, answered as `ip netns` does.
	FaceIPNetns
	// FaceIP stands in for `ip`: it takes the object too, and leaves every
	// object but netns to the real `ip`.
	FaceIP
)

// FaceOf chooses the face by the name of the program.
func FaceOf(argv []string) Face {
	base := basename(argv)
	switch {
	case strings.HasPrefix(base, "netnsctl"):
		return FaceNetnsctl
	case base == "ip-netns" || isNetns(namedObject(base)):
		return FaceIPNetns
	}
	return FaceIP
}

func basename(argv []string) string {
	if len(argv) == 0 {
		return ""
	}
	return argv[0][strings.LastIndexByte(argv[0], '/')+1:]
}

// namedObject is what `ip` takes the program's name for: two letters and an
// object, such as ipnetns or ipaddr.
func namedObject(base string) string {
	if len(base) <= 2 {
		return ""
	}
	return base[2:]
}

// isNetns tells whether a word is the object netns. Shorter ones are neighbour.
func isNetns(word string) bool {
	return len(word) >= len("net") && strings.HasPrefix("netns", word)
}

// program is what the face calls itself in messages.
func (f Face) program() string {
	if f == FaceNetnsctl {
		return "netnsctl"
	}
	return "ip"
}
