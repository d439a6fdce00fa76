package main

import (
	"errors"
	"slices"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/compat/proc"
	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/clean"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// cleanupOptions are the flags of prune, and of delete --force-orphans.
type cleanupOptions struct {
	deleteOptions
	clean.Request
	command string // as remedies write it
	// grouped prints one line for all that have the same reason. asks shows the plan and asks,
	// where a person can answer.
	grouped, asks bool
}

// forceOrphans is the command of a clean-up that other commands advise.
func forceOrphans(host netnsctl.Host) string { return ourselves(host) + " delete --force-orphans" }

// inGroups reports whether one line stands for all that have the same reason.
func (o cleanupOptions) inGroups() bool { return o.grouped && !o.verbose }

// deleteOrphans is delete --force-orphans.
func (u *ui) deleteOrphans(call compat.Call, c *cli.Context, o deleteOptions) error {
	return u.cleanUp(call, cleanupOptions{
		deleteOptions: o, command: forceOrphans(call.Host),
		Request: clean.Request{Targets: c.Args().Slice(), MinAge: minAge(c, "min-age")},
	})
}

// minAge is the value of a flag. Its default is not for a target that the user has named.
func minAge(c *cli.Context, name string) time.Duration {
	if c.NArg() > 0 && !c.IsSet(name) {
		return 0
	}
	return duration(c, name)
}

// cleanUp plans, and does what was planned.
func (u *ui) cleanUp(call compat.Call, o cleanupOptions) error {
	r := &cleanup{ui: u, cleanupOptions: o}
	if err := r.makePlan(call.Host); err != nil {
		return err
	}
	defer r.snap.Close()
	if !r.json {
		u.gaps(r.snap.Gaps, o.verbose)
	}
	switch {
	case o.dryRun:
		return r.printPlan()
	case len(r.plan.Missing) > 0:
		return r.refuse()
	case o.asks && !r.ask():
		u.note("nothing was done")
		return status(statusFailed)
	case r.agreed && len(r.plan.Steps) > 0:
		if err := r.planAgain(call.Host); err != nil {
			return err
		}
		defer r.snap.Close()
	}
	if o.wait {
		r.goodbye = u.goodbye(call.Host, o.limit)
		defer r.goodbye.witness.Close()
	}
	r.plan.Witness = r.goodbye.tracks()
	r.watch()
	ctx, release := proc.Interruptible()
	r.stopped = interruptionOf(ctx, r.plan.Apply(ctx, r.snap, r.step), o.wait)
	release()
	r.progress.erase()
	r.printDone()
	var err error
	if o.wait && !r.stopped.Interrupted {
		r.snap.Close() // its descriptors would keep the namespaces
		r.goodbye.before = r.snap
		err = r.wait()
	}
	// The clean-up is reported also where the wait failed.
	if result := r.finish(); err == nil {
		return result
	}
	return err
}

// makePlan scans the host and plans.
func (r *cleanup) makePlan(host netnsctl.Host) (err error) {
	if r.snap, err = discover.Scan(host, r.scan(host)); err != nil {
		return err
	}
	if r.MinAge > 0 {
		if err := (dating{keep: !r.deleteOptions.dryRun, certain: true}).date(r.snap); err != nil {
			r.note("unknown ages count as young, as their state cannot be kept: %v", err)
		}
	}
	r.plan, err = clean.Make(r.snap, r.Request)
	if err != nil {
		r.snap.Close()
	}
	if wrong, ok := errors.AsType[*clean.PatternError](err); ok {
		return usageError{wrong}
	}
	if gaps, ok := errors.AsType[*clean.GapError](err); ok {
		return errors.New("refusing to clean up: " + criticalGaps(gaps.Gaps))
	}
	return err
}

// planAgain plans what the user has agreed to again: while the question waited, something may have
// come into use. What must not be done any more is printed.
func (r *cleanup) planAgain(host netnsctl.Host) error {
	before, agreed := r.snap, r.plan
	r.Shown = agreed
	err := r.makePlan(host)
	before.Close() // its descriptors would keep the namespaces
	if err != nil {
		return err
	}
	r.plan.Missing = nil // what is gone meanwhile
	known := map[string]bool{}
	for _, s := range r.plan.Steps {
		known[subject(s.Name, s.Namespace)] = true
	}
	for _, s := range r.plan.Skipped {
		known[subject(s.Name, s.Namespace)] = true
	}
	for _, s := range agreed.Steps {
		if !known[subject(s.Name, s.Namespace)] {
			r.plan.Skipped = append(r.plan.Skipped, clean.Skipped{Name: s.Name, Namespace: s.Namespace, Why: r.becameText(s), Kind: clean.InUse})
		}
	}
	if !r.json {
		r.print(r.skippedLines("skipped "))
	}
	r.plan.Skipped = slices.Concat(agreed.Skipped, r.plan.Skipped)
	return nil
}

// becameText says what has become of the subject of a step since the plan was shown.
func (r *cleanup) becameText(step clean.Step) string {
	var verdict discover.Verdict
	if step.Name != nil {
		if n := nameIn(r.snap, step.Name.Name); n != nil {
			verdict = n.Verdict
		}
	} else if ns := withIdentity(r.snap, step.Namespace.Identity); ns != nil {
		verdict = ns.Verdict
	}
	switch verdict {
	case "":
		return "it is gone by now"
	case discover.InUse:
		return "it is in use by now"
	}
	return "it is another one by now"
}

// scan is what the plan needs.
func (o cleanupOptions) scan(host netnsctl.Host) discover.Options {
	// The path of a mount stands for nothing else, and the directories of runtimes are many.
	mayBeDead := func(target string) bool {
		if !isPath(target) {
			return false
		}
		thing, err := discover.At(host, target)
		return err != nil || thing.Type == ""
	}
	return discover.Options{
		Everything: len(o.Targets) > 0, Files: true, LeftOvers: true, FarEnds: farEndsOf(o.Targets),
		AllDirectories: slices.ContainsFunc(o.Targets, mayBeDead), Evidence: o.Idle && len(o.Targets) == 0,
	}
}

// cleanup prints what a clean-up does.
type cleanup struct {
	*ui
	cleanupOptions
	agreed    bool // the user, to the plan that was shown
	brief     bool // removals and releases are not printed one by one, but in groups
	plan      *clean.Plan
	snap      *discover.Snapshot
	results   []clean.Result
	goodbye   *goodbye          // nil without --wait
	released  int               // namespaces that were waited for
	left      []clean.Remaining // those that are not gone
	leftTexts []string
	onRecord  onRecord
	progress  *progress
}

// printPlan is the dry run.
func (r *cleanup) printPlan() error {
	if r.json {
		for _, step := range r.plan.Steps {
			r.results = append(r.results, clean.Result{Step: step})
		}
		r.printJSON(r.document(true), r.pretty)
		return r.status()
	}
	r.print(r.planText())
	r.printMissing()
	if r.verbose {
		for _, line := range r.snap.Unmatched() {
			r.note("%s: matches nothing at present", line)
		}
	}
	return r.status()
}

// refuse does nothing, because targets are missing.
func (r *cleanup) refuse() error {
	r.plan.Steps = nil
	if r.json {
		return r.finish()
	}
	for _, target := range r.plan.Missing {
		r.note("%s; nothing was done", r.missingText(target))
	}
	return status(statusFailed)
}
