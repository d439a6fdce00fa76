package container

import (
	"path"
	"slices"
	"strings"
	"sync"
)

// At is the name of the runtime that mounts namespaces where a file is, empty if none is known
// for it.
func At(file string) string {
	on, in := placeOf(file), placeOf(path.Dir(file))
	for _, r := range runtimes() {
		if slices.ContainsFunc(r.Own, on.under) || slices.ContainsFunc(r.Dirs, in.under) {
			return r.Name
		}
	}
	return ""
}

// Owner is the name of the runtime that itself uses the namespace mounted on a file, empty if
// none does.
func Owner(file string) string {
	on := placeOf(file)
	for _, r := range runtimes() {
		if slices.ContainsFunc(r.Own, on.under) {
			return r.Name
		}
	}
	return ""
}

// Gives reports whether a name in the run directory looks like one of the runtime.
func (r Runtime) Gives(name string) bool {
	return slices.ContainsFunc(r.Names, func(p string) bool { ok, _ := path.Match(p, name); return ok })
}

// Helps are the names of the runtimes that keep processes with this command.
func Helps(command string) (names []string) {
	for _, r := range runtimes() {
		// The kernel keeps 15 bytes of a command (comm in proc(5)).
		if slices.ContainsFunc(r.Helpers, func(h string) bool { return h[:min(len(h), 15)] == command }) {
			names = append(names, r.Name)
		}
	}
	return names
}

// place is a path that is compared with many patterns.
type place struct {
	path    string
	slashes []int // where they are; none if no pattern can match
}

func placeOf(file string) (p place) {
	p.path = path.Clean(file)
	if !p.hasKnownPart() {
		return p
	}
	for i := range len(p.path) {
		if p.path[i] == '/' {
			p.slashes = append(p.slashes, i)
		}
	}
	return p
}

// hasKnownPart reports whether a part of the path is in a pattern. Anyone can make thousands of
// mounts, of which most are so compared with no pattern.
func (p place) hasKnownPart() bool {
	for part := range strings.SplitSeq(p.path, "/") {
		if knownParts()[part] {
			return true
		}
	}
	return false
}

// knownParts has of each pattern of a directory its longest part without an asterisk.
var knownParts = sync.OnceValue(func() map[string]bool {
	known := map[string]bool{}
	for _, r := range runtimes() {
		for _, pattern := range slices.Concat(r.Dirs, r.Own) {
			longest := ""
			for part := range strings.SplitSeq(pattern, "/") {
				if len(part) > len(longest) && !strings.Contains(part, "*") {
					longest = part
				}
			}
			known[longest] = true
		}
	}
	return known
})

// under reports whether the pattern of a directory matches at the end of the path.
func (p place) under(pattern string) bool {
	pattern, deep := strings.CutSuffix(pattern, "/**")
	parts := strings.Count(pattern, "/")
	for i := range p.slashes {
		end := len(p.path)
		if i+parts < len(p.slashes) {
			end = p.slashes[i+parts]
		}
		if i+parts > len(p.slashes) || !deep && end != len(p.path) {
			continue
		}
		if ok, _ := path.Match(pattern, p.path[p.slashes[i]:end]); ok {
			return true
		}
	}
	return false
}
