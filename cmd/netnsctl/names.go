package main

import (
	"errors"
	"strconv"
	"strings"
	"syscall"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// add creates namespaces. It checks all names before it creates the first one. Where
// several names are given it goes on after a failure, and prints the created names.
func (u *ui) add(call compat.Call, c *cli.Context) error {
	names := unique(c.Args().Slice())
	for _, name := range names {
		if err := checkName(name); err != nil {
			return err
		}
		if call.Host.IsName(name) {
			return errors.New("the name " + quote(name) + " exists; nothing was done")
		}
	}
	add := func(name string) status { return status(call.Plain([]string{name}, false)) }
	if c.Bool("up") {
		add = func(name string) status { return u.addUp(call, name) }
	}
	failed := false
	for _, name := range names {
		switch s := add(name); {
		case len(names) == 1:
			return s.err()
		case s != 0:
			failed = true
		default:
			u.print("added " + quote(name) + "\n")
		}
	}
	return statusIf(failed, statusFailed)
}

// addUp creates a namespace whose lo is up.
func (u *ui) addUp(call compat.Call, name string) status {
	host := call.Host
	host.LoopbackUp = true
	host.LockedThread = !call.Batch // the next line must not run elsewhere
	if err := host.Add(name); err != nil {
		u.note("cannot add %s: %v", quote(name), err)
		u.explainLimit(host, err)
		return statusFailed
	}
	return 0
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

// namesOn are all names of a host. A missing run directory is an empty one.
func namesOn(host netnsctl.Host) ([]string, error) {
	names, err := host.Names()
	if errors.Is(err, syscall.ENOENT) {
		return nil, nil
	}
	return names, err
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
		return errors.New(quote(name) + " is not a name; nsids are set by name: attach one first")
	case isMissingNamespace(call.Host, name):
		return noNamespace(call.Host, name, "set")
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

// plain runs a command of iproute2 as iproute2 does.
func plain(call compat.Call, args []string) error { return status(call.Plain(args, false)).err() }

// attach gives a namespace a name.
func (u *ui) attach(call compat.Call, c *cli.Context) error {
	words := c.Args().Slice()
	name, what := words[0], words[1]
	if err := checkName(name); err != nil {
		return err
	}
	taken := call.Host.IsName(name)
	word := processWord(what)
	switch {
	case taken && c.Bool("replace"):
		return u.replace(call.Host, name, what)
	case taken:
		return adviceFor(call.Host, name).explain("attach", what).refusal()
	case isMissingNamespace(call.Host, word):
		if word != what || what == "0" {
			return errors.New("no process " + what + "; nothing was done")
		}
		return noNamespace(call.Host, what, "attach")
	case word != what && !leaderEnded(call.Host, strings.TrimPrefix(word, "pid:")):
		return plain(call, words)
	}
	return call.Host.AttachAny(name, word)
}

// processWord is "pid:N" for a word that attach reads as a PID, such as a name of
// digits, or the word itself.
func processWord(word string) string {
	if pid, err := strconv.ParseInt(word, 0, 32); err == nil && pid > 0 {
		return "pid:" + strconv.FormatInt(pid, 10)
	}
	return word
}

// replace attaches over a stale name. It checks everything that it can check before
// it deletes the stale name.
func (u *ui) replace(host netnsctl.Host, name, what string) error {
	word := processWord(what)
	if _, known := identity(host, word, nil); !known {
		_, err := host.Identity(word)
		if errors.Is(err, netnsctl.ErrNoAnswer) {
			return err
		}
		if err != nil && !isMissingNamespace(host, word) {
			return errors.New(quote(what) + " cannot be inspected: " + bare(err).Error() + "; nothing was done; " + remedy(nil))
		}
		return noNamespace(host, word, "attach")
	}
	snap, err := discover.Scan(host, discover.Options{Files: true})
	if err != nil {
		return err
	}
	advice := adviceIn(snap, name)
	snap.Close()
	if advice.name == nil || advice.name.Verdict != discover.Stale || advice.onFile != nil {
		e := advice.explain("attach", what)
		if e.fact == "" {
			e.fact = quote(name) + " has changed while it was inspected"
		}
		return e.refusal()
	}
	before, _ := host.TopLayer(name)
	if err := host.Replace(name, word); err != nil {
		u.note("cannot replace %s: %v", quote(name), err)
		u.explainFailure(host, name, err, before)
		return status(statusFailed)
	}
	return nil
}
