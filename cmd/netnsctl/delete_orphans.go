package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
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
	snap, err := discover.Scan(call.Host, o.scan(call.Host))
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
	ctx, release := proc.Interruptible()
	r.interruption = interruptionOf(ctx, plan.Apply(ctx, snap, r.step), o.wait)
	release()
	if o.wait && !r.Interrupted {
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
func (o cleanupOptions) scan(host netnsctl.Host) discover.Options {
	return discover.Options{Everything: len(o.Targets) > 0, Files: true, FarEnds: farEndsOf(host, o.Targets)}
}

// cleanup prints what a clean-up does.
type cleanup struct {
	*ui
	cleanupOptions
	interruption
	targets   bool // the call names some
	shown     bool // the plan, before the question
	plan      *clean.Plan
	snap      *discover.Snapshot
	results   []clean.Result
	goodbye   *goodbye          // nil without --wait
	released  int               // namespaces that were waited for
	left      []clean.Remaining // those that are not gone
	leftTexts []string
	onRecord  onRecord
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

// planText is the plan for people: one line for each entry or, grouped, for each reason.
func (r *cleanup) planText() string {
	var b strings.Builder
	if r.grouped && !r.verbose {
		for _, g := range stepGroups(r.plan.Steps) {
			b.WriteString("would " + g.text() + "\n")
		}
	} else {
		for _, step := range r.plan.Steps {
			b.WriteString("would " + string(step.Action) + " " + subject(step.Name, step.Namespace) + reason(step) + afterText(step) + "\n")
		}
	}
	b.WriteString(r.skippedLines("would skip "))
	if b.Len() == 0 && len(r.plan.Missing) == 0 {
		b.WriteString(r.nothingText())
	}
	return b.String()
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

// step prints the result of a step.
func (r *cleanup) step(result clean.Result) {
	r.results = append(r.results, result)
	r.onRecord.write(r.snap.Host, result)
	if r.json {
		return
	}
	what := subject(result.Step.Name, result.Step.Namespace)
	switch result.Outcome {
	case clean.Failed:
		text := explanation{fact: result.Err.Error()}
		if errors.Is(result.Err, clean.ErrLocked) {
			text.remedy = "run this again when the lock is free"
		}
		r.note("%s: %s", what, text)
	case clean.Changed:
		r.print("skipped " + what + ": " + escape(result.Detail) + "\n")
	case clean.Gone:
		r.print("gone " + what + "\n")
	case clean.Removed, clean.Released:
		if r.grouped && !r.verbose {
			return // finish tells of all together
		}
		fallthrough
	default:
		r.print(string(result.Outcome) + " " + what + reason(result.Step) + afterText(result.Step) + "\n")
	}
}

// finish prints what was skipped, and the numbers.
func (r *cleanup) finish() error {
	if err := r.onRecord.close(); err != nil {
		r.note("%v", err)
	}
	if r.json {
		r.printJSON(r.document(false), r.pretty)
		return r.status()
	}
	if !r.shown {
		if r.grouped && !r.verbose {
			for _, g := range resultGroups(r.results) {
				r.print(g.text() + "\n")
			}
		}
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
	if text := r.nothingText(); text != "" && len(r.plan.Steps)+len(r.plan.Skipped) == 0 {
		r.print(text)
	} else {
		r.print(sum + r.interruption.text() + "\n")
	}
	return r.status()
}

func (r *cleanup) document(dryRun bool) clean.Report {
	d := clean.Report{DryRun: dryRun, Steps: r.results, Skipped: r.plan.Skipped, Missing: r.plan.Missing}
	d.Interrupted, d.NotDone = r.Interrupted, r.NotDone
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

// skippedLines is what the plan skips: one line for each entry or, where they are many, for each
// kind of reason.
func (r *cleanup) skippedLines(word string) string {
	var b strings.Builder
	for _, all := range bySkipKind(r.plan.Skipped) {
		if r.grouped && !r.verbose && len(all) > fewMembers {
			b.WriteString(word + skippedGroup(all) + "\n")
			continue
		}
		for _, s := range all {
			b.WriteString(word + subject(s.Name, s.Namespace) + ": " + escape(skippedText(s, r.command)) + "\n")
		}
	}
	return b.String()
}

// printMissing prints the targets that stand for nothing.
func (r *cleanup) printMissing() {
	for _, target := range r.plan.Missing {
		r.note("%s", r.missingText(target))
	}
}

// missingText says why a clean-up cannot take a target.
func (r *cleanup) missingText(target string) string {
	if r.grouped && strings.ContainsAny(target, "*?[") && !r.snap.Host.IsName(target) && !r.snap.Host.Resolves(target) {
		return noNamespaceText(r.snap, target) + "; to select by a pattern: " + shellCommand(r.command+" --match", target)
	}
	if text := adviceIn(r.snap, target).explain("delete").String(); text != "" {
		return text
	}
	return noNamespaceText(r.snap, target)
}

func (r *cleanup) status() error {
	switch {
	case r.Interrupted:
		return r.interruption.status(nil)
	case len(r.plan.Missing)+r.count(clean.Failed) > 0, slices.ContainsFunc(r.left, unproven):
		return status(statusFailed)
	case len(r.left)+r.count(clean.Changed) > 0, slices.ContainsFunc(r.plan.Skipped, r.isLeftOver), slices.ContainsFunc(r.results, holdsOn):
		return status(statusFound)
	}
	return nil
}

// isLeftOver reports whether what is skipped should be looked at: a wired or an idle namespace that
// the plan does not take is needed, and no leftover, unless it is a target.
func (r *cleanup) isLeftOver(s clean.Skipped) bool {
	return r.targets || s.Namespace == nil || s.Namespace.Verdict != discover.Wired && s.Namespace.Verdict != discover.Idle
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
		if t := result.Tracked; t != nil && !holdsOn(result) && !slices.Contains(released, *t) {
			released = append(released, *t)
		}
	}
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

// skippedText says why an entry is skipped, and with which command it is not.
func skippedText(s clean.Skipped, command string) string {
	text := s.Why
	if s.Gap != nil {
		text += ": " + gapText(*s.Gap)
	}
	return explanation{text, skippedRemedy(s, command)}.String()
}

// skippedRemedy is what has to come first, and the command that removes or releases the thing
// anyway; empty if there is nothing.
func skippedRemedy(s clean.Skipped, command string) string {
	var words []string
	switch {
	case s.Cover != "":
		words = append(words, "to uncover it: "+shellCommand("umount", s.Cover))
	case s.Unmount != "":
		words = append(words, "to unmount that: "+shellCommand("umount", s.Unmount))
	}
	switch {
	case s.IfNamed && s.Name != nil:
		words = append(words, "to remove it anyway: "+shellCommand(command, s.Name.Name))
	case s.IfNamed:
		words = append(words, "to release it anyway: "+shellCommand(command, s.Namespace.String()))
	case s.Other != "":
		words = append(words, "to release that first: "+shellCommand(command, s.Other))
	case s.Gap != nil && s.Gap.RefusedToAll:
		words = append(words, copyAdvice)
	case s.Holder != nil && s.Holder.PID == 1:
		// The machine ends with process 1, which may keep it for a service (FileDescriptorStore= of
		// systemd.service(5)).
	case s.Holder != nil && s.Gap != nil && s.Gap.MorePIDs > 0:
		words = append(words, "end these processes first")
	case s.Holder != nil:
		words = append(words, "end that process first")
	}
	return strings.Join(words, "; ")
}

// afterText says what a step leaves, deletes and uncovers elsewhere, in words for the plan and
// for the result.
func afterText(step clean.Step) (text string) {
	if len(step.Left) > 0 {
		text = "; it is still held by " + escape(step.Left[0].String())
	}
	if others := len(step.Left) - 1; others > 0 {
		text += fmt.Sprintf(" and %d more", others)
	}
	if len(step.AlsoDeleted) > 0 {
		text += "; " + escape(farEndsText(step.AlsoDeleted))
	}
	for _, u := range step.Uncovers {
		what := escape(u.Path)
		if step.Name != nil {
			what = quote(step.Name.Name)
		}
		if u.MountNamespace != 0 {
			what += fmt.Sprintf(" in mnt:[%d]", u.MountNamespace)
		}
		text += "; " + what + " then leads to " + u.ID.String() + ", which was covered"
	}
	return text
}

// farEndsOf selects the namespaces of names, and of their paths.
func farEndsOf(host netnsctl.Host, words []string) func(*discover.Namespace) bool {
	return func(ns *discover.Namespace) bool {
		return slices.ContainsFunc(ns.Names, func(name string) bool {
			return slices.Contains(words, name) || slices.Contains(words, host.NamePath(name))
		})
	}
}

// farEndsText says which devices go with a namespace, in words for the plan and for the result.
func farEndsText(ends []discover.FarEnd) string {
	var words []string
	for _, e := range ends[:min(len(ends), fewKeepers)] {
		words = append(words, e.String())
	}
	if more := len(ends) - len(words); more > 0 {
		words = append(words, strconv.Itoa(more)+" more")
	}
	if len(words) == 1 {
		return words[0] + " is deleted with it"
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last] + " are deleted with it"
}

// subject is the name or the ID of a step or a skipped entry.
func subject(n *discover.Name, ns *discover.Namespace) string {
	if n != nil {
		return quote(n.Name)
	}
	return ns.String()
}

// reason is the reason of a step.
func reason(step clean.Step) string {
	if step.Action == clean.Remove {
		if step.Name.Cause == "" {
			return " (" + string(step.Name.Verdict) + ")"
		}
		return " (" + escape(step.Reason()) + ")"
	}
	var mounts []string
	more := 0
	for _, pin := range step.Namespace.Pins {
		if pin.Kind != discover.MountPin {
			continue
		}
		if len(mounts) < maxMounts {
			mounts = append(mounts, escape(pin.String()))
		} else {
			more++
		}
	}
	if more > 0 {
		mounts = append(mounts, "and "+plural(more, "more mount", "more mounts"))
	}
	return " (" + strings.Join(mounts, "; ") + ")"
}

// maxMounts is how many mounts of a namespace are told: a user may have thousands.
const maxMounts = 10
