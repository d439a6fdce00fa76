package main

import (
	"errors"
	"slices"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/compat/proc"
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

// deleteOrphans is delete --force-orphans.
func (u *ui) deleteOrphans(call compat.Call, c *cli.Context, o deleteOptions) error {
	return u.cleanUp(call, cleanupOptions{
		deleteOptions: o, command: "netnsctl delete --force-orphans",
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
	targets := len(o.Targets) > 0
	snap, err := discover.Scan(call.Host, o.scan())
	if err != nil {
		return err
	}
	defer snap.Close()
	if o.MinAge > 0 {
		if err := (dating{keep: !o.dryRun, certain: true}).date(snap); err != nil {
			u.note("unknown ages count as young, as their state cannot be kept: %v", err)
		}
	}
	plan, err := clean.Make(snap, o.Request)
	if wrong, ok := errors.AsType[*clean.PatternError](err); ok {
		return usageError{wrong}
	}
	if gaps, ok := errors.AsType[*clean.GapError](err); ok {
		return errors.New("refusing to clean up: " + criticalGaps(gaps.Gaps))
	}
	if err != nil {
		return err
	}
	r := &cleanup{ui: u, cleanupOptions: o, targets: targets, plan: plan, snap: snap}
	if !r.json {
		u.gaps(snap.Gaps, o.verbose)
	}
	switch {
	case o.dryRun:
		return r.dryRun()
	case len(plan.Missing) > 0:
		return r.refuse()
	case o.asks && !r.agreed():
		u.note("nothing was done")
		return status(statusFailed)
	}
	if o.wait {
		r.goodbye = u.goodbye(call.Host, o.limit)
		defer r.goodbye.witness.Close()
	}
	plan.Witness = r.goodbye.tracks()
	r.watch()
	ctx, release := proc.Interruptible()
	r.stopped = interruptionOf(ctx, plan.Apply(ctx, snap, r.step), o.wait)
	release()
	r.progress.erase()
	r.printDone()
	if o.wait && !r.stopped.Interrupted {
		snap.Close() // its descriptors would keep the namespaces
		r.goodbye.before = snap
		err = r.wait()
	}
	// The clean-up is reported also where the wait failed.
	if result := r.finish(); err == nil {
		return result
	}
	return err
}

// scan is what the plan needs.
func (o cleanupOptions) scan() discover.Options {
	return discover.Options{
		Everything: len(o.Targets) > 0, Files: true, LeftOvers: true, FarEnds: farEndsOf(o.Targets),
		AllDirectories: slices.ContainsFunc(o.Targets, isPath), Evidence: o.Idle && len(o.Targets) == 0,
	}
}

// cleanup prints what a clean-up does.
type cleanup struct {
	*ui
	cleanupOptions
	targets   bool // the call names some
	shown     bool // the plan, before the question
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

// dryRun prints the plan.
func (r *cleanup) dryRun() error {
	if r.json {
		for _, step := range r.plan.Steps {
			r.results = append(r.results, clean.Result{Step: step})
		}
		r.printJSON(r.document(true), r.pretty)
		return r.status()
	}
	r.print(r.planText())
	r.printMissing()
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
