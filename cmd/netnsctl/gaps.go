package main

import (
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// gapTexts are the gaps in the words of package discover and of a message, in which #
// is the number. Other gaps are printed in the words of package discover.
var gapTexts = []struct{ what, one, many string }{
	{"processes not readable", "1 process could not be inspected", "# processes could not be inspected"},
	{"mount namespaces not readable", "1 mount namespace could not be inspected", "# mount namespaces could not be inspected"},
	{"sockets not readable", "1 socket could not be inspected", "# sockets could not be inspected"},
	{"descriptors in flight not readable", "1 descriptor in flight could not be inspected", "# descriptors in flight could not be inspected"},
	{"io_uring files not readable", "1 io_uring file could not be inspected", "# io_uring files could not be inspected"},
	{"detached mount trees not readable", "1 detached mount tree could not be inspected", "# detached mount trees could not be inspected"},
	{"namespaces that cannot be opened", "1 namespace could not be opened", "# namespaces could not be opened"},
	{"namespaces whose devices cannot be listed", "the devices of 1 namespace could not be listed", "the devices of # namespaces could not be listed"},
	{
		"namespaces known by their nsid only, perhaps outside our pid namespace",
		"1 peer namespace is visible only as an nsid; it may belong to another pid namespace",
		"# peer namespaces are visible only as nsids; they may belong to another pid namespace",
	},
	{"what pid 1 sees: its namespaces are not readable", "the namespaces of pid 1 could not be read", ""},
	{"what is not below our root: pid 1's is another", "pid 1 has another root directory than netnsctl", ""},
	{otherMounts, "netnsctl runs in another mount namespace than pid 1", ""},
	{"pid 1's pid namespace: ours is another", "netnsctl runs in another pid namespace than pid 1", ""},
	{"what takes CAP_SYS_ADMIN, CAP_SYS_PTRACE and CAP_NET_ADMIN", "CAP_SYS_ADMIN, CAP_SYS_PTRACE and CAP_NET_ADMIN are needed", ""},
	{
		"mount namespaces that no process, mount or descriptor leads to",
		"mount namespaces that no process, mount or descriptor leads to could not be inspected", "",
	},
	{
		"namespaces that only a socket without process, or a process outside our pid namespace, pins",
		"namespaces held only by a socket without a process, or from outside our pid namespace, could not be inspected", "",
	},
}

// gapText is the message on a gap.
func gapText(b discover.Blind) string {
	for _, t := range gapTexts {
		switch {
		case t.what != b.What:
		case b.Count > 1 && t.many != "":
			return strings.ReplaceAll(t.many, "#", strconv.Itoa(b.Count))
		default:
			return t.one
		}
	}
	if why, failed := strings.CutPrefix(b.What, "namespaces that cannot be read "); failed {
		return plural(b.Count, "namespace", "namespaces") + " could not be read " + why
	}
	if rest, ok := strings.CutPrefix(b.What, "mounts of other pid namespaces on "); ok {
		dir, _, _ := strings.Cut(rest, ",")
		return "mounts of other pid namespaces could not be inspected: " + dir + " is older than this pid namespace"
	}
	if b.Count == 0 {
		return b.What + " could not be inspected"
	}
	return strconv.Itoa(b.Count) + " " + b.What
}

// criticalGaps is one line on the critical gaps and the remedy, or "".
func criticalGaps(all []discover.Blind) string {
	var texts []string
	for _, b := range all {
		if b.Grave {
			texts = append(texts, gapText(b))
		}
	}
	if len(texts) == 0 {
		return ""
	}
	return strings.Join(texts, "; ") + "; " + remedy(all)
}

// otherMounts is, for example, the gap of a call in a command that exec runs.
const otherMounts = "pid 1's mount namespace: ours is another"

// remedy tells the user how to close the gaps.
func remedy(all []discover.Blind) string {
	if os.Geteuid() != 0 {
		return "run as root"
	}
	if slices.ContainsFunc(all, func(b discover.Blind) bool { return b.What == otherMounts }) {
		return "leave the shell or command of netnsctl (or of ip netns exec), container or chroot, and run as root of the host"
	}
	return "run as root of the host with all capabilities, outside containers and chroots"
}

// gaps prints the critical gaps in one line, and with verbose the other gaps.
func (u *ui) gaps(all []discover.Blind, verbose bool) {
	if text := criticalGaps(all); text != "" {
		u.note("incomplete: %s", text)
	}
	for _, b := range all {
		if verbose && !b.Grave {
			u.note("%s", gapText(b))
		}
	}
}

// isPartial reports whether a gap is critical.
func isPartial(all []discover.Blind) bool {
	return slices.ContainsFunc(all, func(b discover.Blind) bool { return b.Grave })
}

// partial is the error of a command that saw no more than gaps allow: status 1 where
// one is critical.
func partial(gaps []discover.Blind) error { return statusIf(isPartial(gaps), statusFailed) }
