package main

import (
	"errors"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/clean"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// advice is what is known of a word that did not lead where the user wanted.
type advice struct {
	word string
	// name is the entry of the run directory, nil if there is none.
	name *discover.Name
	// ns is the namespace that the word stands for, nil if there is none. own says
	// that it is pid 1's or our own.
	ns  *discover.Namespace
	own bool
	// elsewhere are the namespaces that have the word as a name in another mount
	// namespace only.
	elsewhere []namesake
	// onFile is a mount of something else on the file of a stale name, in another
	// mount namespace; nil if there is none. It would end with the file.
	onFile *discover.FileMount
	// thing is what lies at a path that leads to no network namespace.
	thing *discover.Thing
	err   error // of the look at the path
	// keepers are lines on what keeps a namespace that has no name.
	keepers []string
	// release is the command that releases it; where that would not be done,
	// skipped says why.
	release, skipped string
}

// namesake is a namespace and the mount that names it elsewhere.
type namesake struct {
	ns  *discover.Namespace
	pin discover.Pin
}

// adviceFor looks at the whole host for what a word is.
func (u *ui) adviceFor(host netnsctl.Host, word string) advice {
	snap, err := discover.Scan(host, discover.Options{Everything: true, Files: true})
	if err != nil {
		return advice{word: word}
	}
	defer snap.Close()
	return u.whatIs(snap, word)
}

// whatIs finds out what a word is that does not lead to a usable namespace. The
// command that would release a namespace is only certain where the snapshot has
// [discover.Options.Files].
func (u *ui) whatIs(snap *discover.Snapshot, word string) advice {
	a := advice{word: word}
	file := ""
	if strings.Contains(word, "/") {
		if abs, err := filepath.Abs(word); err == nil {
			file = abs
		}
	}
	if i := slices.IndexFunc(snap.Names, func(n *discover.Name) bool {
		return n.Name == word || file != "" && file == path.Clean(snap.Host.NamePath(n.Name))
	}); i >= 0 {
		a.name = snap.Names[i]
	}
	a.ns = a.namespace(snap, file)
	switch {
	case a.ns != nil:
		a.own = a.ns.Verdict == discover.Own
		a.keepers = keepers(withCommands(snap.Host, a.ns.Pins), snap.OwnMounts)
		if !a.own && len(a.ns.Names) == 0 {
			a.release, a.skipped = releaseCommand(snap, a.ns)
		}
		return a
	case a.name == nil && file != "":
		thing, err := discover.At(file)
		a.err = err
		if err == nil {
			a.thing = &thing
		}
		return a
	}
	a.elsewhere = namesakes(snap, word)
	if a.name != nil {
		if m, found := snap.OnFile.Other(a.name.On, a.name.Top.Ino, func(m discover.FileMount) bool { return m.Namespace != snap.OwnMounts }); found {
			a.onFile = &m
		}
	}
	return a
}

func (a *advice) namespace(snap *discover.Snapshot, file string) *discover.Namespace {
	if a.name != nil {
		i := slices.IndexFunc(snap.Namespaces, func(ns *discover.Namespace) bool {
			return a.name.ID != netnsctl.ID{} && ns.ID == a.name.ID
		})
		if i < 0 || a.name.Verdict == discover.Stale {
			return nil
		}
		return snap.Namespaces[i]
	}
	if a.word == "host" {
		i := slices.IndexFunc(snap.Namespaces, func(ns *discover.Namespace) bool { return ns.Verdict == discover.Own })
		if i < 0 {
			return nil
		}
		return snap.Namespaces[i]
	}
	if file != "" {
		return snap.Lookup(file)
	}
	return snap.Lookup(a.word)
}

// namesakes finds a name in other mount namespaces.
func namesakes(snap *discover.Snapshot, name string) (found []namesake) {
	for _, ns := range snap.Namespaces {
		i := slices.IndexFunc(ns.Pins, func(p discover.Pin) bool {
			return p.Kind == discover.MountPin && p.Mount.Usable && !p.Mount.Host && p.Mount.Name == name
		})
		if i >= 0 {
			found = append(found, namesake{ns, withCommands(snap.Host, ns.Pins[i:i+1])[0]})
		}
	}
	return found
}

// withCommands names the processes of pins, as far as the scan has not.
func withCommands(host netnsctl.Host, pins []discover.Pin) []discover.Pin {
	pins = slices.Clone(pins)
	commands := map[int]string{}
	for i, p := range pins {
		pid := p.PID
		if pid == 0 && p.Mount != nil {
			pid = p.Mount.Through
		}
		if p.Command != "" || pid == 0 {
			continue
		}
		if _, asked := commands[pid]; !asked {
			commands[pid] = discover.Describe(host, pid).Command
		}
		pins[i].Command = commands[pid]
	}
	return pins
}

// releaseCommand is the command that releases a namespace without a name, or why
// there is none: a clean-up is planned as that command would.
func releaseCommand(snap *discover.Snapshot, ns *discover.Namespace) (command, skipped string) {
	plan, err := clean.Make(snap, clean.Request{Targets: []string{ns.ID.String()}})
	switch {
	case err != nil:
		return "", err.Error()
	case len(plan.Steps) > 0:
		return shellCommand("netnsctl delete --force-orphans", ns.ID.String()), ""
	case len(plan.Spared) > 0:
		return "", plan.Spared[0].Why
	}
	return "", ""
}

// ownedBy is the runtime in whose directory a namespace is mounted, if any.
func ownedBy(ns *discover.Namespace) string {
	for _, p := range ns.Pins {
		if p.Mount != nil && p.Mount.Foreign() != "" {
			return p.Mount.Foreign()
		}
	}
	return ""
}

// label is what a namespace is called in a sentence that begins with it.
func (a *advice) label() string {
	if _, isID := netnsctl.ParseIno(a.word); isID {
		return a.ns.String()
	}
	return quote(a.word) + " (" + a.ns.String() + ")"
}

// staleText says in a few words why a name is stale.
func staleText(n *discover.Name) string {
	linked := n.File.Kind == discover.Link
	switch {
	case n.Cause == discover.DeadFile:
		return "no namespace is mounted on it"
	case n.Cause == discover.DanglingLink:
		return "it is a link to " + quote(n.File.Target) + ", where nothing is"
	case n.Cause == discover.LinkLoop:
		return "it is a link that leads back to itself"
	case n.Cause == discover.RecycledPID:
		return "it is a link to a process that has ended, and " + n.Detail
	case n.Cause == discover.WrongType && linked:
		return "it leads to a namespace " + n.Detail
	case n.Cause == discover.WrongType:
		return "a namespace " + n.Detail + " is mounted on it"
	case n.Mounted:
		return "something that is not a namespace is mounted on it"
	}
	return "it is " + n.Detail
}

// inMountNamespaceOf says where a namesake has its name.
func (s namesake) inMountNamespaceOf() string {
	if s.pin.Mount.Through == 0 {
		return "in mnt:[" + strconv.FormatUint(s.pin.Mount.Namespace, 10) + "], which has no process"
	}
	return "in the mount namespace of " + pidText(s.pin.Mount.Through, s.pin.Command)
}

// isMissing tells of errors that say that nothing is at a path.
func isMissing(err error) bool {
	return errors.Is(err, syscall.ENOENT) || errors.Is(err, syscall.ENOTDIR)
}

// noNamespace says that a word stands for no namespace that a command could use,
// what it is instead, and what to do.
func (u *ui) noNamespace(host netnsctl.Host, word, command string) error {
	snap, err := discover.Scan(host, discover.Options{Everything: true, Files: true})
	if err != nil {
		return refusal{"no namespace " + quote(word)}
	}
	defer snap.Close()
	return u.noNamespaceIn(snap, word, command)
}

// noNamespaceIn is noNamespace where a snapshot is there already.
func (u *ui) noNamespaceIn(snap *discover.Snapshot, word, command string) error {
	use := command
	if use == "attach" {
		use = "exec" // of the namespace that is to be attached: its name is not in the way
	}
	what, remedy := u.whatIs(snap, word).parts(use)
	switch {
	case what == "" && remedy == "":
		what = noNamespaceText(snap, word)
	case what == "":
		what, remedy = remedy, ""
	}
	if changes := command == "attach" || command == "set"; changes {
		return refusal{problem{what: what, remedy: remedy}.String()}
	}
	if remedy != "" {
		what += "; " + remedy
	}
	return refusal{what}
}

// noNamespaceText is for a word that matches nothing.
func noNamespaceText(snap *discover.Snapshot, word string) string {
	if pid, ok := strings.CutPrefix(word, "pid:"); ok && pid != "" && strings.Trim(pid, "0123456789") == "" {
		return "no process " + quote(pid)
	}
	return "no namespace " + quote(word) + didYouMean(word, namesIn(snap), "")
}

// namesIn are the names of a snapshot that lead to a namespace.
func namesIn(snap *discover.Snapshot) (names []string) {
	for _, ns := range snap.Namespaces {
		names = append(names, ns.Names...)
	}
	return names
}

// isMissingNamespace reports whether a word stands for no network namespace, as
// opposed to one that the caller may not open.
func isMissingNamespace(host netnsctl.Host, word string) bool {
	_, err := host.Identity(word)
	return errors.Is(err, syscall.ENOENT) || errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTDIR)
}

// adviceOn says what keeps a namespace that has no process and no name, and how to
// release it. Of any other it says nothing.
func (u *ui) adviceOn(snap *discover.Snapshot, ns *discover.Namespace) advice {
	if ns.Verdict == discover.Own || ns.Verdict == discover.InUse || len(ns.Names) > 0 {
		return advice{}
	}
	return u.whatIs(snap, ns.ID.String())
}

// namespace finds a namespace in a snapshot, or says why there is none.
func (u *ui) namespace(snap *discover.Snapshot, word, command string) (*discover.Namespace, error) {
	if ns := snap.Lookup(word); ns != nil {
		return ns, nil
	}
	// To open it tells whether one may look.
	if _, err := snap.Host.Identity(word); errors.Is(err, syscall.EACCES) || errors.Is(err, syscall.EPERM) {
		return nil, refusal{quote(word) + " cannot be inspected: " + bare(err).Error() + "; " + remedy(nil)}
	}
	return nil, u.noNamespaceIn(snap, word, command)
}
