package compat

import (
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl"
)

// AnswersAlone reports whether this package can answer a command line without
// the extensions of [Program.Extend] and without the texts of [Program]: all of
// its words are iproute2's, and in the face netnsctl all of them have an effect
// and the names are there, so that nothing needs to be explained.
//
// False is always a safe answer. True for a call with a word that iproute2
// ignores would be a bug.
func AnswersAlone(argv []string) bool {
	face := FaceOf(argv)
	if face == FaceIP && !isOurs(argv) {
		return true // the real `ip` answers
	}
	p, err := ReadPrefix(argv[min(1, len(argv)):])
	switch {
	case err != nil:
		return false
	case p.Batch || p.Help || p.Version:
		return false // whose lines, or whose texts, may be an extension's
	case face == FaceNetnsctl && p.ShortHuman:
		return false // which may be meant for help
	case face == FaceNetnsctl && p.Netns != "" && !(isPlainName(p.Netns) && netnsctl.Host{}.HasNamespace(p.Netns)):
		return false
	case face == FaceIP:
		p.Rest = p.Rest[1:]
	}
	return isPlain(face, netnsctl.Host{}, p.Rest, p.All)
}

// isPlain reports whether a command is iproute2's own and takes every word.
func isPlain(face Face, host netnsctl.Host, words []string, all bool) bool {
	if len(words) == 0 {
		return true
	}
	c, ok := lookupCommand(words[0])
	if !ok {
		return false
	}
	args := words[1:]
	if face != FaceNetnsctl {
		return !mayHaveFlag(c, args)
	}
	return c.takes != nil && c.takes(host, args, all)
}

// mayHaveFlag reports whether a word may be a flag of an extension. The words of
// the command that exec runs are that command's.
func mayHaveFlag(c *command, args []string) bool {
	if c.names[0] == "exec" {
		args = args[:min(1, len(args))]
	}
	for _, word := range args {
		if strings.HasPrefix(word, "--") {
			return true
		}
	}
	return false
}

// isPlainName reports whether a word can only mean a name: nothing that the face
// netnsctl reads as a flag, as pid:1234, net:[4026532177], an inode number, a
// path, host, or the text "NAME (id: 7)" of list.
func isPlainName(word string) bool {
	return netnsctl.ValidName(word) && word != "host" && word[0] != '-' &&
		!strings.HasPrefix(word, "pid:") && !strings.HasPrefix(word, "net:") &&
		!strings.Contains(word, "(id:") && strings.Trim(word, "0123456789") != ""
}

func takesNothing(_ netnsctl.Host, args []string, all bool) bool { return len(args) == 0 && !all }

func takesNewName(host netnsctl.Host, args []string, all bool) bool {
	return len(args) == 1 && !all && isPlainName(args[0]) && !host.IsName(args[0])
}

func takesName(host netnsctl.Host, args []string, all bool) bool {
	return len(args) == 1 && !all && isPlainName(args[0]) && host.IsName(args[0])
}

func takesNamespace(host netnsctl.Host, args []string, all bool) bool {
	return len(args) == 1 && !all && isPlainName(args[0]) && host.HasNamespace(args[0])
}

func takesCommand(host netnsctl.Host, args []string, all bool) bool {
	if all {
		return len(args) > 0 && !strings.HasPrefix(args[0], "-")
	}
	return len(args) > 1 && !strings.HasPrefix(args[1], "-") && args[1] != "(id:" && takesNamespace(host, args[:1], false)
}

func takesNSID(host netnsctl.Host, args []string, all bool) bool {
	return len(args) == 2 && ValidNSID(args[1]) && takesNamespace(host, args[:1], all)
}

func takesPID(host netnsctl.Host, args []string, all bool) bool {
	if len(args) == 0 {
		return !all
	}
	return len(args) == 1 && !all && isProcess(host, args[0])
}

func takesNewNameAndPID(host netnsctl.Host, args []string, all bool) bool {
	return len(args) == 2 && takesNewName(host, args[:1], all) && isProcess(host, args[1])
}

// isProcess reports whether a word is the number of a process, as a person
// writes it.
func isProcess(host netnsctl.Host, word string) bool {
	if word == "" || word[0] == '0' || strings.Trim(word, "0123456789") != "" {
		return false
	}
	_, err := host.IDOfPID(word)
	return err == nil
}

func takesNSIDFilter(_ netnsctl.Host, args []string, all bool) bool {
	return !all && ValidNSIDFilter(args)
}

// ValidNSID reports whether set takes a word for an nsid.
func ValidNSID(word string) bool {
	n, ok := parseInt(word)
	return word == "auto" || ok && n >= 0
}

// ValidNSIDFilter reports whether list-id takes the words.
func ValidNSIDFilter(args []string) bool {
	var filter nsidFilter
	return filter.parse(args, func([]string) error { return &failure{} }) == nil
}
