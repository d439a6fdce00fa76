package discover

import (
	"slices"

	"github.com/vishvananda/netns"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/inside"
	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
)

// wire finds the orphans that are wired. It needs the devices of every namespace.
func (d *describer) wire(namespaces []*Namespace) {
	if !slices.ContainsFunc(namespaces, func(ns *Namespace) bool { return ns.Verdict == Orphan && ns.held }) {
		return
	}
	others := inside.Near{Processes: make([]int, len(namespaces))}
	for i, ns := range namespaces {
		others.Processes[i] = d.v.processIn(ns)
	}
	others.Open = func(i int) (netns.NsHandle, error) {
		ns := namespaces[i]
		if ns.ID == (netnsctl.ID{}) {
			return netns.None(), nil
		}
		fd, err := d.v.open(ns)
		if procfs.Gone(err) {
			err = nil
		}
		return netns.NsHandle(fd), err
	}
	l := wirer{host: d.v.host1, at: d.v.host, taps: func() []openFile { return d.v.classFiles(tapFile) }}
	carried, contents := l.look(namespaces, Handles(namespaces), others)
	for i, ns := range namespaces {
		switch {
		case ns.Verdict == Orphan && ns.held:
			d.note(ns, contents[i].Devices, contents[i].Err)
		case ns.alive() && contents[i].Err != nil:
			d.gaps = append(d.gaps, ns.unlinked())
		}
	}
	for ns, text := range carried {
		ns.Verdict, ns.Reason = Wired, text
	}
}

// unlinked is the gap of a namespace of which it is not known where its devices lead.
func (ns *Namespace) unlinked() Gap {
	g := Gap{What: GapLinks, Count: 1, Critical: true}
	for _, p := range ns.Pins {
		if p.Kind == Process {
			g.PID = p.PID
			break
		}
	}
	return g
}
