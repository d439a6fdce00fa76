package main

import (
	"os"
	"slices"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/find"
)

// gapText is the message on a gap, with who causes it.
func gapText(g discover.Gap) string {
	why, unread := strings.CutPrefix(g.What, find.GapUnread+" ")
	switch {
	case g.What == find.GapClosed:
		return plural(g.Count, "namespace", "namespaces") + " could not be opened"
	case unread:
		return plural(g.Count, "namespace", "namespaces") + " could not be read " + why
	}
	return g.Text()
}

// criticalGaps is one line on the critical gaps and the remedy, or "".
func criticalGaps(all []discover.Gap) string {
	var texts []string
	for _, b := range all {
		if b.Critical {
			texts = append(texts, gapText(b))
		}
	}
	if len(texts) == 0 {
		return ""
	}
	return strings.Join(texts, "; ") + "; " + remedy(all)
}

// remedy tells the user how to close the gaps.
func remedy(all []discover.Gap) string {
	if os.Geteuid() != 0 {
		return "run as root"
	}
	critical := slices.DeleteFunc(slices.Clone(all), func(g discover.Gap) bool { return !g.Critical })
	if len(critical) > 0 && !slices.ContainsFunc(critical, func(g discover.Gap) bool { return !g.OfKeepFile() }) {
		return "correct or remove it: what it wants kept is not known"
	}
	if slices.ContainsFunc(all, func(g discover.Gap) bool { return g.RefusedToAll }) {
		return copyAdvice
	}
	if !slices.ContainsFunc(all, func(g discover.Gap) bool { return g.Vantage }) && isPartial(all) {
		return "what is hidden there may hold namespaces that look unused; it ends with the process"
	}
	if slices.ContainsFunc(all, func(b discover.Gap) bool { return b.What == discover.GapMountNamespace }) {
		return "leave the shell or command of netnsctl (or of ip netns exec), container or chroot, and run as root of the host"
	}
	return "run as root of the host with all capabilities, outside containers and chroots"
}

// copyAdvice is the remedy where nobody may copy descriptors of other processes.
const copyAdvice = "let root copy descriptors (pidfd_getfd): kernel.yama.ptrace_scope below 3, SELinux' deny_ptrace off, no seccomp filter"

// gaps prints the critical gaps in one line, and with verbose the other gaps.
func (u *ui) gaps(all []discover.Gap, verbose bool) {
	if text := criticalGaps(all); text != "" {
		u.note("incomplete: %s", text)
	}
	for _, b := range all {
		if verbose && !b.Critical {
			u.note("%s", gapText(b))
		}
	}
}

// isPartial reports whether a gap is critical.
func isPartial(all []discover.Gap) bool {
	return slices.ContainsFunc(all, func(b discover.Gap) bool { return b.Critical })
}

// hidesWanted reports whether a keep file could not be read or understood: it may want any name kept.
func hidesWanted(all []discover.Gap) bool { return slices.ContainsFunc(all, discover.Gap.OfKeepFile) }

// partial is the error of a command that would otherwise end with status 0: status 1
// if a gap is critical, because the command may have overlooked something.
func partial(gaps []discover.Gap) error { return statusIf(isPartial(gaps), statusFailed) }
