package main

import (
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// sentence says what the word is, and which command does what was wanted; it is
// empty where there is nothing to say. operands are the further ones of the user's
// command, such as WHAT of `attach NAME WHAT`. What does not show is not escaped.
func (a advice) sentence(command string, operands ...string) string {
	what, remedy := a.parts(command, operands...)
	if what != "" && remedy != "" {
		return what + "; " + remedy
	}
	return what + remedy
}

// parts are the fact and the remedy of a [advice.sentence].
func (a advice) parts(command string, operands ...string) (what, remedy string) {
	switch {
	case command == "attach" && a.name != nil:
		return a.attach(operands)
	case a.ns != nil:
		return a.namespaceParts(command)
	case a.name != nil && a.name.Verdict == discover.Stale:
		return a.stale(command)
	case a.name != nil && a.name.Verdict == discover.Unknown:
		return quote(a.name.Name) + " cannot be inspected: " + a.name.Detail, ""
	case len(a.elsewhere) > 0:
		s := a.elsewhere[0]
		what = quote(a.word) + " is not a name here, but the name of " + s.ns.String() + " " + s.inMountNamespaceOf()
		return what, a.useNamesake(command)
	case a.thing != nil && a.thing.Type != "net":
		return quote(a.word) + " is " + a.thing.String() + ", not a network namespace", ""
	case a.err != nil && !isMissing(a.err):
		return quote(a.word) + " cannot be inspected: " + a.err.Error(), ""
	}
	return "", ""
}

func (a advice) stale(command string) (what, remedy string) {
	n := a.name
	what = quote(n.Name) + " is a stale name"
	if n.Cause != "" {
		what += " (" + string(n.Cause) + ")"
	}
	what += ": " + staleText(n)
	if len(a.elsewhere) > 0 {
		return what, "a namespace named " + quote(n.Name) + " lives " + a.elsewhere[0].inMountNamespaceOf() + ": " +
			withID(command, a.elsewhere[0].ns)
	}
	if command == "delete" || n.Cause == discover.NoNamespace && (n.File.Kind == discover.Directory || n.File.Size > 0 || n.Mounted) {
		return what, "" // delete cannot remove it, or should not
	}
	return what, "to remove the name: " + shellCommand("netnsctl delete", n.Name)
}

// useNamesake is the command for a namespace that has its name elsewhere.
func (a advice) useNamesake(command string) string {
	ns := a.elsewhere[0].ns
	if command == "delete" {
		return "to enter it: " + withID("exec", ns)
	}
	return "to use it: " + withID(command, ns)
}

func withID(command string, ns *discover.Namespace) string {
	switch command {
	case "pids":
		command = "pids --verbose"
	case "delete", "attach":
		command = "exec"
	}
	return shellCommand("netnsctl "+command, ns.ID.String())
}

func (a advice) namespaceParts(command string) (what, remedy string) {
	switch command {
	case "delete":
		return a.undeletable()
	case "inspect":
		return "", a.toRelease()
	case "pids":
		if a.own || a.ns.Verdict == discover.InUse {
			return "", ""
		}
		return "no process inside" + a.heldBy("; held by "), a.toRelease()
	}
	return "", ""
}

// undeletable says why delete cannot take a name from a namespace.
func (a advice) undeletable() (what, remedy string) {
	ns := a.ns
	switch {
	case a.own && len(ns.Names) == 0:
		return a.label() + " is " + ownText(ns) + ", which is never deleted", ""
	case len(ns.Names) > 1:
		return a.label() + " has several names; give one of: " + quoteAll(ns.Names, ", "), ""
	case len(ns.Names) == 1:
		return "", ""
	}
	what = a.label() + " has no name to delete"
	switch {
	case ns.Verdict == discover.InUse:
		return what + a.heldBy("; it is in use by "), ""
	case a.release != "":
		return what + a.heldBy("; it is "+stateText(ns)+", held by "), a.toRelease()
	case onlyMounts(ns):
		return what + a.heldBy("; it is "+stateText(ns)+", held by ") + "; clean-up skips it: " + a.skipped, ""
	}
	return what + a.heldBy("; it is "+stateText(ns)+", held by ") + "; it is gone when that is closed or ends", ""
}

// stateText is a namespace's state with its article.
func stateText(ns *discover.Namespace) string {
	if ns.Verdict == discover.Orphan {
		return "an orphan"
	}
	return string(ns.Verdict) + " (" + ns.Reason + ")"
}

func ownText(ns *discover.Namespace) string {
	if strings.HasPrefix(ns.Reason, "our own") {
		return "the namespace that netnsctl runs in"
	}
	return "the host's own network namespace"
}

func onlyMounts(ns *discover.Namespace) bool {
	for _, p := range ns.Pins {
		if p.Kind != discover.MountPin {
			return false
		}
	}
	return true
}

// heldBy tells the first keeper, and how many more there are.
func (a advice) heldBy(before string) string {
	switch len(a.keepers) {
	case 0:
		return ""
	case 1:
		return before + a.keepers[0]
	}
	return before + a.keepers[0] + " and " + plural(len(a.keepers)-1, "other", "others")
}

func (a advice) toRelease() string {
	if a.release == "" {
		return ""
	}
	if owner := ownedBy(a.ns); owner != "" {
		return owner + " owns it; to release it anyway: " + a.release
	}
	return "to release it: " + a.release
}

// attach is about a name that is taken.
func (a advice) attach(operands []string) (what, remedy string) {
	n := a.name
	switch {
	case n.Verdict == discover.Unknown:
		return quote(n.Name) + " cannot be inspected: " + n.Detail, ""
	case n.Verdict != discover.Stale:
		return quote(n.Name) + " is in use: " + n.ID.String(), "delete it first: " + shellCommand("netnsctl delete", n.Name)
	case a.onFile != nil:
		what, _ = a.stale("attach")
		return what + "; " + a.onFile.String(), "deleting the name would end that mount"
	}
	what, _ = a.stale("delete")
	if n.File.Kind == discover.Directory {
		return what, "" // which attach --replace cannot remove either
	}
	return what, "to replace it: " + shellCommand("netnsctl attach --replace", append([]string{n.Name}, operands...)...)
}
