package main

import (
	"fmt"
	"slices"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/clean"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// finish prints what was skipped, and the numbers.
func (r *cleanup) finish() error {
	if err := r.onRecord.close(); err != nil {
		r.note("%v", err)
	}
	if r.json {
		r.printJSON(r.document(false), r.pretty)
		return r.status()
	}
	if !r.agreed {
		r.print(r.skippedLines("skipped "))
	}
	r.printMissing()
	for _, text := range r.leftTexts {
		r.print("not gone: " + escape(text) + " (waited " + waitedText(r.goodbye.took) + ")\n")
	}
	if n := countIf(r.left, unproven); n > 0 {
		r.note("no scan finds %s any more; whether they are gone cannot be told: %s",
			plural(n, "released namespace", "released namespaces"), r.goodbye.unproven)
	}
	sum := fmt.Sprintf("%d removed, %d released, %d skipped", r.count(clean.Removed), r.count(clean.Released),
		r.count(clean.Changed)+len(r.plan.Skipped))
	if n := r.count(clean.Failed); n > 0 {
		sum += fmt.Sprintf(", %d failed", n)
	}
	if gone := r.released - len(r.left); gone > 0 {
		sum += "; " + plural(gone, "namespace is", "namespaces are") + " gone"
	}
	nothing := r.nothingText()
	switch {
	case nothing == "" || len(r.plan.Steps)+len(r.plan.Skipped) > 0:
		r.print(sum + r.stopped.text() + "\n")
	case !r.agreed:
		r.print(nothing)
	}
	if !r.agreed {
		r.print(r.leftOutText())
	}
	return r.status()
}

func (r *cleanup) document(dryRun bool) clean.Report {
	d := clean.Report{DryRun: dryRun, Steps: r.results, Skipped: r.plan.Skipped, Missing: r.plan.Missing}
	d.Interrupted, d.NotDone = r.stopped.Interrupted, r.stopped.NotDone
	for _, l := range r.left {
		d.Left = append(d.Left, l.ID)
	}
	d.Remaining = r.left
	return d
}

// count is the number of steps with an outcome.
func (r *cleanup) count(outcome clean.Outcome) int {
	return countIf(r.results, func(result clean.Result) bool { return result.Outcome == outcome })
}

func (r *cleanup) status() error {
	switch {
	case r.stopped.Interrupted:
		return r.stopped.status(nil)
	case len(r.plan.Missing)+r.count(clean.Failed) > 0, slices.ContainsFunc(r.left, unproven):
		return status(statusFailed)
	case len(r.left)+r.count(clean.Changed) > 0, slices.ContainsFunc(r.plan.Skipped, r.isLeftOver), slices.ContainsFunc(r.results, holdsOn):
		return status(statusFound)
	}
	return nil
}

// isLeftOver reports whether what is skipped should be looked at: a wired or an idle namespace that
// the plan does not take is needed, and no leftover, nor is what a keep file wants, unless it is a
// target.
func (r *cleanup) isLeftOver(s clean.Skipped) bool {
	return len(r.Targets) > 0 || s.WantedBy == "" && (s.Namespace == nil || s.Namespace.Seen() != discover.Wired && s.Namespace.Seen() != discover.Idle)
}

// holdsOn reports whether a step leaves its namespace to processes that hold it.
func holdsOn(result clean.Result) bool { return len(result.Step.Left) > 0 }

// unproven reports whether nothing is known of a namespace.
func unproven(l clean.Remaining) bool { return l.Stage == netnsctl.StageUnknown }

// wait waits for the released namespaces that nobody is known to hold, and looks who holds those
// that are left.
func (r *cleanup) wait() error {
	var released []netnsctl.Tracked
	for _, result := range r.results {
		if t := result.Tracked; t != nil && !holdsOn(result) {
			released = append(released, *t)
		}
	}
	released = unique(released)
	left, err := r.goodbye.wait(released)
	if err != nil {
		return err
	}
	if r.released = len(released); len(left) == 0 {
		return nil
	}
	snap := &discover.Snapshot{}
	// Where nothing is proven, a scan was the last thing that the wait did.
	if slices.ContainsFunc(left, func(l clean.Left) bool { return l.Stage != netnsctl.StageUnknown }) {
		if snap, err = discover.Scan(r.goodbye.host, discover.Options{Everything: true, Before: r.snap}); err != nil {
			return err
		}
		defer snap.Close()
	}
	for _, l := range left {
		remaining := clean.Remaining{ID: l.ID, Stage: l.Stage}
		if ns := withIdentity(snap, l.Identity); ns != nil && l.Stage != netnsctl.StageUnpinned {
			remaining.Stage, remaining.Pins = netnsctl.StagePinned, withCommands(snap.Host, ns.Pins)
		}
		r.left = append(r.left, remaining)
		if !unproven(remaining) {
			text, _ := r.goodbye.leftText(snap, l)
			r.leftTexts = append(r.leftTexts, text)
		}
	}
	return nil
}
