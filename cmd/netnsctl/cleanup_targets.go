package main

import (
	"errors"
	"path"
	"slices"
	"strings"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// missingText says why a clean-up cannot take a target.
func (r *cleanup) missingText(target string) string {
	if isPath(target) {
		if text := r.missingPath(target).String(); text != "" {
			return text
		}
	}
	if text := adviceIn(r.snap, target).explain("delete").String(); text != "" {
		return text
	}
	text := noNamespaceText(r.snap, target)
	if r.grouped && strings.ContainsAny(target, "*?[") {
		text += "; to select by a pattern: " + shellCommand(r.command+" --match", target)
	}
	return text
}

// isPath reports whether a target is a path.
func isPath(target string) bool { return strings.Contains(target, "/") }

// missingPath says what a path is at which this mount namespace has nothing to clean up, and who has:
// the path means nothing that is mounted in another mount namespace. It is empty if there is nothing
// to say.
func (r *cleanup) missingPath(target string) explanation {
	file, err := discover.Resolve(r.snap.Host, target)
	if errors.Is(err, syscall.EACCES) {
		return explanation{quote(target) + " leads over a symbolic link of another user, which is not followed", "give the path to which it leads"}
	}
	if file == "" {
		return explanation{fact: quote(target) + " cannot be followed: " + bare(err).Error()}
	}
	if ns, pin, others := mountedElsewhere(r.snap, file); ns != nil {
		held := withCommands(r.snap.Host, []discover.Pin{pin})[0].String()
		e := explanation{fact: "nothing to clean up is at " + quote(target) + " in this mount namespace, but " + ns.String() + " is held by " + held}
		if others > 0 {
			e.fact += " and " + plural(others, "other mount", "other mounts")
		}
		if ns.Verdict != discover.InUse && ns.Verdict != discover.Own && len(ns.Names) == 0 {
			e.remedy = "to release it: " + shellCommand(r.command, pin.Mount.Where())
		}
		return e
	}
	thing, err := discover.At(r.snap.Host, file)
	switch {
	case err != nil:
	case thing.Kind == discover.Directory:
		return explanation{fact: quote(target) + " is a directory with nothing to clean up"}
	case thing.Kind == discover.Regular:
		return explanation{fact: quote(target) + " is a regular file, on which no namespace is mounted"}
	}
	return explanation{}
}

// mountedElsewhere is the first namespace that has a mount at a path, or below it, in another mount
// namespace, and the number of further mounts there.
func mountedElsewhere(snap *discover.Snapshot, file string) (found *discover.Namespace, first discover.Pin, others int) {
	for _, ns := range snap.Namespaces {
		for _, pin := range ns.Pins {
			m := pin.Mount
			switch {
			case pin.Kind != discover.MountPin || m.Own || m.Path != file && !strings.HasPrefix(m.Path, file+"/"):
			case found == nil:
				found, first = ns, pin
			default:
				others++
			}
		}
	}
	return found, first, others
}

// farEndsOf selects the namespaces of names, and of their paths.
func farEndsOf(words []string) func(*discover.Namespace) bool {
	named := map[string]bool{}
	for _, word := range words {
		named[path.Base(word)] = true
	}
	return func(ns *discover.Namespace) bool {
		return slices.ContainsFunc(ns.Names, func(name string) bool { return named[path.Base(name)] })
	}
}
