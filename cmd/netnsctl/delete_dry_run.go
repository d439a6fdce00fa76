package main

import (
	"slices"
	"strings"

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
	var namespaces []*discover.Namespace
	for _, d := range all {
		i := slices.IndexFunc(snap.Names, func(n *discover.Name) bool { return n.Name == d.name })
		if i < 0 {
			continue // deleted meanwhile by somebody else
		}
		one := outcome{name: snap.Names[i]}
		for _, ns := range snap.Namespaces {
			if ns.ID == one.name.ID && ns.ID != (netnsctl.ID{}) {
				one.ns = ns
			}
		}
		namespaces = append(namespaces, one.ns)
		outcomes = append(outcomes, one)
	}
	contents := inside.Read(discover.Handles(namespaces), inside.Wanted{Devices: true, Addresses: true})
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

// text says it for people.
func (o outcome) text(snap *discover.Snapshot, everything bool) string {
	name := quote(o.name.Name)
	var lines []string
	if o.refused != "" {
		return "cannot delete " + name + ": " + escape(o.refused) + "\n"
	}
	switch {
	case o.ns != nil:
		lines = append(lines, "would delete "+name+": "+o.ns.String()+", "+string(o.ns.Verdict))
	case o.name.Verdict == discover.Unknown:
		lines = append(lines, "would delete "+name+": it cannot be inspected: "+o.name.Detail)
	case o.name.Cause == discover.DeadFile:
		lines = append(lines, "would delete "+name+": a stale name (dead-file), no namespace")
	default:
		lines = append(lines, "would delete "+name+": a stale name ("+string(o.name.Cause)+"), no namespace: "+staleText(o.name))
	}
	if o.covered {
		lines = append(lines, "  only the mount on top would go: "+o.below.String()+" is mounted below, and "+name+" would lead to it")
	}
	for _, m := range o.ended {
		lines = append(lines, "  "+m.String()+": that mount would end, too")
	}
	if o.ns != nil {
		lines = append(lines, o.inside(snap, everything)...)
		lines = append(lines, o.afterwards(snap, everything)...)
	}
	return escapeLines(lines)
}

// escapeLines ends each line. Newlines in them are escaped as all that does not show.
func escapeLines(lines []string) string {
	var b strings.Builder
	for _, line := range lines {
		b.WriteString(escape(line) + "\n")
	}
	return b.String()
}

// inside says which processes and devices the namespace has.
func (o outcome) inside(snap *discover.Snapshot, everything bool) (lines []string) {
	var processes []string
	for _, p := range o.processes() {
		processes = append(processes, p.Who())
	}
	line := "  no process inside was found"
	if len(o.processes()) == 0 && !isPartial(snap.Blind) {
		line = "  no process inside"
	}
	if n := len(processes); n > 0 {
		line = "  " + plural(n, "process", "processes") + " inside: " + fewWords(processes, everything)
	}
	lines = append(lines, line)
	var devices []string
	for _, d := range o.devices() {
		devices = append(devices, strings.Join(append([]string{d.name}, d.addresses...), " "))
	}
	switch {
	case o.contents.Err != nil:
		lines = append(lines, "  its devices could not be listed: "+o.contents.Err.Error())
	case len(devices) > 0:
		lines = append(lines, "  "+plural(len(devices), "device", "devices")+": "+fewWords(devices, everything))
	}
	return lines
}

// afterwards says what would keep the namespace alive.
func (o outcome) afterwards(snap *discover.Snapshot, everything bool) (lines []string) {
	id := o.ns.String()
	if o.ns.Verdict == discover.Own {
		return []string{"  " + id + " is " + ownText(o.ns) + " and stays"}
	}
	var keeping []string
	for _, name := range o.names {
		keeping = append(keeping, "name "+quote(name))
	}
	keeping = append(keeping, keepers(unnamed(o.pins, o.names), snap.OwnMounts)...)
	if len(keeping) == 0 && isPartial(snap.Blind) {
		return []string{"  nothing that could be inspected would keep " + id + " alive"}
	}
	if len(keeping) == 0 {
		lines = []string{"  nothing would keep " + id + " alive: what is inside would be lost"}
		for _, link := range o.links {
			lines = append(lines, "  "+quote(link)+", a symbolic link to it, would lead nowhere")
		}
		return lines
	}
	lines = append(lines, "  "+id+" would still be in use by:")
	for _, line := range firstFew(keeping, everything) {
		lines = append(lines, "    "+line)
	}
	return lines
}

// fewWords are the first words and how many more there are, or all words.
func fewWords(words []string, all bool) string {
	if lines := firstFew(words, all); len(lines) < len(words) {
		return strings.Join(lines[:fewKeepers], ", ") + " " + lines[fewKeepers]
	}
	return strings.Join(words, ", ")
}

func (o outcome) processes() (pins []discover.Pin) {
	if o.ns == nil {
		return nil
	}
	for _, p := range o.ns.Pins {
		if p.Kind == discover.Process {
			pins = append(pins, p)
		}
	}
	return pins
}

// deviceAddresses is a device with its addresses.
type deviceAddresses struct {
	name      string
	addresses []string
}

func (o outcome) devices() (all []deviceAddresses) {
	for _, d := range o.contents.Devices {
		one := deviceAddresses{name: d.Name}
		for _, a := range o.contents.Addresses {
			if a.Device == d.Index {
				one.addresses = append(one.addresses, a.Prefix.String())
			}
		}
		all = append(all, one)
	}
	return all
}
