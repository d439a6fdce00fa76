package main

import (
	"errors"
	"os"
	"path"
	"slices"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// deletions reads words. Each is a name, or stands for a namespace with exactly one
// name. A name that is given twice counts once.
func deletions(host netnsctl.Host, words []string, o deleteOptions) (all []deletion, err error) {
	seen := map[string]bool{}
	for _, word := range words {
		d, err := deletionOf(host, word, o)
		if err != nil {
			return nil, err
		}
		if len(words) > 1 && isDirectory(host.NamePath(d.name)) {
			return nil, explanation{fact: quote(d.name) + " is a directory, which cannot be deleted"}.refusal()
		}
		if !seen[d.name] {
			seen[d.name], all = true, append(all, d)
		}
	}
	return all, nil
}

func deletionOf(host netnsctl.Host, word string, o deleteOptions) (d deletion, err error) {
	if dir, name := path.Split(path.Clean(word)); path.Clean(dir) == host.Dir() && host.IsName(name) {
		word = name
	}
	d = deletion{word: word, name: word}
	isName := host.IsName(word)
	if isName && o.dryRun {
		return d, nil // to follow a link would change its time of access
	}
	if isName {
		d.note(host, o.goodbye.tracks())
		return d, nil
	}
	if d.namespace, d.known = identity(host, word, o.goodbye.tracks()); d.known {
		names, err := namesOf(host, d.namespace.Identity)
		if err != nil {
			return d, explanation{fact: err.Error()}.refusal()
		}
		if len(names) == 1 && !isOwn(host, d.namespace.ID) {
			d.name, d.checked = names[0], true
			return d, nil
		}
	}
	snap, err := discover.Scan(host, discover.Options{Everything: true, Files: true})
	if err != nil {
		return d, explanation{fact: err.Error()}.refusal()
	}
	defer snap.Close()
	advice := adviceIn(snap, word)
	e := advice.explain("delete")
	switch {
	case advice.name != nil && path.IsAbs(advice.name.Name):
		e = explainOtherDir(host, advice.name.Name)
	case advice.name == nil && e.fact != "":
	case advice.own():
		e = explanation{fact: advice.label() + " is " + ownText(advice.ns) + ", which is never deleted"}
	case advice.name != nil:
		e = explanation{fact: quote(word) + " has changed while it was inspected"}
	default:
		e.fact = noNamespaceText(snap, word)
	}
	return d, e.refusal()
}

// note fills in to what the name leads.
func (d *deletion) note(host netnsctl.Host, witness *netnsctl.Witness) {
	d.file, _ = host.FileOf(d.name) // without one the name has gone: the deletion says so
	d.namespace, d.known = identity(host, d.name, witness)
}

func isDirectory(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.IsDir()
}

// isOwn reports whether a namespace is that of pid 1 or our own.
func isOwn(host netnsctl.Host, id netnsctl.ID) bool {
	return slices.ContainsFunc([]string{"1", "self"}, func(pid string) bool {
		own, err := host.IDOfPID(pid)
		return err == nil && own == id
	})
}

// namesOf are the names of a namespace. The cookie excludes a later namespace with the
// same ID. Symbolic links, which lead to the namespace and do not keep it, count only
// where there is no other name.
func namesOf(host netnsctl.Host, namespace netnsctl.Identity) ([]string, error) {
	names, err := host.NamesOf(namespace.ID)
	if err != nil && !errors.Is(err, syscall.ENOENT) {
		return nil, err
	}
	names = slices.DeleteFunc(names, func(name string) bool {
		is, known := identity(host, name, nil)
		same, _ := is.Same(namespace)
		return !known || !same
	})
	var files []string
	for _, name := range names {
		if info, err := os.Lstat(host.NamePath(name)); err != nil || info.Mode()&os.ModeSymlink == 0 {
			files = append(files, name)
		}
	}
	if len(files) > 0 {
		return files, nil
	}
	return names, nil
}

// identity is the namespace of a word, which the witness tracks if there is one.
func identity(host netnsctl.Host, word string, witness *netnsctl.Witness) (namespace netnsctl.Tracked, known bool) {
	if host.IsName(word) {
		// Opening a device or the like could have an effect.
		if thing, err := discover.At(host, host.NamePath(word)); err != nil || thing.Type != "net" {
			return namespace, false
		}
	} else if !host.Resolves(word) {
		return namespace, false // as a file name it could leave the run directory
	}
	ns, err := host.Open(word)
	if err != nil {
		return namespace, false
	}
	defer ns.Close()
	id, err := netnsctl.IdentityOf(ns)
	if err != nil {
		return namespace, false
	}
	namespace, _ = witness.Track(id, ns) // without that, nothing is proven later
	return namespace, true
}
