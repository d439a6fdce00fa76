package main

import (
	"errors"
	"slices"
	"syscall"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/compat/proc"
	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/kill"
)

// deleteOptions are the flags of delete.
type deleteOptions struct {
	dryRun, verbose, json, pretty bool
	yes                           bool // do not ask
	wait                          bool
	limit                         time.Duration      // of the wait; 0 for no limit
	before                        *discover.Snapshot // from before the deletion, where [deleteOptions.looks]
	goodbye                       *goodbye           // the wait; nil before it is prepared
	kill                          *killing           // nil: the processes inside are left alone
	stopped                       interruption
}

// looks reports whether the result says what still uses the namespaces.
func (o deleteOptions) looks() bool { return o.verbose || o.wait }

// plain reports whether a successful delete prints nothing, as in iproute2.
func (o deleteOptions) plain() bool { return !o.dryRun && !o.json && !o.looks() && o.kill == nil }

// deletion is a name to be deleted.
type deletion struct {
	word, name string
	// namespace is the namespace of the name, if it is known.
	namespace netnsctl.Tracked
	known     bool
	// file is the file of a name of which no namespace is known.
	file netnsctl.ID
	// checked: the user has not given the name itself, or was asked meanwhile. What is deleted is
	// compared with what it was once more, also where iproute2's message is wanted.
	checked bool
	// failed is the error of the deletion. unmounted says that it has unmounted the topmost layer
	// all the same, and below is the namespace to which the name leads then.
	failed    error
	unmounted bool
	below     netnsctl.ID
	// processes are those that --kill has sent a signal or left inside, left only the latter: the
	// name stays because of them.
	processes []jsonProcess
	left      []kill.Left
	// still is the namespace, if a scan after the deletion has found it. stage is how far the
	// namespace was when the wait ended, empty if there was no wait for it.
	still *discover.Namespace
	stage netnsctl.Stage
	// outcome is what the look before the deletion has found that it does.
	outcome outcome
}

func namesToDelete(all []deletion) (names []string) {
	for _, d := range all {
		names = append(names, d.name)
	}
	return names
}

// delete deletes names or, with --force-orphans, cleans up.
func (u *ui) delete(call compat.Call, c *cli.Context) error {
	o := deleteOptions{
		dryRun: c.Bool("dry-run"), verbose: c.Bool("verbose"), json: c.Bool("json"), pretty: call.Pretty,
		yes: c.Bool("yes"), wait: c.IsSet("wait"), limit: duration(c, "wait"), kill: killingOf(c),
	}
	if c.Bool("force-orphans") {
		o.json = o.json || call.JSON
		return u.deleteOrphans(call, c, o)
	}
	// A call of iproute2's prints nothing with the option -json either.
	if c.NArg() > 1 || !o.plain() {
		o.json = o.json || call.JSON
	}
	if pattern := patternOf(c); c.Bool("all") || pattern.given() {
		return u.deleteEvery(call, pattern, o)
	}
	return u.deleteNames(call, unique(c.Args().Slice()), o)
}

// deleteNames deletes names, or prints what it would delete. It checks all words
// before it deletes the first name.
func (u *ui) deleteNames(call compat.Call, words []string, o deleteOptions) error {
	if len(words) == 1 && o.plain() && call.Host.IsName(words[0]) {
		return plain(call, words)
	}
	if o.wait && !o.dryRun {
		o.goodbye = u.goodbye(call.Host, o.limit)
		defer o.goodbye.witness.Close()
	}
	all, err := deletions(call.Host, words, o)
	switch {
	case err != nil:
		return err
	case o.dryRun:
		return u.dryRun(call.Host, all, o)
	}
	return u.deleteAll(call, all, o)
}

// deleteAll deletes names one after the other, also after a failure, and prints each
// result. For a single name it prints iproute2's message.
func (u *ui) deleteAll(call compat.Call, all []deletion, o deleteOptions) error {
	single := func() bool {
		return len(all) == 1 && !all[0].checked && all[0].word == all[0].name && !o.json && o.kill == nil
	}
	if single() && o.plain() {
		return plain(call, []string{all[0].name})
	}
	if err := u.lookBefore(call, all, &o); err != nil {
		return err
	}
	if o.kill != nil {
		err := u.endInside(call.Host, all, &o)
		if err != nil || o.stopped.Interrupted {
			return u.notEnded(call.Host, all, o, err)
		}
		o.before = nil // what has ended is no holder any more
		if o.looks() {
			o.before, _ = scanBefore(call.Host, all, o)
		}
	}
	if o.wait {
		o.goodbye.before = o.before
	}
	ctx, release := proc.Interruptible()
	defer release()
	deleter := call.Host.NewDeleter()
	done := 0
	for ; done < len(all) && ctx.Err() == nil; done++ {
		d := &all[done]
		if d.failed != nil { // it stays because of --kill
			u.note("cannot delete %s: %v", quote(d.name), d.failed)
			continue
		}
		before, _ := call.Host.TopLayer(d.name)
		switch {
		case single():
			if s := call.Plain([]string{d.name}, false); s != 0 {
				u.printObstacle(call.Host)
				return status(s)
			}
		case d.known:
			d.failed = deleter.DeleteIf(d.name, d.namespace.Identity)
		default:
			d.failed = deleter.DeleteStale(d.name, d.file)
		}
		if d.failed != nil {
			u.note("cannot delete %s: %v", quote(d.name), bare(d.failed))
			u.explainFailure(call.Host, d.name, d.failed, before)
			d.uncovered(call.Host, before)
		}
		if d.failed == nil && !o.json && !o.looks() {
			u.print(escapeLines(append([]string{"deleted " + quote(d.name)}, d.outcome.endedLines(true)...)))
		}
	}
	deleter.Release() // its descriptors would keep the namespaces
	o.stopped = interruptionOf(ctx, len(all)-done, o.wait)
	release()
	return u.finish(call.Host, all[:done], o)
}

// notEnded is what is left to say where an error, or a signal, has ended --kill.
func (u *ui) notEnded(host netnsctl.Host, all []deletion, o deleteOptions, err error) error {
	if o.stopped.Interrupted {
		err = errors.New("interrupted")
	}
	all = slices.DeleteFunc(all, func(d deletion) bool { return len(d.processes) == 0 })
	for i := range all {
		all[i].failed = err
	}
	if o.stopped.Interrupted || len(all) > 0 {
		o.verbose, o.wait = false, false // nothing was deleted
		if ended := u.finish(host, all, o); o.stopped.Interrupted {
			return ended
		}
	}
	return err
}

// finish prints what became of the namespaces, and how many names are left after an interruption.
func (u *ui) finish(host netnsctl.Host, done []deletion, o deleteOptions) error {
	o.wait = o.wait && !o.stopped.Interrupted
	err := u.deleted(host, done, o)
	if o.stopped.NotDone > 0 && !o.json {
		u.note("interrupted, %s left: run it again to go on", plural(o.stopped.NotDone, "name is", "names are"))
	}
	return o.stopped.status(err)
}

// uncovered notes what a failed deletion has unmounted, as it does where the file is busy.
// before was the topmost layer.
func (d *deletion) uncovered(host netnsctl.Host, before netnsctl.Layer) {
	now, _ := host.TopLayer(d.name)
	d.unmounted = errors.Is(d.failed, syscall.EBUSY) && now != before
	if thing, err := discover.At(host, host.NamePath(d.name)); d.unmounted && err == nil && thing.Type == "net" {
		d.below = thing.ID
	}
}
