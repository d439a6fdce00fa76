package main

import (
	"cmp"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/find"
)

// gapTexts are the messages on gaps, in which # is the number, @ who causes the gap, and %
// the path. Other gaps are printed in the words of the library.
var gapTexts = map[string]struct{ one, many string }{
	discover.GapProcesses:       {"1 process could not be inspected", "# processes could not be inspected"},
	discover.GapMountNamespaces: {"1 mount namespace could not be inspected", "# mount namespaces could not be inspected"},
	discover.GapDescriptors:     {one: "descriptors of @ could not be inspected"},
	discover.GapNoAnswer:        {"% does not answer", "# paths do not answer, such as %"},
	discover.GapSockets:         {"1 socket could not be inspected", "# sockets could not be inspected"},
	discover.GapInFlight:        {"1 descriptor in flight could not be inspected", "# descriptors in flight could not be inspected"},
	discover.GapIOUringSockets:  {"1 socket of an io_uring could not be inspected", "# sockets of io_urings could not be inspected"},
	discover.GapIOUring:         {"1 io_uring file could not be inspected", "# io_uring files could not be inspected"},
	discover.GapMarks: {
		"1 inotify or fanotify mark is on a namespace whose type the kernel does not tell",
		"# inotify and fanotify marks are on namespaces whose type the kernel does not tell",
	},
	discover.GapProcFiles:     {"1 open file of a procfs that is mounted nowhere could not be inspected", "# open files of a procfs that is mounted nowhere could not be inspected"},
	discover.GapDetachedTrees: {"1 detached mount tree could not be inspected", "# detached mount trees could not be inspected"},
	discover.GapDevices:       {"the devices of 1 namespace could not be listed", "the devices of # namespaces could not be listed"},
	discover.GapLinks: {
		"the links of 1 namespace in use could not be listed", "the links of # namespaces in use could not be listed",
	},
	find.GapClosed: {"1 namespace could not be opened", "# namespaces could not be opened"},
	discover.GapPeers: {
		"1 peer namespace is visible only as an nsid; it may belong to another pid namespace",
		"# peer namespaces are visible only as nsids; they may belong to another pid namespace",
	},
	discover.GapRunDirectories: {"the run directories of 1 mount namespace could not be inspected", "the run directories of # mount namespaces could not be inspected"},
	discover.GapRecords:        {one: "the records of container runtimes lie on a file system that does not answer"},
	discover.GapDirectories:    {one: "the directory % could not be read, or is too large"},
	discover.GapHost:           {one: "the namespaces of pid 1 could not be read"},
	discover.GapRoot:           {one: "pid 1 has another root directory than netnsctl"},
	discover.GapMountNamespace: {one: "netnsctl runs in another mount namespace than pid 1"},
	discover.GapPIDNamespace:   {one: "netnsctl runs in another pid namespace than pid 1"},
	discover.GapPrivilege:      {one: "CAP_SYS_ADMIN, CAP_SYS_PTRACE and CAP_NET_ADMIN are needed"},
	discover.GapMountContexts:  {"1 mount context does not tell which namespace it holds", "# mount contexts do not tell which namespaces they hold"},
	discover.GapBPFLinks:       {"1 netfilter link of BPF does not tell which namespace it holds", "# netfilter links of BPF do not tell which namespaces they hold"},
	discover.GapBPFIterators:   {"1 BPF iterator may hold a namespace, and does not tell which", "# BPF iterators may hold namespaces, and do not tell which"},
	discover.GapFileSystems:    {"the file system at % does not tell which namespace it holds", "# file systems, such as that at %, do not tell which namespaces they hold"},
	discover.GapUntoldDevices:  {"1 descriptor of % may hold a namespace, and does not tell which", "# descriptors of devices such as % may hold namespaces, and do not tell which"},
	discover.GapUnusedMountNamespaces: {
		one: "mount namespaces that no process, mount or descriptor leads to could not be inspected",
	},
	discover.GapInvisible: {
		one: "namespaces held only by a socket without a process, or from outside our pid namespace, could not be inspected",
	},
}

// gapText is the message on a gap, with who causes it.
func gapText(g discover.Gap) string {
	by := g.Who()
	t, ok := gapTexts[g.What]
	template := t.one
	if g.Count > 1 && t.many != "" {
		template = t.many
	}
	text := otherGap(g)
	if ok {
		who := cmp.Or(by, plural(g.Count, "process", "processes"))
		text = strings.NewReplacer("#", strconv.Itoa(g.Count), "@", who, "%", g.Path).Replace(template)
	}
	if by != "" && !strings.Contains(template, "@") {
		text += ": " + by
	}
	return text
}

// otherGap is the message on a gap in the words of the library.
func otherGap(g discover.Gap) string {
	if why, ok := strings.CutPrefix(g.What, discover.GapKeepFiles); ok {
		if g.Count > 1 {
			why += " (and " + strconv.Itoa(g.Count-1) + " more)"
		}
		return g.Path + why
	}
	if why, failed := strings.CutPrefix(g.What, find.GapUnread+" "); failed {
		return plural(g.Count, "namespace", "namespaces") + " could not be read " + why
	}
	if rest, ok := strings.CutPrefix(g.What, discover.GapForeignMounts+" on "); ok {
		dir, _, _ := strings.Cut(rest, ",")
		return "mounts of other pid namespaces could not be inspected: " + dir + " is older than this pid namespace"
	}
	if g.Count == 0 {
		return g.What + " could not be inspected"
	}
	return strconv.Itoa(g.Count) + " " + g.What
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
