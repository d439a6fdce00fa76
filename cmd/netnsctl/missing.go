package main

import (
	"errors"
	"strings"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

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
	_, _, err := host.Identity(word)
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
