package sys

import (
	"slices"
	"strings"
)

// changedEnviron is [Environ] with changes: a word NAME=value takes the place of
// every variable of that name, a word NAME removes it.
func changedEnviron(changes []string) []string {
	env := Environ()
	for _, change := range changes {
		name, _, sets := strings.Cut(change, "=")
		env = slices.DeleteFunc(env, func(word string) bool { return strings.HasPrefix(word, name+"=") })
		if sets {
			env = append(env, change)
		}
	}
	return env
}
