package container

import (
	"path"
	"slices"
	"strings"
)

// At is the name of the runtime that mounts namespaces where a file is, empty if none is known
// for it.
func At(file string) string {
	for _, r := range runtimes() {
		if r.Owns(file) || slices.ContainsFunc(r.Dirs, func(p string) bool { return under(p, path.Dir(file)) }) {
			return r.Name
		}
	}
	return ""
}

// Owner is the name of the runtime that itself uses the namespace mounted on a file, empty if
// none does.
func Owner(file string) string {
	for _, r := range runtimes() {
		if r.Owns(file) {
			return r.Name
		}
	}
	return ""
}

// Owns reports whether the runtime itself uses the namespace that is mounted on a file.
func (r Runtime) Owns(file string) bool {
	return slices.ContainsFunc(r.Own, func(p string) bool { return under(p, file) })
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

// under reports whether the pattern of a directory matches at the end of a path.
func under(pattern, file string) bool {
	pattern, deep := strings.CutSuffix(pattern, "/**")
	want := strings.Split(pattern[1:], "/")
	have := strings.Split(path.Clean(file), "/")[1:]
	for i := range len(have) - len(want) + 1 {
		if !deep && i+len(want) != len(have) {
			continue
		}
		if ok, _ := path.Match(pattern[1:], strings.Join(have[i:i+len(want)], "/")); ok {
			return true
		}
	}
	return false
}
