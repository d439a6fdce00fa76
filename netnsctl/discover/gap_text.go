package discover

import (
	"cmp"
	"strconv"
	"strings"
)

// gapTexts are the messages on gaps, in which # is the number, @ who causes the gap, and %
// the path. Other gaps are told in the words of [Gap.What].
var gapTexts = map[string]struct{ one, many string }{
	GapProcesses:       {"1 process could not be inspected", "# processes could not be inspected"},
	GapMountNamespaces: {"1 mount namespace could not be inspected", "# mount namespaces could not be inspected"},
	GapDescriptors:     {one: "descriptors of @ could not be inspected"},
	GapNoAnswer:        {"% does not answer", "# paths do not answer, such as %"},
	GapSockets:         {"1 socket could not be inspected", "# sockets could not be inspected"},
	GapInFlight:        {"1 descriptor in flight could not be inspected", "# descriptors in flight could not be inspected"},
	GapIOUringSockets:  {"1 socket of an io_uring could not be inspected", "# sockets of io_urings could not be inspected"},
	GapIOUring:         {"1 io_uring file could not be inspected", "# io_uring files could not be inspected"},
	GapMarks: {
		"1 inotify or fanotify mark is on a namespace whose type the kernel does not tell",
		"# inotify and fanotify marks are on namespaces whose type the kernel does not tell",
	},
	GapProcFiles:     {"1 open file of a procfs that is mounted nowhere could not be inspected", "# open files of a procfs that is mounted nowhere could not be inspected"},
	GapDetachedTrees: {"1 detached mount tree could not be inspected", "# detached mount trees could not be inspected"},
	GapDevices:       {"the devices of 1 namespace could not be listed", "the devices of # namespaces could not be listed"},
	GapLinks: {
		"the links of 1 namespace in use could not be listed", "the links of # namespaces in use could not be listed",
	},
	GapPeers: {
		"1 peer namespace is visible only as an nsid; it may belong to another pid namespace",
		"# peer namespaces are visible only as nsids; they may belong to another pid namespace",
	},
	GapRunDirectories: {"the run directories of 1 mount namespace could not be inspected", "the run directories of # mount namespaces could not be inspected"},
	GapRecords:        {one: "the records of container runtimes lie on a file system that does not answer"},
	GapDirectories:    {one: "the directory % could not be read, or is too large"},
	GapHost:           {one: "the namespaces of pid 1 could not be read"},
	GapRoot:           {one: "pid 1 has another root directory than netnsctl"},
	GapMountNamespace: {one: "netnsctl runs in another mount namespace than pid 1"},
	GapPIDNamespace:   {one: "netnsctl runs in another pid namespace than pid 1"},
	GapPrivilege:      {one: "CAP_SYS_ADMIN, CAP_SYS_PTRACE and CAP_NET_ADMIN are needed"},
	GapMountContexts:  {"1 mount context does not tell which namespace it holds", "# mount contexts do not tell which namespaces they hold"},
	GapBPFLinks:       {"1 netfilter link of BPF does not tell which namespace it holds", "# netfilter links of BPF do not tell which namespaces they hold"},
	GapBPFIterators:   {"1 BPF iterator may hold a namespace, and does not tell which", "# BPF iterators may hold namespaces, and do not tell which"},
	GapFileSystems:    {"the file system at % does not tell which namespace it holds", "# file systems, such as that at %, do not tell which namespaces they hold"},
	GapUntoldDevices:  {"1 descriptor of % may hold a namespace, and does not tell which", "# descriptors of devices such as % may hold namespaces, and do not tell which"},
	GapUnusedMountNamespaces: {
		one: "mount namespaces that no process, mount or descriptor leads to could not be inspected",
	},
	GapInvisible: {
		one: "namespaces held only by a socket without a process, or from outside our pid namespace, could not be inspected",
	},
}

// Text is the gap in a sentence for people, with who causes it.
func (g Gap) Text() string {
	by := g.Who()
	t, ok := gapTexts[g.What]
	template := t.one
	if g.Count > 1 && t.many != "" {
		template = t.many
	}
	text := g.otherText()
	if ok {
		who := cmp.Or(by, count(g.Count, "process", "processes"))
		text = strings.NewReplacer("#", strconv.Itoa(g.Count), "@", who, "%", g.Path).Replace(template)
	}
	if by != "" && !strings.Contains(template, "@") {
		text += ": " + by
	}
	return text
}

// otherText is the message on a gap that is not in the table.
func (g Gap) otherText() string {
	if why, ok := strings.CutPrefix(g.What, GapKeepFiles); ok {
		if g.Count > 1 {
			why += " (and " + strconv.Itoa(g.Count-1) + " more)"
		}
		return g.Path + why
	}
	if dir, ok := strings.CutPrefix(g.What, GapForeignMounts+" on "); ok {
		return "mounts of other pid namespaces could not be inspected: " + dir + " may be shared with them"
	}
	if g.Count == 0 {
		return g.What + " could not be inspected"
	}
	return strconv.Itoa(g.Count) + " " + g.What
}
