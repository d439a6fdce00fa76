package main

import (
	"errors"
	"fmt"
	"os"
	"path"
	"slices"
	"syscall"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/cmd/netnsctl/internal/term"
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

// looks reports whether the caller asked what still uses the namespace.
func (o deleteOptions) looks() bool { return o.verbose || o.wait.set }

// plain reports whether a successful delete prints nothing, as in iproute2.
func (o deleteOptions) plain() bool { return !o.dryRun && !o.json && !o.looks() }

// deletion is one name that is to be deleted.
type deletion struct {
	word, name string
	// namespace is the namespace that the name leads to, if known.
	namespace netnsctl.Tracked
	known     bool
	// checked says that the name was not the user's last word: it is compared with
	// the namespace again before it is deleted.
	checked bool
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
		return refusal{problem.String()}
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
		if len(words) > 1 && isDirectory(host.NamePath(d.name)) {
			return nil, problem{what: quote(d.name) + " is a directory, which cannot be deleted"}
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
	d.namespace, d.known = identity(host, word)
	if host.IsName(word) {
		return d, p
	}
	if d.known {
		names, err := namesOf(host, d.namespace)
		if err != nil {
			return d, problem{what: err.Error()}
		}
		if files := withoutLinks(host, names); len(files) > 0 {
			names = files
		}
		if len(names) == 1 && !isOwn(host, d.namespace.ID) {
			d.name, d.checked = names[0], true
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

func isDirectory(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.IsDir()
}

// isOwn tells of the namespace of pid 1 and of our own.
func isOwn(host netnsctl.Host, id netnsctl.ID) bool {
	return slices.ContainsFunc([]string{"1", "self"}, func(pid string) bool {
		own, err := host.IDOfPID(pid)
		return err == nil && own == id
	})
}

// deleteAll deletes names one after the other, also after one that cannot be
// deleted. It prints each result; for a single name, iproute2's message.
func (u *ui) deleteAll(call compat.Call, all []deletion, o deleteOptions) error {
	if len(all) == 1 && o.plain() && !all[0].checked && all[0].word == all[0].name {
		return plain(call, []string{all[0].name})
	}
	deleter := call.Host.NewDeleter()
	for i := range all {
		d := &all[i]
		before, mounted := call.Host.TopLayer(d.name)
		switch {
		case d.checked && d.known:
			d.failed = deleter.DeleteIf(d.name, d.namespace.Identity)
		case len(all) == 1 && d.word == d.name && !d.checked && !o.json:
			if s := call.Plain([]string{d.name}, false); s != 0 {
				u.sayObstacle(call.Host) // why it is busy has been said
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

// namesOf gives the names of the namespace; the cookie rules out a later one with
// the same number.
func namesOf(host netnsctl.Host, namespace netnsctl.Tracked) ([]string, error) {
	names, err := host.NamesOf(namespace.ID)
	if errors.Is(err, syscall.ENOENT) {
		err = nil
	}
	return slices.DeleteFunc(names, func(name string) bool {
		is, known := identity(host, name)
		same, _ := is.Same(namespace.Identity)
		return !known || !same
	}), err
}

// withoutLinks leaves out names that are symbolic links: they lead to a namespace and
// do not keep it.
func withoutLinks(host netnsctl.Host, names []string) (files []string) {
	for _, name := range names {
		if info, err := os.Lstat(host.NamePath(name)); err != nil || info.Mode()&os.ModeSymlink == 0 {
			files = append(files, name)
		}
	}
	return files
}

// identity is the namespace of a name.
func identity(host netnsctl.Host, name string) (namespace netnsctl.Tracked, known bool) {
	if host.IsName(name) {
		// A device or the like must not be opened.
		if thing, err := discover.At(host.NamePath(name)); err != nil || thing.Type != "net" {
			return namespace, false
		}
	} else if !host.Resolves(name) {
		return namespace, false // as a file it could lead out of the run directory
	}
	id, err := host.Identity(name)
	if err != nil {
		return namespace, false
	}
	return netnsctl.Track(id), true
}

// deleteEvery is delete of all names there are.
func (u *ui) deleteEvery(call compat.Call, o deleteOptions) error {
	names, err := namesOn(call.Host)
	if err != nil {
		if call.All && o.plain() {
			return plain(call, nil) // which says so
		}
		return err
	}
	asks := !o.dryRun && !o.yes && !call.Batch && len(names) > 0 && u.onTerminal()
	if call.All && !asks && o.plain() {
		return plain(call, nil) // as iproute2: silently, up to the first failure
	}
	slices.SortFunc(names, term.Natural)
	all := make([]deletion, len(names))
	for i, name := range names {
		all[i] = deletion{word: name, name: name, checked: asks}
		all[i].namespace, all[i].known = identity(call.Host, name)
	}
	if asks && !u.confirm("delete "+everyName(names)+"?") {
		u.note("nothing was done")
		return status(statusFailed)
	}
	if o.dryRun {
		return u.dryRun(call.Host, all, o)
	}
	return u.deleteAll(call, all, o)
}

func everyName(names []string) string {
	if len(names) == 1 {
		return quote(names[0]) + ", the only name"
	}
	return fmt.Sprintf("all %d names", len(names))
}

// delete deletes names, or cleans up with --force-orphans.
func (u *ui) delete(call compat.Call, c *cli.Context) error {
	switch {
	case c.Bool("force-orphans"):
		return u.cleanUp(call, c, waitOf(c))
	}
	o := deleteOptions{
		dryRun: c.Bool("dry-run"), verbose: c.Bool("verbose"), json: c.Bool("json"), pretty: call.Pretty,
		yes: c.Bool("yes"), wait: waitOf(c),
	}
	// iproute2's own calls print nothing with the option -json either.
	if c.NArg() > 1 || !o.plain() {
		o.json = o.json || call.JSON
	}
	if c.Bool("all") {
		return u.deleteEvery(call, o)
	}
	return u.deleteNames(call, unique(c.Args().Slice()), o)
}

// waitFlag is --wait[=SEC]: seconds, or a duration such as 1m30s.
type waitFlag struct {
	set   bool
	limit time.Duration // 0 for none
}

// waitOf reads the flag --wait.
func waitOf(c *cli.Context) *waitFlag {
	limit, _ := parseDuration(c.String("wait")) // no value is no limit
	return &waitFlag{c.IsSet("wait"), limit}
}
