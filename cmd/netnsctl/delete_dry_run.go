package main

import (
	"slices"

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
