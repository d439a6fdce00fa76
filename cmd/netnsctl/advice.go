package main

import (
	"cmp"
	"errors"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/clean"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// advice is what is known about a word that does not lead to a namespace which the
// command could use.
type advice struct {
	word string
	host netnsctl.Host
	// name is the entry of the run directory, or nil.
	name *discover.Name
	// ns is the namespace that the word stands for, or nil.
	ns *discover.Namespace
	// elsewhere is a namespace that has the word as a name in another mount namespace,
	// or nil.
	elsewhere *namesake
	// inOtherDir is the path of a name of this word in another directory than the run directory, or
	// empty.
	inOtherDir string
	// onFile is a mount on the file of a stale name in another mount namespace, or nil.
	// Deleting the file would end it.
	onFile *discover.FileMount
	// thing is the object at a path that leads to no network namespace, or nil; err is
	// the error of the look at the path.
	thing *discover.Thing
	err   error
	// keepers are lines on the pins of ns.
	keepers []string
	// release is the command that releases ns. Where clean-up would skip ns, skipped is
	// the reason.
	release, skipped string
}

// namesake is a namespace and the mount that names it elsewhere.
type namesake struct {
	ns  *discover.Namespace
	pin discover.Pin
}

// own reports whether the word stands for the namespace of pid 1 or for our own.
func (a *advice) own() bool { return a.ns != nil && a.ns.Verdict == discover.Own }

// firstOf gives the first element that fits, or nil.
func firstOf[T any](all []*T, fits func(*T) bool) *T {
	if i := slices.IndexFunc(all, fits); i >= 0 {
		return all[i]
	}
	return nil
}

// adviceFor scans the host and gives the advice on a word.
func adviceFor(host netnsctl.Host, word string) advice {
	snap, err := discover.Scan(host, discover.Options{Everything: true, Files: true})
	if err != nil {
		return advice{word: word, host: host}
	}
	defer snap.Close()
	return adviceIn(snap, word)
}

// adviceIn gives the advice on a word. Its command for the release is certain only in
// a snapshot with [discover.Options.Files].
func adviceIn(snap *discover.Snapshot, word string) advice {
	a := advice{word: word, host: snap.Host}
	file := ""
	if strings.Contains(word, "/") {
		file, _ = filepath.Abs(word)
	}
	a.name = firstOf(snap.Names, func(n *discover.Name) bool {
		return n.Name == word || file != "" && file == path.Clean(n.Path(snap.Host))
	})
	a.ns = a.namespace(snap, file)
	switch {
	case a.ns != nil:
		a.keepers = keeperLines(withCommands(snap.Host, a.ns.Pins), snap.OwnMounts)
		if !a.own() && len(a.ns.Names) == 0 {
			a.release, a.skipped = releaseCommand(snap, a.ns)
		}
	case a.name == nil && file != "":
		thing, err := discover.At(snap.Host, file)
		if a.err = err; err == nil {
			a.thing = &thing
		}
	default:
		a.elsewhere = namesakeOf(snap, word)
		if n := firstOf(snap.Names, func(n *discover.Name) bool { return n.Name != word && path.Base(n.Name) == word }); n != nil {
			a.inOtherDir = n.Name
		}
		if a.name == nil {
			break
		}
		other := func(m discover.FileMount) bool { return m.Namespace != snap.OwnMounts }
		if m, found := snap.OnFile.Other(a.name.On, a.name.Top.Ino, other); found {
			a.onFile = &m
		}
	}
	return a
}

// namespace is the namespace that the word stands for, or nil. file is the path that
// the word is, or empty.
func (a *advice) namespace(snap *discover.Snapshot, file string) *discover.Namespace {
	switch {
	case a.name != nil && a.name.Verdict == discover.Stale:
		return nil
	case a.name != nil:
		return namespaceOf(snap, a.name)
	case a.word == "host":
		return firstOf(snap.Namespaces, func(ns *discover.Namespace) bool { return ns.Verdict == discover.Own })
	case file != "":
		return snap.Lookup(file)
	}
	return snap.Lookup(a.word)
}

// namespaceOf is the namespace that a name leads to, or nil.
func namespaceOf(snap *discover.Snapshot, n *discover.Name) *discover.Namespace {
	return firstOf(withIno(snap, n.ID.Ino), func(ns *discover.Namespace) bool { return n.ID != netnsctl.ID{} && ns.ID == n.ID })
}

// withIno gives the namespaces of a snapshot with an inode number.
func withIno(snap *discover.Snapshot, ino uint64) []*discover.Namespace {
	compare := func(ns *discover.Namespace, ino uint64) int { return cmp.Compare(ns.ID.Ino, ino) }
	from, _ := slices.BinarySearchFunc(snap.Namespaces, ino, compare)
	to, _ := slices.BinarySearchFunc(snap.Namespaces, ino+1, compare)
	return snap.Namespaces[from:to]
}

// namesakeOf is a namespace that has the name in another mount namespace, or nil.
func namesakeOf(snap *discover.Snapshot, name string) *namesake {
	for _, ns := range snap.Namespaces {
		i := slices.IndexFunc(ns.Pins, func(p discover.Pin) bool {
			return p.Kind == discover.MountPin && p.Mount.Usable && !p.Mount.Host && p.Mount.Name == name
		})
		if i >= 0 {
			return &namesake{ns, withCommands(snap.Host, ns.Pins[i:i+1])[0]}
		}
	}
	return nil
}

// withCommands fills in the commands of processes that the scan has not asked for.
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
		if _, known := commands[pid]; !known {
			commands[pid] = discover.Describe(host, pid).Command
		}
		pins[i].Command = commands[pid]
	}
	return pins
}

// releaseCommand is the command that releases a namespace without a name, or the
// reason why clean-up skips it. It makes the plan that the command would make.
func releaseCommand(snap *discover.Snapshot, ns *discover.Namespace) (command, skipped string) {
	plan, err := clean.Make(snap, clean.Request{Targets: []string{ns.ID.String()}})
	switch {
	case err != nil:
		return "", err.Error()
	case len(plan.Steps) > 0:
		return shellCommand(forceOrphans(snap.Host), ns.ID.String()), ""
	case len(plan.Skipped) > 0:
		return "", skippedText(plan.Skipped[0], forceOrphans(snap.Host))
	}
	return "", ""
}

// namespaceIn is the namespace of a word, or the error that says why there is none.
func namespaceIn(snap *discover.Snapshot, word, command string) (*discover.Namespace, error) {
	if ns := snap.Lookup(word); ns != nil {
		return ns, nil
	}
	// A failed open tells a forbidden namespace from a missing one.
	_, err := snap.Host.Identity(word)
	if errors.Is(err, netnsctl.ErrNoAnswer) || isForbidden(err) {
		return nil, uninspected(word, err)
	}
	return nil, noNamespaceIn(snap, word, command)
}

// isForbidden reports whether an error means that the caller may not look.
func isForbidden(err error) bool {
	return errors.Is(err, syscall.EACCES) || errors.Is(err, syscall.EPERM)
}

// uninspected is the error on a word of which it cannot be told whether it stands for a namespace.
func uninspected(word string, err error) error {
	if !isForbidden(err) {
		return err
	}
	return errors.New(quote(word) + " cannot be inspected: " + bare(err).Error() + "; " + remedy(nil))
}

// noNamespace is the error on a word that stands for no namespace which the command
// could use.
func noNamespace(host netnsctl.Host, word, command string) error {
	snap, err := discover.Scan(host, discover.Options{Everything: true, Files: true})
	if err != nil {
		return errors.New("no namespace " + quote(word))
	}
	defer snap.Close()
	return noNamespaceIn(snap, word, command)
}

// noNamespaceIn is noNamespace for a snapshot that exists already.
func noNamespaceIn(snap *discover.Snapshot, word, command string) error {
	use := command
	if use == "attach" {
		use = "exec" // the word is not the name that attach gives
	}
	e := adviceIn(snap, word).explain(use)
	switch {
	case e == explanation{}:
		e.fact = noNamespaceText(snap, word)
	case e.fact == "":
		e = explanation{fact: e.remedy}
	}
	if command == "attach" || command == "set" {
		return e.refusal()
	}
	return errors.New(e.String())
}

// noNamespaceText is the message on a word that matches nothing.
func noNamespaceText(snap *discover.Snapshot, word string) string {
	if pid, ok := strings.CutPrefix(word, "pid:"); ok && pid != "" && isDigits(pid) {
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

// isMissingNamespace reports whether a word stands for no network namespace. It is
// false for a namespace that the caller may not open.
func isMissingNamespace(host netnsctl.Host, word string) bool {
	_, err := host.Identity(word)
	return isMissing(err) || errors.Is(err, syscall.EINVAL)
}

// isMissing reports whether an error means that there is nothing at a path.
func isMissing(err error) bool {
	return errors.Is(err, syscall.ENOENT) || errors.Is(err, syscall.ENOTDIR)
}
