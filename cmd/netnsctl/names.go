package main

import (
	"errors"
	"slices"
	"strconv"
	"syscall"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// add creates namespaces. Of several names all are checked before the first is
// created.
func (u *ui) add(call compat.Call, c *cli.Context) error {
	names := unique(c.Args().Slice())
	for _, name := range names {
		if err := checkNewName(call.Host, name); err != nil {
			return err
		}
	}
	return eachPlain(u, call, names, "added")
}

// checkNewName refuses a name that is invalid or exists.
func checkNewName(host netnsctl.Host, name string) error {
	if err := checkName(name); err != nil {
		return err
	}
	if host.IsName(name) {
		return refusal{"the name " + quote(name) + " exists; nothing was done"}
	}
	return nil
}

// checkName refuses a word that cannot be a name.
func checkName(name string) error {
	switch {
	case netnsctl.ValidName(name):
		return nil
	case len(name) > 255:
		return misuse("invalid name: %d bytes are more than the 255 that a file name may have", len(name))
	}
	return misuse("invalid name %s: a name is a file name without a slash", quote(name))
}

// refusal is an error that has all to say.
type refusal struct{ text string }

func (r refusal) Error() string { return r.text }

// eachPlain does one of iproute2's commands for every name. Of several it says
// what has been done; a failure does not keep it from the next.
func eachPlain(u *ui, call compat.Call, names []string, done string) error {
	failed := false
	for _, name := range names {
		switch s := call.Plain([]string{name}, false); {
		case s != 0 && len(names) == 1:
			return status(s)
		case s != 0:
			failed = true
		case len(names) > 1:
			u.print(done + " " + quote(name) + "\n")
		}
	}
	if failed {
		return status(statusFailed)
	}
	return nil
}

// namesOn are all names of a host. No run directory is an empty one.
func namesOn(host netnsctl.Host) ([]string, error) {
	names, err := host.Names()
	if errors.Is(err, syscall.ENOENT) {
		return nil, nil
	}
	return names, err
}

// unique drops repeated words.
func unique(words []string) (first []string) {
	for _, word := range words {
		if !slices.Contains(first, word) {
			first = append(first, word)
		}
	}
	return first
}

// set assigns an nsid.
func (u *ui) set(call compat.Call, c *cli.Context) error {
	name, nsid := c.Args().Get(0), c.Args().Get(1)
	if err := checkName(name); err != nil {
		return err
	}
	if !compat.ValidNSID(nsid) {
		return misuse("invalid nsid %s: a number from 0, or auto", quote(nsid))
	}
	switch {
	case !call.Host.IsName(name) && call.Host.Resolves(name):
		return refusal{quote(name) + " is not a name; nsids are set by name: attach one first"}
	case isMissingNamespace(call.Host, name):
		return u.noNamespace(call.Host, name, "set")
	}
	return plain(call, c.Args().Slice())
}

// listID prints nsids.
func (u *ui) listID(call compat.Call, c *cli.Context) error {
	if !compat.ValidNSIDFilter(c.Args().Slice()) {
		return misuse("expected [target-nsid N] [nsid N]")
	}
	return status(call.Plain(c.Args().Slice(), c.Bool("json"))).err()
}

// plain answers as iproute2 does.
func plain(call compat.Call, args []string) error { return status(call.Plain(args, false)).err() }

// err is nil for 0.
func (s status) err() error {
	if s == 0 {
		return nil
	}
	return s
}

// attach names a namespace.
func (u *ui) attach(call compat.Call, c *cli.Context) error {
	words := c.Args().Slice()
	name, what := words[0], words[1]
	if err := checkName(name); err != nil {
		return err
	}
	taken := call.Host.IsName(name)
	switch {
	case taken && c.Bool("replace"):
		return u.replace(call.Host, name, what)
	case taken:
		advice := u.adviceFor(call.Host, name)
		text, remedy := advice.parts("attach", what)
		return refusal{problem{what: text, remedy: remedy}.String()}
	case isMissingNamespace(call.Host, processWord(what)):
		if processWord(what) != what || what == "0" {
			return refusal{"no process " + what + "; nothing was done"}
		}
		return u.noNamespace(call.Host, what, "attach")
	}
	if processWord(what) != what {
		return plain(call, words)
	}
	return call.Host.AttachAny(name, what)
}

// processWord is a word that attach takes for a pid, or the word itself.
func processWord(word string) string {
	if pid, err := strconv.ParseInt(word, 0, 32); err == nil && pid > 0 {
		return "pid:" + strconv.FormatInt(pid, 10)
	}
	return word
}

// replace attaches over a stale name. All that can be checked is, before the stale
// name is deleted.
func (u *ui) replace(host netnsctl.Host, name, what string) error {
	word := processWord(what)
	// A name of digits is a pid for attach.
	if _, known := identity(host, word); !known {
		if _, err := host.Identity(word); err != nil && !isMissingNamespace(host, word) {
			return refusal{quote(what) + " cannot be inspected: " + bare(err).Error() + "; nothing was done; " + remedy(nil)}
		}
		return u.noNamespace(host, word, "attach")
	}
	snap, err := discover.Scan(host, discover.Options{Files: true})
	if err != nil {
		return err
	}
	advice := u.whatIs(snap, name)
	snap.Close()
	if advice.name == nil || advice.name.Verdict != discover.Stale || advice.onFile != nil {
		text, remedy := advice.parts("attach", what)
		if text == "" {
			text = quote(name) + " has changed while it was inspected"
		}
		return refusal{problem{what: text, remedy: remedy}.String()}
	}
	before, mounted := host.TopLayer(name)
	if err := host.Replace(name, word); err != nil {
		u.note("cannot replace %s: %v", quote(name), err)
		u.afterFailure(host, name, before, mounted)
		return status(statusFailed)
	}
	return nil
}
