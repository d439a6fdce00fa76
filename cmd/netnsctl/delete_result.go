package main

import (
	"cmp"
	"slices"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// deleted prints what became of the namespaces whose names were deleted, if the flags
// ask for it, and gives the exit status.
func (u *ui) deleted(host netnsctl.Host, all []deletion, o deleteOptions) error {
	var snap *discover.Snapshot
	var lookErr error
	if o.looks() {
		if snap, lookErr = look(host, all, o); lookErr == nil {
			defer snap.Close()
		}
	}
	// The deletions are reported also where the look failed.
	switch {
	case o.json:
		j := jsonDeletion{Interrupted: o.stopped.Interrupted, NotDone: o.stopped.NotDone}
		if snap != nil {
			j.Gaps = snap.Gaps
		} else if o.kill != nil {
			j.Gaps = o.kill.gaps
		}
		for _, d := range all {
			j.Names = append(j.Names, d.json(snap != nil, o))
		}
		u.printJSON(j, o.pretty)
	case o.looks():
		for _, d := range all {
			if d.failed == nil {
				u.print(d.text(snap, o) + escapeLines(d.outcome.endedLines(true)))
			}
		}
	}
	switch {
	case slices.ContainsFunc(all, func(d deletion) bool { return d.failed != nil && len(d.left) == 0 }):
		return cmp.Or(lookErr, error(status(statusFailed)))
	case slices.ContainsFunc(all, func(d deletion) bool { return len(d.left) > 0 }):
		return status(statusFound)
	case snap == nil && o.kill != nil && lookErr == nil:
		if !o.json {
			u.gaps(o.kill.gaps, false)
		}
		return partial(o.kill.gaps)
	case snap == nil:
		return lookErr
	}
	if !o.json {
		u.gaps(snap.Gaps, false)
	}
	switch {
	case slices.ContainsFunc(all, deletion.lives):
		return status(statusFound)
	case slices.ContainsFunc(all, func(d deletion) bool { return d.stage == netnsctl.StageUnknown }):
		return status(statusFailed)
	case o.wait:
		return nil // the witness needs no scan
	}
	return partial(snap.Gaps)
}

// look waits if --wait is given, then scans for the namespaces of the deletions.
func look(host netnsctl.Host, all []deletion, o deleteOptions) (snap *discover.Snapshot, err error) {
	if o.wait {
		if err := wait(host, all, o.goodbye); err != nil {
			return nil, err
		}
	}
	if snap, err = discover.Scan(host, discover.Options{Everything: true, Before: o.before}); err != nil {
		return nil, err
	}
	for i, d := range all {
		if d.known && d.stage != netnsctl.StageGone && d.stage != netnsctl.StageUnpinned {
			if all[i].still = withIdentity(snap, d.namespace.Identity); all[i].still == nil {
				all[i].still = d.heldUnseen(o.before)
			}
		}
	}
	return snap, nil
}

// wait waits for the namespaces of the deletions.
func wait(host netnsctl.Host, all []deletion, g *goodbye) error {
	var namespaces []netnsctl.Tracked
	stages := map[netnsctl.Tracked]netnsctl.Stage{}
	for _, d := range all {
		// The namespace of pid 1, and our own, will not go.
		if d.failed == nil && d.known && !isOwn(host, d.namespace.ID) {
			namespaces = append(namespaces, d.namespace)
			stages[d.namespace] = netnsctl.StageGone
		}
	}
	left, err := g.wait(unique(namespaces))
	for _, l := range left {
		stages[l.Tracked] = l.Stage
	}
	for i, d := range all {
		if d.failed == nil && d.known {
			all[i].stage = stages[d.namespace]
		}
	}
	return err
}

// lives reports whether the namespace of a deletion still exists, or may not be done with.
func (d deletion) lives() bool {
	return d.still != nil || d.stage == netnsctl.StagePending || d.stage == netnsctl.StagePinned || d.stage == netnsctl.StageUnpinned
}

// heldUnseen is the namespace with the pins that were seen before the deletion, and can be seen
// only as long as something leads into the namespace; nil if there were none.
func (d deletion) heldUnseen(before *discover.Snapshot) *discover.Namespace {
	if before == nil {
		return nil
	}
	ns := withIdentity(before, d.namespace.Identity)
	if ns == nil {
		return nil
	}
	left := *ns
	left.Names = nil
	left.Pins = slices.DeleteFunc(slices.Clone(ns.Pins), func(p discover.Pin) bool {
		proven := p.PID != 0 || p.Detail != "" || d.stage == netnsctl.StagePinned
		return !p.SeenInside() || !proven
	})
	if len(left.Pins) == 0 {
		return nil
	}
	return &left
}

// text says what became of a name and its namespace; snap is nil after a failed look.
func (d deletion) text(snap *discover.Snapshot, o deleteOptions) string {
	name, id := quote(d.name), d.namespace.ID.String()
	switch {
	case !d.known:
		return "deleted " + name + ", which led to no network namespace\n"
	case d.still != nil:
		lines := []string{"deleted name " + name + "; " + id + " is still in use by:"}
		for _, line := range firstFew(keptBy(snap, d.still), o.verbose) {
			lines = append(lines, "  "+line)
		}
		return escapeLines(lines)
	case snap == nil:
		return "deleted " + name + "\n"
	}
	text, unproven := "deleted "+name+"; ", ""
	if o.wait {
		unproven = o.goodbye.unproven
	}
	if d.lives() {
		text = "deleted name " + name + "; "
	}
	text += stageText(id, d.stage, unproven, snap)
	if d.lives() {
		text += " (waited " + waitedText(o.goodbye.took) + ")"
	}
	if ends := d.farEnds(o.before); len(ends) > 0 {
		text += "; " + farEndsText(ends, "it")
	}
	return escape(text) + "\n"
}

// farEnds are the devices that have gone with the namespace, as the scan before has seen them.
func (d deletion) farEnds(before *discover.Snapshot) []discover.FarEnd {
	if before == nil || d.lives() {
		return nil
	}
	if ns := withIdentity(before, d.namespace.Identity); ns != nil {
		return ns.FarEnds
	}
	return nil
}

// keptBy is lines on what keeps a namespace: its other names, then its pins.
func keptBy(snap *discover.Snapshot, ns *discover.Namespace) []string {
	names := slices.DeleteFunc(slices.Clone(ns.Names), func(name string) bool { return isLink(snap, name) })
	return keptByLines(snap, names, withCommands(snap.Host, withoutNames(ns.Pins, ns.Names)))
}

// keptByLines is a line for each name, and the lines on pins.
func keptByLines(snap *discover.Snapshot, names []string, pins []discover.Pin) (lines []string) {
	for _, name := range names {
		lines = append(lines, "name "+quote(name))
	}
	return append(lines, keeperLines(pins, snap.OwnMounts)...)
}

// withoutNames drops the mounts of names, and the mounts on the files of these in
// other mount namespaces, which end with the file.
func withoutNames(pins []discover.Pin, names []string) []discover.Pin {
	files := map[string]bool{}
	isName := func(m *discover.Mount) bool { return m.Host && slices.Contains(names, m.Name) }
	for _, p := range pins {
		if p.Kind == discover.MountPin && isName(p.Mount) {
			files[p.Mount.File] = p.Mount.File != ""
		}
	}
	return slices.DeleteFunc(slices.Clone(pins), func(p discover.Pin) bool {
		return p.Kind == discover.MountPin && (isName(p.Mount) || files[p.Mount.File])
	})
}

// nameIn is a name in a snapshot, or nil.
func nameIn(snap *discover.Snapshot, name string) *discover.Name {
	i, found := slices.BinarySearchFunc(snap.Names, name, func(n *discover.Name, name string) int { return strings.Compare(n.Name, name) })
	if !found {
		return nil
	}
	return snap.Names[i]
}

// jsonDeletion is the result of the deletion of names, or of its dry run.
type jsonDeletion struct {
	DryRun bool              `json:"dry_run"`
	Names  []jsonDeletedName `json:"names"`
	Gaps   []discover.Gap    `json:"not_seen"`
	// Interrupted says that a signal has ended the deletion, and NotDone how many names it had
	// not come to.
	Interrupted bool `json:"interrupted,omitempty"`
	NotDone     int  `json:"not_done,omitempty"`
}

// jsonDeletedName is the result for one name.
type jsonDeletedName struct {
	Name   string           `json:"name"`
	ID     netnsctl.ID      `json:"id,omitzero"`
	State  discover.Verdict `json:"state,omitempty"`
	Cause  discover.Cause   `json:"cause,omitempty"`
	Detail string           `json:"detail,omitempty"`
	// Outcome is "deleted", "failed" or, where only the topmost mount on the name has gone,
	// "unmounted"; in a dry run "delete", "refuse" or "unmount".
	Outcome   string            `json:"outcome"`
	Processes []jsonProcess     `json:"processes,omitzero"`
	Devices   []deviceAddresses `json:"devices,omitzero"`
	Below     netnsctl.ID       `json:"below,omitzero"`
	Ended     []discover.Mount  `json:"also_unmounted,omitempty"`
	// AlsoDeleted are the devices in other namespaces that go with the namespace. The result has
	// them where it says what became of that.
	AlsoDeleted []discover.FarEnd `json:"also_deleted,omitempty"`

	KeptNames []string       `json:"other_names,omitzero"`
	KeptBy    []discover.Pin `json:"kept_by,omitzero"`
	// Gone says that the namespace was proven to be gone at the end of the wait, or was not. It
	// is left out where that is not known.
	Gone  *bool          `json:"gone,omitempty"`
	Stage netnsctl.Stage `json:"stage,omitempty"`
}

// jsonProcess is a process inside. After --kill it has the signal that it was sent last, and its
// outcome: "ended", "moved" (to another namespace), "left", with the reason, or "sent" where it had not
// ended when something has ended --kill.
type jsonProcess struct {
	PID     int    `json:"pid"`
	Command string `json:"command,omitempty"`
	Signal  string `json:"signal,omitempty"`
	Outcome string `json:"outcome,omitempty"`
	Why     string `json:"why,omitempty"`
}

// ended fills in the mounts that end with the file.
func (j *jsonDeletedName) ended(mounts []discover.FileMount) {
	for _, m := range mounts {
		j.Ended = append(j.Ended, discover.Mount{Namespace: m.Namespace, Path: m.Path, Through: m.Through})
	}
}

// keptBy fills in lists, which are not left out where they are empty.
func (j *jsonDeletedName) keptBy(names []string, pins []discover.Pin) {
	j.KeptNames, j.KeptBy = append([]string{}, names...), append([]discover.Pin{}, pins...)
}

// json is the result of a deletion. looked: a scan has looked for the namespace.
func (d deletion) json(looked bool, o deleteOptions) jsonDeletedName {
	one := jsonDeletedName{Name: d.name, Outcome: "deleted", Processes: d.processes}
	if d.known {
		one.ID = d.namespace.ID
	}
	if d.failed != nil {
		one.Outcome, one.Detail, one.Below = "failed", bare(d.failed).Error(), d.below
		if d.unmounted {
			one.Outcome = "unmounted"
		}
		return one
	}
	one.ended(d.outcome.ended)
	if !looked || !d.known {
		return one
	}
	if gone := d.stage == netnsctl.StageGone; gone || d.lives() {
		one.Gone = &gone
	}
	one.Stage = d.stage
	still := cmp.Or(d.still, &discover.Namespace{})
	one.keptBy(still.Names, still.Pins)
	one.AlsoDeleted = d.farEnds(o.before)
	return one
}
