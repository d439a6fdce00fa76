package main

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"syscall"

	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// deleteOptions are the flags of delete, but those of a clean-up.
type deleteOptions struct {
	dryRun, verbose, json, pretty bool
	yes                           bool // do not ask
	wait                          *waitFlag
}

// looks tells whether it is wanted what keeps a namespace without its name.
func (o deleteOptions) looks() bool { return o.verbose || o.wait.set }

// plain tells whether the result is not said, as by iproute2.
func (o deleteOptions) plain() bool { return !o.dryRun && !o.json && !o.looks() }

// deletion is one name that is to be deleted.
type deletion struct {
	word, name string
	// ghost is the namespace that the name leads to, if known.
	ghost discover.Ghost
	known bool
	// failed is why it was not deleted, nil if it was.
	failed error
}

// deleteNames deletes names, or says what would be deleted. All words are checked
// before the first name is touched.
func (u *ui) deleteNames(call compat.Call, words []string, o deleteOptions) error {
	if len(words) == 1 && o.plain() && call.Host.IsName(words[0]) {
		return plain(call, words)
	}
	all, problem := u.deletions(call.Host, words)
	if problem.what != "" {
		u.note("%s", problem)
		return status(statusFailed)
	}
	if o.dryRun {
		return u.dryRun(call.Host, all, o)
	}
	return u.deleteAll(call, all, o)
}

// problem is why nothing was done.
type problem struct {
	what, remedy string
}

func (p problem) String() string {
	text := p.what + "; nothing was done"
	if p.remedy != "" {
		text += "; " + p.remedy
	}
	return text
}

// deletions checks words: each is a name, or stands for a namespace with exactly
// one name. A name that is given twice counts once.
func (u *ui) deletions(host netnsctl.Host, words []string) (all []deletion, p problem) {
	for _, word := range words {
		d, p := u.deletion(host, word)
		if p.what != "" {
			return nil, p
		}
		if !slices.ContainsFunc(all, func(other deletion) bool { return other.name == d.name }) {
			all = append(all, d)
		}
	}
	return all, problem{}
}

// deletion checks one word.
func (u *ui) deletion(host netnsctl.Host, word string) (d deletion, p problem) {
	if dir, name := path.Split(path.Clean(word)); path.Clean(dir) == host.Dir() && host.IsName(name) {
		word = name
	}
	d = deletion{word: word, name: word}
	d.ghost, d.known = identity(host, word)
	if host.IsName(word) {
		return d, p
	}
	if d.known {
		names, err := namesOf(host, d.ghost)
		if err != nil {
			return d, problem{what: err.Error()}
		}
		if len(names) == 1 && !isOwn(host, d.ghost.ID) {
			d.name = names[0]
			return d, p
		}
	}
	snap, err := discover.Scan(host, discover.Options{Everything: true, Files: true})
	if err != nil {
		return d, problem{what: err.Error()}
	}
	defer snap.Close()
	advice := u.whatIs(snap, word)
	if advice.name == nil {
		p.what, p.remedy = advice.parts("delete")
	}
	switch {
	case p.what != "":
	case advice.own:
		p.what = advice.label() + " is " + ownText(advice.ns) + ", which is never deleted"
	case advice.name != nil:
		p.what = quote(word) + " has changed while it was inspected"
	default:
		p.what = noNamespaceText(snap, word)
	}
	return d, p
}

// isOwn tells of the namespace of pid 1 and of our own.
func isOwn(host netnsctl.Host, id netnsctl.ID) bool {
	return slices.ContainsFunc([]string{"1", "self"}, func(pid string) bool {
		own, err := host.IDOfPID(pid)
		return err == nil && own == id
	})
}

// deleteAll deletes names one after the other, also after one that cannot be
// deleted. Each result is said, but that of the only name in the words of iproute2.
func (u *ui) deleteAll(call compat.Call, all []deletion, o deleteOptions) error {
	if len(all) == 1 && o.plain() && all[0].word == all[0].name {
		return plain(call, []string{all[0].name})
	}
	deleter := call.Host.NewDeleter()
	for i := range all {
		d := &all[i]
		before, mounted := call.Host.TopLayer(d.name)
		switch {
		case d.word != d.name && !stillIs(call.Host, *d):
			d.failed = errChanged
		case len(all) == 1 && d.word == d.name && !o.json:
			if s := call.Plain([]string{d.name}, false); s != 0 {
				u.afterFailure(call.Host, d.name, before, false) // that it is busy has been said
				return status(s)
			}
		default:
			d.failed = deleter.Delete(d.name)
		}
		if d.failed != nil {
			u.note("cannot delete %s: %v", quote(d.name), bare(d.failed))
			u.afterFailure(call.Host, d.name, before, mounted)
		}
		if d.failed == nil && !o.json && !o.looks() {
			u.print("deleted " + quote(d.name) + "\n")
		}
	}
	deleter.Release() // or this process would be the one that keeps them
	return u.deleted(call.Host, all, o)
}

var errChanged = errors.New("its name leads to another namespace now")

func stillIs(host netnsctl.Host, d deletion) bool {
	now, known := identity(host, d.name)
	return known && now == d.ghost
}

// namesOf are the names of a namespace, and of none that has its number now.
func namesOf(host netnsctl.Host, ghost discover.Ghost) ([]string, error) {
	names, err := host.NamesOf(ghost.ID)
	if errors.Is(err, syscall.ENOENT) {
		err = nil
	}
	return slices.DeleteFunc(names, func(name string) bool {
		is, known := identity(host, name)
		return !known || is != ghost
	}), err
}

// identity is the namespace of a name.
func identity(host netnsctl.Host, name string) (ghost discover.Ghost, known bool) {
	if host.IsName(name) {
		// A device or the like must not be opened.
		if thing, err := discover.At(host.NamePath(name)); err != nil || thing.Type != "net" {
			return ghost, false
		}
	} else if !host.Resolves(name) {
		return ghost, false // as a file it could lead out of the run directory
	}
	id, cookie, err := host.Identity(name)
	if err != nil {
		return ghost, false
	}
	return discover.NewGhost(id, cookie), true
}

// deleteEvery is delete of all names there are.
func (u *ui) deleteEvery(call compat.Call, o deleteOptions) error {
	names, err := call.Host.Names()
	if err != nil && !errors.Is(err, syscall.ENOENT) {
		if call.All && o.plain() {
			return plain(call, nil) // which says so
		}
		return err
	}
	asks := !o.dryRun && !o.yes && !call.Batch && len(names) > 0 && u.onTerminal()
	if asks && !u.confirm("delete "+everyName(len(names))+"?") {
		u.note("nothing was done")
		return status(statusFailed)
	}
	if call.All && !asks && o.plain() {
		return plain(call, nil) // as iproute2: silently, up to the first failure
	}
	slices.Sort(names)
	all := make([]deletion, len(names))
	for i, name := range names {
		all[i] = deletion{word: name, name: name}
		if o.looks() || o.json {
			all[i].ghost, all[i].known = identity(call.Host, name)
		}
	}
	if o.dryRun {
		return u.dryRun(call.Host, all, o)
	}
	return u.deleteAll(call, all, o)
}

func everyName(n int) string {
	if n == 1 {
		return "the only name"
	}
	return fmt.Sprintf("all %d names", n)
}
