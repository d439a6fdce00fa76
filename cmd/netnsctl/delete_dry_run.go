package main

import (
	"slices"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/inside"
	"github.com/netnsctl/netnsctl/netnsctl/kill"
)

// outcome is what the deletion of one name would do.
type outcome struct {
	name *discover.Name
	// ns is the namespace of the name, or nil.
	ns       *discover.Namespace
	contents inside.Contents
	// refused is the reason why the name cannot be deleted; left are the processes because of which
	// --kill would leave it.
	refused string
	left    []kill.Left
	// stays says why the file would be busy: only the topmost layer would go. below is the
	// namespace to which the name would lead then, or nil.
	stays string
	below *discover.Namespace
	// ended are mounts of other namespaces on the file of the name, in other mount
	// namespaces and in detached trees. They would end with the file. lost are the namespaces of which
	// nothing else was found that keeps them.
	ended []discover.FileMount
	lost  []*discover.Namespace
	// names and pins would keep the namespace. links are symbolic links to it, which
	// would not.
	names, links []string
	pins         []discover.Pin
	// signal is what --kill would send the processes inside first; empty without --kill.
	signal string
}

// noteLost adds to the namespaces that are lost those that nothing else keeps.
func (o *outcome) noteLost(found []*discover.Namespace, going going) {
	for _, ns := range found {
		if !slices.Contains(o.lost, ns) && !slices.ContainsFunc(ns.Pins, func(p discover.Pin) bool { return !going.endsPin(p) }) {
			o.lost = append(o.lost, ns)
		}
	}
}

// dryRun prints what the deletion of names would do, and changes nothing.
func (u *ui) dryRun(host netnsctl.Host, all []deletion, o deleteOptions) error {
	snap, err := discover.Scan(host, discover.Options{Everything: true, Hold: true, Files: true, Sockets: true, FarEnds: farEndsOf(namesToDelete(all))})
	if err != nil {
		return err
	}
	defer snap.Close()
	outcomes := outcomesOf(snap, all)
	refuseBlocked(snap, outcomes, o.kill)
	if o.kill != nil {
		if err := o.kill.foresee(host, outcomes, o.verbose); err != nil {
			return err
		}
	}
	if o.json {
		j := jsonDeletion{DryRun: true, Gaps: snap.Gaps}
		for _, one := range outcomes {
			j.Names = append(j.Names, one.json())
		}
		u.printJSON(j, o.pretty)
	} else {
		for _, one := range outcomes {
			u.print(one.text(snap, o.verbose))
		}
		for _, d := range all {
			switch {
			case nameIn(snap, d.name) != nil:
			case host.IsName(d.name):
				u.note("%s could not be inspected", quote(d.name))
			default:
				u.note("%s is gone meanwhile", quote(d.name))
			}
		}
		if len(all) == 0 {
			u.print("would delete nothing: there is no name in " + escape(host.Dir()) + "\n")
		}
		u.gaps(snap.Gaps, false)
	}
	switch {
	case slices.ContainsFunc(outcomes, func(one outcome) bool { return one.refused+one.stays != "" && len(one.left) == 0 }):
		return status(statusFailed)
	case slices.ContainsFunc(outcomes, func(one outcome) bool { return len(one.left) > 0 }):
		return status(statusFound)
	case !isPartial(snap.Gaps) && o.looks() && slices.ContainsFunc(outcomes, outcome.isKept):
		return status(statusFound)
	}
	return partial(snap.Gaps)
}

// outcomesOf are the outcomes of all deletions together: a name that is deleted as
// well does not keep a namespace. Names that the snapshot has not have no outcome.
func outcomesOf(snap *discover.Snapshot, all []deletion) (outcomes []outcome) {
	var namespaces []*discover.Namespace
	going := going{names: map[string]bool{}, files: map[string]bool{}}
	for _, d := range all {
		n := nameIn(snap, d.name)
		if n == nil {
			continue
		}
		one := outcome{name: n, ns: namespaceOf(snap, n), stays: busyText(n)}
		if len(n.Layers) > 1 {
			one.stays = "something is mounted below"
			if l := n.Layers[1]; l.Ino != 0 {
				one.stays = "a namespace of another type is mounted below"
				one.below = firstOf(withIno(snap, l.Ino), func(*discover.Namespace) bool { return l.Net })
			}
			if one.below != nil {
				one.stays = one.below.String() + " is mounted below, and " + quote(n.Name) + " would lead to it"
			}
		}
		namespaces = append(namespaces, one.ns)
		outcomes = append(outcomes, one)
		going.names[n.Name] = true
		if n.File.Kind != discover.Link && n.On != "" && one.stays == "" {
			going.files[n.On] = true
		}
	}
	contents := inside.Read(discover.Handles(namespaces), inside.Wanted{Devices: true, Addresses: true})
	for i := range outcomes {
		outcomes[i].contents = contents[i]
		outcomes[i].evaluate(snap, going)
	}
	return outcomes
}

// going is the names that are deleted, and their files as [discover.Mount.File] has
// them.
type going struct{ names, files map[string]bool }

// endsPin reports whether a pin is a mount that ends with the names.
func (g going) endsPin(p discover.Pin) bool {
	return (p.Kind == discover.MountPin || p.Kind == discover.DetachedTree) && g.ends(p.Mount)
}

// ends reports whether a mount ends with the names: it is the mount of a name, or it
// is on the file of one.
func (g going) ends(m *discover.Mount) bool {
	return m.Host && !m.Covered && g.names[m.Name] || m.File != "" && g.files[m.File]
}

// evaluate fills in what keeps the namespace, and the mounts that would end.
func (o *outcome) evaluate(snap *discover.Snapshot, going going) {
	switch {
	case o.name.File.Kind == discover.Directory:
		o.refused = "it is a directory"
		return
	case o.name.Obstacle != netnsctl.NoObstacle:
		o.refused = string(o.name.Obstacle)
		return
	case o.name.Mounted && o.name.Top == netnsctl.ID{} && o.name.Verdict == discover.Stale:
		o.refused = staleText(o.name)
		return
	case o.stays != "" && !o.name.Mounted:
		o.refused = explanation{o.stays, toDelete(snap, o.name)}.String()
		return
	}
	if going.files[o.name.On] {
		for _, m := range snap.OnFile.On[o.name.On] {
			if m.Namespace != snap.OwnMounts && (m.Ino == 0 || m.Ino != o.name.Top.Ino) {
				o.ended = append(o.ended, m)
				o.noteLost(withIno(snap, m.Ino), going)
			}
		}
	}
	if o.ns == nil {
		return
	}
	for _, name := range o.ns.Names {
		staysBelow := o.below == o.ns && name == o.name.Name
		switch {
		case going.names[name] && !staysBelow:
		case isLink(snap, name):
			o.links = append(o.links, name)
		default:
			o.names = append(o.names, name)
		}
	}
	for _, p := range o.ns.Pins {
		if !going.endsPin(p) {
			o.pins = append(o.pins, p)
		}
	}
	o.pins = withCommands(snap.Host, o.pins)
}

// isLink reports whether a name is a symbolic link.
func isLink(snap *discover.Snapshot, name string) bool {
	n := nameIn(snap, name)
	return n != nil && n.File.Kind == discover.Link
}

// isKept reports whether the namespace would stay.
func (o outcome) isKept() bool { return len(o.names)+len(o.pins) > 0 }

// farEnds are the devices that would go with the namespace.
func (o outcome) farEnds() []discover.FarEnd {
	if o.ns == nil || o.isKept() || o.refused != "" {
		return nil
	}
	return o.ns.FarEnds
}

// text is the outcome for people.
func (o outcome) text(snap *discover.Snapshot, verbose bool) string {
	name := quote(o.name.Name)
	if o.refused != "" {
		return "cannot delete " + name + ": " + escape(o.refused) + "\n"
	}
	var what string
	switch {
	case o.ns != nil:
		what = o.ns.String() + ", " + string(o.ns.Verdict)
	case o.name.Verdict == discover.Unknown:
		what = "it cannot be inspected: " + o.name.Detail
	case o.name.Cause == discover.DeadFile:
		what = "a stale name (dead-file), no namespace"
	default:
		what = "a stale name (" + string(o.name.Cause) + "), no namespace: " + staleText(o.name)
	}
	lines := []string{"would delete " + name + ": " + what}
	if o.stays != "" {
		lines = []string{
			"cannot delete " + name + ": " + what,
			"  " + explanation{"only the mount on top would go: " + o.stays, toDelete(snap, o.name)}.String(),
		}
	}
	lines = append(lines, o.endedLines(false)...)
	if o.ns != nil {
		lines = slices.Concat(lines, o.insideText(snap, verbose), o.keptText(snap, verbose))
	}
	return escapeLines(lines)
}

// insideText is the processes and devices inside the namespace.
func (o outcome) insideText(snap *discover.Snapshot, verbose bool) (lines []string) {
	var processes []string
	for _, p := range o.processes() {
		processes = append(processes, p.Who())
	}
	switch n := len(processes); {
	case n > 0:
		inside := " inside: "
		if o.signal != "" {
			inside = " inside would be sent " + o.signal + ": "
		}
		lines = append(lines, "  "+plural(n, "process", "processes")+inside+fewWords(processes, verbose))
	case isPartial(snap.Gaps):
		lines = append(lines, "  no process inside was found")
	default:
		lines = append(lines, "  no process inside")
	}
	var devices []string
	for _, d := range o.devices() {
		devices = append(devices, strings.Join(append([]string{d.Name}, d.Addresses...), " "))
	}
	switch {
	case o.contents.Err != nil:
		lines = append(lines, "  its devices could not be listed: "+o.contents.Err.Error())
	case len(devices) > 0:
		lines = append(lines, "  "+plural(len(devices), "device", "devices")+": "+fewWords(devices, verbose))
	}
	return lines
}

// keptText says what would keep the namespace.
func (o outcome) keptText(snap *discover.Snapshot, verbose bool) (lines []string) {
	id := o.ns.String()
	if o.ns.Verdict == discover.Own {
		return []string{"  " + id + " is " + ownText(o.ns) + " and stays"}
	}
	keeping := keptByLines(snap, o.names, withoutNames(o.pins, o.names))
	switch {
	case len(keeping) > 0:
		lines = append(lines, "  "+id+" would still be in use by:")
		for _, line := range firstFew(keeping, verbose) {
			lines = append(lines, "    "+line)
		}
	case isPartial(snap.Gaps):
		lines = append(lines, "  nothing that could be inspected would keep "+id+" alive")
	default:
		lines = append(lines, "  nothing would keep "+id+" alive: what is inside would be lost")
		if ends := o.farEnds(); len(ends) > 0 {
			lines = append(lines, "  "+farEndsText(ends, "it"))
		}
		for _, link := range o.links {
			lines = append(lines, "  "+quote(link)+", a symbolic link to it, would lead nowhere")
		}
	}
	return lines
}

// fewWords is the first words and the number of the others, or with all every word.
func fewWords(words []string, all bool) string {
	if lines := firstFew(words, all); len(lines) < len(words) {
		return strings.Join(lines[:fewKeepers], ", ") + " " + lines[fewKeepers]
	}
	return strings.Join(words, ", ")
}

// processes are the processes inside.
func (o outcome) processes() (pins []discover.Pin) {
	if o.ns == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(o.ns.Pins), func(p discover.Pin) bool { return p.Kind != discover.Process })
}

// deviceAddresses is a device with its addresses.
type deviceAddresses struct {
	Name      string   `json:"name"`
	Addresses []string `json:"addresses"`
}

// devices are the devices inside; the list is not nil.
func (o outcome) devices() []deviceAddresses {
	all := []deviceAddresses{}
	for _, d := range o.contents.Devices {
		one := deviceAddresses{Name: d.Name}
		for _, a := range o.contents.Addresses {
			if a.Device == d.Index {
				one.Addresses = append(one.Addresses, a.Prefix.String())
			}
		}
		all = append(all, one)
	}
	return all
}

// json is the outcome for programs.
func (o outcome) json() jsonDeletedName {
	one := jsonDeletedName{Name: o.name.Name, State: o.name.Verdict, Cause: o.name.Cause, Detail: o.name.Detail, Outcome: "delete"}
	switch {
	case o.refused != "":
		one.Outcome, one.Detail = "refuse", o.refused
	case o.stays != "":
		one.Outcome, one.Detail = "unmount", o.stays
		if o.below != nil {
			one.Below = o.below.ID
		}
	}
	one.ended(o.ended)
	if o.ns == nil {
		return one
	}
	one.ID = o.ns.ID
	one.Processes, one.Devices = []jsonProcess{}, o.devices()
	for _, p := range o.processes() {
		one.Processes = append(one.Processes, jsonProcess{PID: p.PID, Command: p.Command, Signal: o.signal})
	}
	one.keptBy(o.names, o.pins)
	one.AlsoDeleted = o.farEnds()
	return one
}
