package main

import (
	"errors"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// explanation is a fact and the command that helps. Either may be empty. Unprintable
// bytes are not escaped.
type explanation struct{ fact, remedy string }

// String is one sentence.
func (e explanation) String() string {
	if e.fact != "" && e.remedy != "" {
		return e.fact + "; " + e.remedy
	}
	return e.fact + e.remedy
}

// refusal is the error of a command that has changed nothing.
func (e explanation) refusal() error {
	text := e.fact + "; nothing was done"
	if e.remedy != "" {
		text += "; " + e.remedy
	}
	return errors.New(text)
}

// explain says what the word is, and which command does what the user wanted. command
// is the user's command, operands are its operands after the word. The explanation is
// empty if there is nothing to say.
func (a advice) explain(command string, operands ...string) explanation {
	switch {
	case command == "attach" && a.name != nil:
		return a.explainTaken(operands)
	case a.ns != nil:
		return a.explainNamespace(command)
	case a.name != nil && a.name.Verdict == discover.Stale:
		return a.explainStale(command)
	case a.name != nil && a.name.Verdict == discover.Unknown:
		return a.explainUnknown()
	case a.inOtherDir != "":
		return explanation{quote(a.word) + " is not a name in the run directory, but " + quote(a.inOtherDir) + " is one", a.toUseOther(command)}
	case a.elsewhere != nil:
		fact := quote(a.word) + " is not a name here, but the name of " + a.elsewhere.ns.String() + " " + mountNamespaceText(a.elsewhere.pin)
		if command == "delete" {
			return explanation{fact, "to enter it: " + withID("exec", a.elsewhere.ns)}
		}
		return explanation{fact, "to use it: " + withID(command, a.elsewhere.ns)}
	case a.thing != nil && a.thing.Type != "net":
		return explanation{fact: quote(a.word) + " is " + a.thing.String() + ", not a network namespace"}
	case errors.Is(a.err, netnsctl.ErrNoAnswer):
		return explanation{fact: strconv.Quote(a.word) + " does not answer"}
	case a.err != nil && !isMissing(a.err):
		return explanation{fact: quote(a.word) + " cannot be inspected: " + a.err.Error()}
	}
	return explanation{}
}

// explainStale is about a stale name.
func (a advice) explainStale(command string) explanation {
	n, e := a.name, explanation{fact: staleFact(a.name)}
	switch {
	case a.elsewhere != nil:
		e.remedy = "a namespace named " + quote(n.Name) + " lives " + mountNamespaceText(a.elsewhere.pin) + ": " + withID(command, a.elsewhere.ns)
		return e
	case a.onFile != nil:
		return a.explainOnFile()
	}
	// delete cannot remove it, or should not.
	foreign := n.Cause == discover.NoNamespace && (n.File.Kind == discover.Directory || n.File.Size > 0 || n.Mounted)
	if command != "delete" && !foreign {
		e.remedy = "to remove the name: " + deleteCommand(a.host, n.Name)
	}
	return e
}

// explainOnFile is about a stale name whose file has a mount on it in another mount namespace.
func (a advice) explainOnFile() explanation {
	return explanation{staleFact(a.name) + "; " + a.onFile.String(), "deleting the name would end that mount"}
}

// staleFact says that a name is stale, and why.
func staleFact(n *discover.Name) string {
	text := quote(n.Name) + " is a stale name"
	if n.Cause != "" {
		text += " (" + string(n.Cause) + ")"
	}
	return text + ": " + staleText(n)
}

// explainUnknown is about a name of which nobody can tell where it leads.
func (a advice) explainUnknown() explanation {
	return explanation{fact: quote(a.name.Name) + " cannot be inspected: " + strings.TrimPrefix(a.name.Detail, discover.CannotTell)}
}

// deleteCommand is the command that deletes a name. A name in another directory than the run
// directory is a path.
func deleteCommand(host netnsctl.Host, name string) string {
	return inDirectory(host, "delete", name)
}

// inDirectory is a command that takes nothing but names, for a name or the path of one.
func inDirectory(host netnsctl.Host, command, name string, operands ...string) string {
	if path.IsAbs(name) {
		host.RunDir, name = path.Dir(name), path.Base(name)
	}
	return shellCommand(ourselves(host)+" "+command, append([]string{name}, operands...)...)
}

// toUseOther is the user's command for a name in another directory than the run directory.
func (a advice) toUseOther(command string) string {
	switch command {
	case "delete":
		return "to delete it: " + deleteCommand(a.host, a.inOtherDir)
	case "set":
		return "to use it: " + inDirectory(a.host, command, a.inOtherDir, "NSID")
	case "identify":
		command += " --all"
	}
	return "to use it: " + shellCommand("netnsctl "+command, a.inOtherDir)
}

// explainOtherDir is about a name that delete cannot reach from this run directory.
func explainOtherDir(host netnsctl.Host, name string) explanation {
	return explanation{quote(name) + " is not in the run directory", "to delete it: " + deleteCommand(host, name)}
}

// explainTaken is about attach to a name that exists.
func (a advice) explainTaken(operands []string) explanation {
	n := a.name
	switch {
	case n.Verdict == discover.Unknown:
		return a.explainUnknown()
	case n.Verdict != discover.Stale:
		return explanation{quote(n.Name) + " is in use: " + n.ID.String(), "delete it first: " + deleteCommand(a.host, n.Name)}
	case a.onFile != nil:
		return a.explainOnFile()
	}
	e := explanation{fact: staleFact(n)}
	if n.File.Kind != discover.Directory { // attach --replace cannot remove a directory either
		e.remedy = "to replace it: " + shellCommand(ourselves(a.host)+" attach --replace", append([]string{n.Name}, operands...)...)
	}
	return e
}

// explainNamespace is about a namespace that the command cannot use.
func (a advice) explainNamespace(command string) explanation {
	switch {
	case command == "delete":
		return a.explainUndeletable()
	case command == "inspect":
		return explanation{remedy: a.toRelease()}
	case command == "pids" && !a.own() && a.ns.Verdict != discover.InUse:
		return explanation{"no process inside" + a.heldBy("; held by "), a.toRelease()}
	}
	return explanation{}
}

// explainUndeletable says why delete can remove no name of a namespace.
func (a advice) explainUndeletable() explanation {
	ns := a.ns
	switch {
	case a.own() && len(ns.Names) == 0:
		return explanation{fact: a.label() + " is " + ownText(ns) + ", which is never deleted"}
	case len(ns.Names) > 0 && !slices.ContainsFunc(ns.Names, func(name string) bool { return !path.IsAbs(name) }):
		return explainOtherDir(a.host, ns.Names[0])
	case len(ns.Names) > 1:
		return explanation{fact: a.label() + " has several names; give one of: " + quoteAll(ns.Names, ", ")}
	case len(ns.Names) == 1:
		return explanation{}
	}
	fact := a.label() + " has no name to delete"
	if ns.Verdict == discover.InUse {
		return explanation{fact: fact + a.heldBy("; it is in use by ")}
	}
	state := "it is an orphan"
	switch ns.Verdict {
	case discover.Orphan:
	case discover.Unknown:
		state = "its state is unknown (" + ns.Reason + ")"
	default:
		state = "it is " + string(ns.Verdict) + " (" + ns.Reason + ")"
	}
	fact += a.heldBy("; " + state + ", held by ")
	switch {
	case a.release != "":
		return explanation{fact, a.toRelease()}
	case !slices.ContainsFunc(ns.Pins, func(p discover.Pin) bool { return p.Kind != discover.MountPin }):
		return explanation{fact: fact + "; clean-up skips it: " + a.skipped}
	}
	return explanation{fact: fact + "; it is gone when that is closed or ends"}
}

// heldBy is the first pin of the namespace and the number of the others.
func (a advice) heldBy(before string) string {
	switch len(a.keepers) {
	case 0:
		return ""
	case 1:
		return before + a.keepers[0]
	}
	return before + a.keepers[0] + " and " + plural(len(a.keepers)-1, "other", "others")
}

// toRelease is the command that releases the namespace, with the runtime in whose
// directory the namespace is mounted.
func (a advice) toRelease() string {
	if a.release == "" {
		return ""
	}
	if a.ns.Seen() == discover.Wired {
		return "it carries traffic for others; to release it anyway: " + a.release
	}
	for _, p := range a.ns.Pins {
		if p.Mount != nil && p.Mount.Foreign() != "" {
			return p.Mount.Foreign() + " owns it; to release it anyway: " + a.release
		}
	}
	return "to release it: " + a.release
}

// label is the namespace at the beginning of a sentence.
func (a advice) label() string {
	if _, isID := netnsctl.ParseIno(a.word); isID {
		return a.ns.String()
	}
	return quote(a.word) + " (" + a.ns.String() + ")"
}

// withID is the user's command with the ID of a namespace in place of a name.
func withID(command string, ns *discover.Namespace) string {
	switch command {
	case "pids":
		command = "pids --verbose"
	case "delete", "attach":
		command = "exec"
	case "set":
		command = "attach NEW" // nsids are set by name
	case "identify":
		command += " --all" // without it a PID, not a namespace, is meant
	}
	return shellCommand("netnsctl "+command, ns.ID.String())
}

// staleText says why a name is stale.
func staleText(n *discover.Name) string {
	switch {
	case n.Cause == discover.DeadFile:
		return "no namespace is mounted on it"
	case n.Cause == discover.DanglingLink:
		return "it is a link to " + quote(n.File.Target) + ", where nothing is"
	case n.Cause == discover.LinkLoop:
		return "it is a link that leads back to itself"
	case n.Cause == discover.RecycledPID:
		return "it is a link to a process that has ended, and " + n.Detail
	case n.Cause == discover.WrongType && n.File.Kind == discover.Link:
		return "it leads to a namespace " + n.Detail
	case n.Cause == discover.WrongType:
		return "a namespace " + n.Detail + " is mounted on it"
	case n.Mounted:
		return "something that is not a namespace is mounted on it"
	}
	return "it is " + n.Detail
}

// ownText is the namespace of pid 1, or our own, in a sentence.
func ownText(ns *discover.Namespace) string {
	if strings.HasPrefix(ns.Reason, "our own") {
		return "the namespace that netnsctl runs in"
	}
	return "the host's own network namespace"
}
