// Package glob compares names and paths with globs, for all that accepts globs alike.
package glob

import (
	"path"
	"strings"
)

// Valid reports whether [path.Match] can read a glob, and the glob is not empty.
func Valid(glob string) bool {
	_, err := path.Match(glob, "")
	return err == nil && glob != ""
}

// Match reports whether a valid glob matches a word, or is equal to it: the brackets of an ID, as
// in net:[4026532177], are a class of characters to [path.Match].
func Match(glob, word string) bool {
	ok, _ := path.Match(glob, word)
	return ok || glob == word
}

// MatchPath reports whether a valid glob matches a path, or a directory above it other than the
// root directory. /var/run counts as /run, which is what mountinfo has.
func MatchPath(glob, file string) bool {
	glob = path.Clean(glob)
	if rest, ok := strings.CutPrefix(glob, "/var/run"); ok && (rest == "" || rest[0] == '/') && MatchPath("/run"+rest, file) {
		return true
	}
	for ; file != "/" && file != "."; file = path.Dir(file) {
		if Match(glob, file) {
			return true
		}
	}
	return false
}
