package early

import "strings"

// IsCommand tells whether a word is a command that iproute2 has not. These have no
// short forms.
func IsCommand(word string) bool {
	return word == "find" || word == "inspect" || word == "graph"
}

// IsFlag tells whether a flag, as the first word after one of iproute2's commands,
// makes it one that iproute2 has not. All of them begin with two dashes.
func IsFlag(command, flag string) bool {
	switch command {
	case "list":
		return flag == "--stale" || flag == "--idle" || flag == "--all-namespaces"
	case "delete":
		return flag == "--force-orphans" || flag == "--verbose" || flag == "--wait"
	case "pids":
		return flag == "--verbose"
	case "identify":
		return flag == "--all"
	case "monitor":
		return flag == "--json" || flag == "--all-namespaces" || flag == "--interval"
	case "exec":
		return flag == "--user" || flag == "--keep-sys" || flag == "--no-sysfs" || flag == "--all" || flag == "--parallel"
	}
	return false
}

// mayBeUnnamed tells whether a word may stand for a namespace otherwise than as a
// name: pid:1, net:[4026532177] or the number alone, and a path where a namespace
// is named. That some other words look like these costs no more than time.
func mayBeUnnamed(words []string) bool {
	for i, word := range words {
		switch {
		case strings.HasPrefix(word, "pid:"), strings.HasPrefix(word, "net:["):
			return true
		case len(word) >= inodeDigits && strings.Trim(word, "0123456789") == "":
			return true
		case strings.HasPrefix(word, "/") && (i > 0 && takesNamespace(words[i-1]) || i > 1 && strings.HasPrefix(words[i-2], "at")):
			return true
		}
	}
	return false
}

// inodeDigits is how many the inode number of a namespace has at least: they are
// about 0xf0000000 or more (PROC_DYNAMIC_FIRST in the kernel's fs/proc/generic.c).
const inodeDigits = 10

// takesNamespace tells whether the word after this one may name a namespace, for
// exec, pids, delete --verbose and -netns; attach (not add) has it as its second.
func takesNamespace(word string) bool {
	return word != "" && (strings.HasPrefix("exec", word) || strings.HasPrefix("pids", word)) ||
		strings.HasPrefix(word, "-n") || strings.HasPrefix(word, "--")
}
