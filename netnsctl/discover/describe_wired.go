package discover

import (
	"slices"

	"github.com/vishvananda/netns"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// wire finds the orphans that are wired. It needs an open file of every namespace.
func (d *describer) wire(namespaces []*Namespace) {
	if !slices.ContainsFunc(namespaces, func(ns *Namespace) bool { return ns.Verdict == Orphan && ns.held }) {
		return
	}
	handles := Handles(namespaces)
	defer closeOthers(namespaces, handles)
	for i, ns := range namespaces {
		if ns.held || ns.ID == (netnsctl.ID{}) {
			continue
		}
		switch fd, err := d.v.open(ns); {
		case err == nil:
			handles[i] = netns.NsHandle(fd)
		case ns.alive() && !procfs.Gone(err):
			d.gaps = append(d.gaps, ns.unlinked())
		}
	}
	l := wirer{host: d.v.host1, at: d.v.host, taps: func() []openFile { return d.v.classFiles(tapFile) }}
	carried, contents := l.look(namespaces, handles)
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

// closeOthers closes the files that the snapshot does not hold.
func closeOthers(namespaces []*Namespace, handles []netns.NsHandle) {
	for i, ns := range namespaces {
		if !ns.held && handles[i] >= 0 {
			sys.Close(int(handles[i]))
		}
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
