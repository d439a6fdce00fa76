package discover

import (
	"slices"

	"github.com/vishvananda/netns"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/inside"
	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
)

// wire finds the orphans that are wired, and the far ends of namespaces without a process. It
// needs the devices of every namespace.
func (d *describer) wire(namespaces []*Namespace) {
	orphans := slices.ContainsFunc(namespaces, func(ns *Namespace) bool { return ns.Verdict == Orphan && ns.held })
	handles, wanted := d.wantedEnds(namespaces)
	defer func() {
		for i := range wanted {
			if !namespaces[i].held {
				handles[i].Close()
			}
		}
	}()
	if !orphans && len(wanted) == 0 && !d.opts.Evidence {
		return
	}
	others := inside.Near{
		Of:        func(i int) bool { return namespaces[i].Verdict == Orphan || wanted[i] },
		Processes: make([]int, len(namespaces)),
	}
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
	l := wirer{host: d.v.host1, at: d.v.host, taps: d.v.taps}
	l.judged = func(ns *Namespace) bool { return ns.Verdict == Orphan || ns.Evidence != nil && ns.held }
	others.Own = d.opts.Evidence
	carried, w := l.look(namespaces, handles, others)
	d.weigh(w, handles)
	for i, ns := range namespaces {
		contents := w.contents[i]
		if ns.Verdict == Orphan || wanted[i] {
			ns.FarEnds = w.farEnds(i)
		}
		switch {
		case (ns.Verdict == Orphan || ns.Evidence != nil) && ns.held:
			d.note(ns, contents.Devices, contents.Err)
		case (orphans || d.opts.Evidence) && ns.alive() && contents.Err != nil:
			d.gaps = append(d.gaps, ns.unlinked())
		}
	}
	for ns, text := range carried {
		ns.Verdict, ns.Reason = Wired, text
	}
}

// wantedEnds gives the open files of the namespaces, and opens the idle ones whose far ends are
// wanted ([Options.FarEnds], [Options.Evidence]). The caller closes those of the wanted that the snapshot does not
// hold.
func (d *describer) wantedEnds(namespaces []*Namespace) (handles []netns.NsHandle, wanted map[int]bool) {
	handles, wanted = Handles(namespaces), map[int]bool{}
	for i, ns := range namespaces {
		if ns.Evidence == nil && (d.opts.FarEnds == nil || ns.Verdict != Idle || !d.opts.FarEnds(ns)) {
			continue
		}
		if ns.held {
			wanted[i] = true
		} else if fd, err := d.v.open(ns); err == nil {
			handles[i], wanted[i] = netns.NsHandle(fd), true
		}
	}
	return handles, wanted
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
