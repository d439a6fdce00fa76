package main

import (
	"strconv"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

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
		if _, _, err := host.Identity(word); err != nil && !isMissingNamespace(host, word) {
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
