package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/clean"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// cleanUp is delete --force-orphans.
func (u *ui) cleanUp(call compat.Call, c *cli.Context, wait *waitFlag) error {
	minAge, err := parseDuration(c.String("min-age"))
	if err != nil {
		return usageError{err}
	}
	targets := c.Args().Slice()
	if len(targets) > 0 && !c.IsSet("min-age") {
		minAge = 0 // a target that is named is not subject to a grace that was not given
	}
	snap, err := discover.Scan(call.Host, discover.Options{Everything: len(targets) > 0, Files: true})
	if err != nil {
		return err
	}
	defer snap.Close()
	plan, err := clean.Make(snap, clean.Request{Targets: targets, MinAge: minAge})
	if blind, ok := errors.AsType[*clean.BlindError](err); ok {
		return refusal{"refusing to clean up: " + criticalGaps(blind.Spots)}
	}
	if err != nil {
		return err
	}
	r := &report{ui: u, json: c.Bool("json") || call.JSON, pretty: call.Pretty, plan: plan, snap: snap}
	if !r.json {
		u.gaps(snap.Blind, c.Bool("verbose"))
	}
	if c.Bool("dry-run") {
		return r.show()
	}
	if len(plan.Missing) > 0 {
		return r.refuse()
	}
	plan.Apply(snap, r.tell)
	tracked := r.tracked()
	r.waited = wait.set && len(tracked) > 0
	if r.waited {
		snap.Close() // or we would be the ones who hold them
		if r.left, err = u.wait(call.Host, tracked, wait.limit); err != nil {
			r.left = tracked
		}
	}
	// What has been done is said, whatever became of the wait.
	if finished := r.finish(); err == nil {
		return finished
	}
	return err
}

// report says what happens to a plan.
type report struct {
	*ui
	json, pretty bool
	plan         *clean.Plan
	snap         *discover.Snapshot
	results      []clean.Result
	waited       bool
	left         []netnsctl.Tracked
}

// show is the dry run.
func (r *report) show() error {
	if r.json {
		r.print(encode(planJSON(r.plan, nil, nil, true), r.pretty))
		return r.status()
	}
	for _, step := range r.plan.Steps {
		r.print("would " + string(step.Action) + " " + subject(step.Name, step.Namespace) + why(step) + "\n")
	}
	r.spared("would spare ")
	return r.status()
}

// refuse does nothing, because of targets that are not there.
func (r *report) refuse() error {
	r.plan.Steps = nil
	if r.json {
		return r.finish()
	}
	for _, target := range r.plan.Missing {
		r.note("%v; nothing was done", r.notCleaned(target))
	}
	return status(statusFailed)
}

// tell says what became of a step.
func (r *report) tell(result clean.Result) {
	r.results = append(r.results, result)
	if r.json {
		return
	}
	what := subject(result.Step.Name, result.Step.Namespace)
	switch result.Outcome {
	case clean.Failed:
		r.note("%s: %v", what, result.Err)
	case clean.Changed:
		r.print("spared " + what + ": " + escape(result.Detail) + "\n")
	case clean.Gone:
		r.print("gone " + what + "\n")
	default:
		r.print(string(result.Outcome) + " " + what + why(result.Step) + "\n")
	}
}

// finish says what was left alone, and sums up.
func (r *report) finish() error {
	if r.json {
		r.print(encode(planJSON(r.plan, r.results, r.left, false), r.pretty))
		return r.status()
	}
	r.spared("spared ")
	for _, g := range r.left {
		r.print("left " + g.ID.String() + ": the kernel has not let go of it\n")
	}
	count := map[clean.Outcome]int{}
	for _, result := range r.results {
		count[result.Outcome]++
	}
	sum := fmt.Sprintf("%d removed, %d released, %d spared", count[clean.Removed], count[clean.Released],
		count[clean.Changed]+len(r.plan.Spared))
	if n := count[clean.Failed]; n > 0 {
		sum += fmt.Sprintf(", %d failed", n)
	}
	if r.waited && len(r.left) == 0 {
		sum += ", the kernel has let go"
	}
	r.print(sum + "\n")
	return r.status()
}

func (r *report) spared(word string) {
	for _, s := range r.plan.Spared {
		r.print(word + subject(s.Name, s.Namespace) + ": " + escape(s.Why) + "\n")
	}
	for _, target := range r.plan.Missing {
		r.note("%v", r.notCleaned(target))
	}
}

// notCleaned says why a target is nothing that a clean-up can take.
func (r *report) notCleaned(target string) error {
	if text := r.whatIs(r.snap, target).sentence("delete"); text != "" {
		return refusal{text}
	}
	return refusal{noNamespaceText(r.snap, target)}
}

func (r *report) status() error {
	result := status(0)
	if len(r.plan.Spared) > 0 || len(r.left) > 0 {
		result = statusFound
	}
	for _, one := range r.results {
		if one.Outcome == clean.Changed {
			result = statusFound
		}
	}
	for _, one := range r.results {
		if one.Outcome == clean.Failed {
			result = statusFailed
		}
	}
	if len(r.plan.Missing) > 0 {
		result = statusFailed
	}
	if result == 0 {
		return nil
	}
	return result
}

// tracked are the namespaces that were released.
func (r *report) tracked() []netnsctl.Tracked {
	var tracked []netnsctl.Tracked
	for _, result := range r.results {
		if ns := result.Step.Namespace; ns != nil && (result.Outcome == clean.Removed || result.Outcome == clean.Released) {
			tracked = append(tracked, netnsctl.Track(ns.Identity))
		}
	}
	return tracked
}

// subject is what a step or a spared entry is called.
func subject(n *discover.Name, ns *discover.Namespace) string {
	if n != nil {
		return quote(n.Name)
	}
	return ns.String()
}

// why says why something is cleaned up.
func why(step clean.Step) string {
	if step.Action == clean.Remove {
		if step.Name.Cause == "" {
			return " (" + string(step.Name.Verdict) + ")"
		}
		return " (" + escape(cause(step.Name)) + ")"
	}
	var mounts []string
	for _, pin := range step.Namespace.Pins {
		mounts = append(mounts, escape(pin.String()))
	}
	return " (" + strings.Join(mounts, "; ") + ")"
}

// wait waits for the kernel; on a terminal a line says for how many.
func (u *ui) wait(host netnsctl.Host, tracked []netnsctl.Tracked, limit time.Duration) ([]netnsctl.Tracked, error) {
	terminal := netnsctl.IsTerminal(int(u.err.Fd()))
	start := time.Now()
	shown := false
	left, err := clean.Wait(host, tracked, limit, func(left int) {
		if terminal && time.Since(start) > time.Second {
			fmt.Fprintf(u.err, "\rwaiting for the kernel to let go of %d, %ds\x1b[K", left, int(time.Since(start).Seconds()))
			shown = true
		}
	})
	if shown {
		fmt.Fprint(u.err, "\r\x1b[K")
	}
	return left, err
}
