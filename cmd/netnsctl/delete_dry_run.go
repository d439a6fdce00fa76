package main

import (
	"slices"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/inside"
)

// outcome is what deleting one name would do.
type outcome struct {
	name *discover.Name
	// ns is the namespace that the name leads to, nil if none.
	ns       *discover.Namespace
	contents inside.Contents
	// refused is why the name cannot be deleted.
	refused string
	// below is the namespace that an older mount on the name has: the name would lead
	// to that one then. covered says that there is such a mount.
	below   *discover.Namespace
	covered bool
	// ended are mounts of other namespaces on the name's file, in other mount
	// namespaces: they end with the file.
	ended []discover.FileMount
	// names and pins would keep the namespace alive, links lead to it only.
	names, links []string
	pins         []discover.Pin
}

// dryRun says what deleting names would do, and changes nothing.
func (u *ui) dryRun(host netnsctl.Host, all []deletion, o deleteOptions) error {
	snap, err := discover.Scan(host, discover.Options{Everything: true, Hold: true, Files: true})
	if err != nil {
		return err
	}
	defer snap.Close()
	outcomes := outcomesOf(snap, all)
	if obstacle := host.Obstacle(); obstacle != netnsctl.NoObstacle {
		for i := range outcomes {
			outcomes[i].refused = string(obstacle)
		}
	}
	if o.json {
		u.print(dryRunJSON(snap, outcomes, o.pretty))
	} else {
		for _, one := range outcomes {
			u.print(one.text(snap, o.verbose))
		}
		for _, d := range all {
			if !slices.ContainsFunc(outcomes, func(one outcome) bool { return one.name.Name == d.name }) {
				u.note("%s is gone meanwhile", quote(d.name))
			}
		}
		if len(all) == 0 {
			u.print("would delete nothing: there is no name in " + escape(host.Dir()) + "\n")
		}
		u.gaps(snap.Blind, false)
	}
	switch {
	case slices.ContainsFunc(outcomes, func(one outcome) bool { return one.refused != "" }):
		return status(statusFailed)
	case isPartial(snap.Blind):
		return status(statusFailed) // not enough could be seen to say what would be
	case o.looks() && slices.ContainsFunc(outcomes, outcome.kept):
		return status(statusFound)
	}
	return nil
}

// outcomesOf says of each name what would be. What one of them goes with is not
// what keeps the namespace of another.
func outcomesOf(snap *discover.Snapshot, all []deletion) (outcomes []outcome) {
	var fds []int
	for _, d := range all {
		i := slices.IndexFunc(snap.Names, func(n *discover.Name) bool { return n.Name == d.name })
		if i < 0 {
			continue // deleted meanwhile by somebody else
		}
		one := outcome{name: snap.Names[i]}
		fd := -1
		for _, ns := range snap.Namespaces {
			if ns.ID == one.name.ID && ns.ID != (netnsctl.ID{}) {
				one.ns, fd = ns, ns.Descriptor()
			}
		}
		fds = append(fds, fd)
		outcomes = append(outcomes, one)
	}
	contents := inside.Read(fds, inside.Wanted{Devices: true, Addresses: true})
	for i := range outcomes {
		outcomes[i].findBelow(snap)
	}
	going := goingWith(outcomes)
	for i := range outcomes {
		outcomes[i].contents = contents[i]
		outcomes[i].weigh(snap, going)
	}
	return outcomes
}

// going is what goes with the names that are deleted.
type going struct {
	names []string
	files map[string]bool // of the names, as [discover.Mount.File] has them
}

func goingWith(outcomes []outcome) going {
	g := going{files: map[string]bool{}}
	for _, one := range outcomes {
		g.names = append(g.names, one.name.Name)
		if one.name.File.Kind != discover.Link && one.name.On != "" && !one.covered {
			g.files[one.name.On] = true
		}
	}
	return g
}

// findBelow finds an older mount below the one on top of the name.
func (o *outcome) findBelow(snap *discover.Snapshot) {
	for _, ns := range snap.Namespaces {
		for _, p := range ns.Pins {
			if p.Kind == discover.MountPin && p.Mount.Host && p.Mount.Covered && p.Mount.Name == o.name.Name {
				o.below, o.covered = ns, true
				return
			}
		}
	}
}

// weigh fills in what the other names and the mounts have to say.
func (o *outcome) weigh(snap *discover.Snapshot, going going) {
	switch {
	case o.name.File.Kind == discover.Directory:
		o.refused = "it is a directory"
	case o.name.Mounted && o.name.Top == netnsctl.ID{} && o.name.Verdict == discover.Stale:
		o.refused = staleText(o.name)
	}
	if o.refused != "" {
		return
	}
	o.ended = o.endedWith(snap, going)
	if o.ns == nil {
		return
	}
	for _, name := range o.ns.Names {
		switch {
		case slices.Contains(going.names, name) && !(o.covered && o.below == o.ns && name == o.name.Name):
		case isLink(snap, name):
			o.links = append(o.links, name)
		default:
			o.names = append(o.names, name)
		}
	}
	for _, p := range o.ns.Pins {
		if p.Kind != discover.MountPin || !o.goes(p.Mount, going) {
			o.pins = append(o.pins, p)
		}
	}
	o.pins = withCommands(snap.Host, o.pins)
}

func isLink(snap *discover.Snapshot, name string) bool {
	return slices.ContainsFunc(snap.Names, func(n *discover.Name) bool {
		return n.Name == name && n.File.Kind == discover.Link
	})
}

// goes tells whether a mount of the namespace ends with the names: it is theirs, or
// on the file of one.
func (o *outcome) goes(m *discover.Mount, going going) bool {
	if m.Host && !m.Covered && slices.Contains(going.names, m.Name) {
		return true
	}
	return m.File != "" && going.files[m.File]
}

func (o *outcome) endedWith(snap *discover.Snapshot, going going) (ended []discover.FileMount) {
	if !going.files[o.name.On] {
		return nil
	}
	for _, m := range snap.OnFile.On[o.name.On] {
		if m.Namespace != snap.OwnMounts && (m.Ino == 0 || m.Ino != o.name.Top.Ino) {
			ended = append(ended, m)
		}
	}
	return ended
}

// kept tells whether the namespace would stay.
func (o outcome) kept() bool { return len(o.names)+len(o.pins) > 0 }
