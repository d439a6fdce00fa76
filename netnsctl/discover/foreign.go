package discover

import (
	"path"
	"slices"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/container"
)

// Foreign is the program that keeps its namespaces in the directory of a mount, empty if
// none is known for it. The program may want back what it keeps there.
func (m *Mount) Foreign() string {
	if runtime := container.At(m.Path); runtime != "" {
		return runtime
	}
	dir := path.Dir(m.Path)
	chosen := (m.Host || m.Own) && m.ParentOnItself && m.ParentPath == dir // as by --run-dir
	if (chosen || path.Base(dir) == "netns") && !inRunDir(m.Path) {
		return "the program that uses " + dir
	}
	return ""
}

// inRunDir reports whether a path is that of a name, or of a copy of one: the host's run
// directory may be seen below any directory.
func inRunDir(file string) bool {
	dir := path.Dir(file)
	return slices.ContainsFunc(usualRunDirs, func(d string) bool { return strings.HasSuffix(dir, d) })
}

// candidate reports whether it could be told that a runtime knows an orphan, and by which words:
// by its records, and the databases of those runtimes whose name or directory it has. What
// an ordinary user's runtimes know cannot be told for certain.
func (s runtimeState) candidate(ns *Namespace) (words []string, ok bool) {
	if ns.Verdict != Orphan || ns.ID == (netnsctl.ID{}) || ns.UID > 0 || s.silent || len(s.records.id[ns.ID]) > 0 {
		return nil, false
	}
	for _, p := range ns.Pins {
		if p.Mount == nil {
			continue
		}
		name := path.Base(p.Mount.Path)
		owner := container.At(p.Mount.Path)
		switch {
		case owner == "" && p.Mount.Foreign() != "", strings.Contains(p.Mount.Path, "/run/user/"):
			return nil, false
		case owner == "" && !tells(func(r container.Runtime) bool { return r.Gives(name) }):
		case owner != "" && !(s.has(owner) && tells(func(r container.Runtime) bool { return r.Name == owner })):
			return nil, false
		default:
			// The sandboxes of docker's own networks have the beginning of the network's ID.
			words = append(words, strings.TrimPrefix(strings.TrimPrefix(name, "1-"), "lb_"))
		}
	}
	return words, len(words) > 0 || len(s.Records) > 0
}

// has reports whether there is a record of a runtime.
func (s runtimeState) has(runtime string) bool {
	return slices.ContainsFunc(s.Records, func(r container.Record) bool { return r.Runtime == runtime })
}

// tells reports whether a runtime that fits has databases with all that it knows.
func tells(fits func(container.Runtime) bool) bool {
	return container.AnyRuntime(func(r container.Runtime) bool { return len(r.Mentions) > 0 && fits(r) })
}
