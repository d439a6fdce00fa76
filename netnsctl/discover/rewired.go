package discover

import (
	"errors"
	"strconv"
	"syscall"

	"github.com/vishvananda/netns"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/inside"
	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// errLinks is the error of [Snapshot.LinksNow].
var errLinks = errors.New("the links of a namespace in use could not be listed")

// Links are where the devices of a namespace lead by now.
type Links struct {
	// Keeps says that an orphan carries traffic for others, or that a namespace may have a physical
	// device; empty if neither is so.
	Keeps string
	// FarEnds are as in [Namespace], but for those in the host's namespace.
	FarEnds []FarEnd
}

// LinksNow gives the links of the orphans, all of the snapshot that were not released, and of idle
// namespaces, by their inode number. users has a process for each namespace that processes are in
// now. The snapshot must hold its orphans, as [Options.Files] makes it do, and the idle namespaces
// ([Options.Evidence]). An error says that the links of a namespace could not be listed that may
// depend on one of them.
func (s *Snapshot) LinksNow(orphans map[uint64]netnsctl.ID, idle []*Namespace, users map[uint64]int) (map[uint64]Links, error) {
	isIdle := map[netnsctl.ID]bool{}
	for _, ns := range idle {
		isIdle[ns.ID] = true
	}
	named, err := s.namedSince()
	if err != nil {
		return nil, err
	}
	near := func(ns *Namespace) bool { return ns.Verdict == Orphan || isIdle[ns.ID] }
	look := func(counts func(orphan *Namespace) bool) ([]*Namespace, map[*Namespace]string, *wires) {
		namespaces, others := s.now(users, named, counts)
		others.Of = func(i int) bool { return near(namespaces[i]) }
		l := wirer{host: s.first, at: s.Host, taps: s.tapsNow}
		carried, w := l.look(namespaces, Handles(namespaces), others)
		return namespaces, carried, w
	}
	namespaces, carried, w := look(func(orphan *Namespace) bool { return orphans[orphan.ID.Ino] == orphan.ID })
	if len(w.contents) > len(namespaces) {
		// A device leads to a namespace that is not among them. It may be an orphan that was
		// released, which the snapshot still holds: that is no user of others.
		namespaces, carried, w = look(func(*Namespace) bool { return true })
	}
	for i, ns := range namespaces {
		if ns.alive() && w.contents[i].Err != nil {
			return nil, errLinks
		}
	}
	found := map[uint64]Links{}
	for i, ns := range namespaces {
		if !near(ns) {
			continue
		}
		var links Links
		if text := carried[ns]; text != "" {
			links.Keeps = "wired: " + text
		}
		if w.contents[i].Err != nil {
			links.Keeps = "its devices could not be listed"
		}
		for _, d := range w.contents[i].Devices {
			if d.Physical {
				links.Keeps = "it holds a physical device: " + d.Name
			}
		}
		for _, end := range w.farEnds(i) {
			if end.Namespace != s.first || s.first.Ino == 0 {
				links.FarEnds = append(links.FarEnds, end)
			}
		}
		found[ns.ID.Ino] = links
	}
	return found, nil
}

// now gives the namespaces of the snapshot, of the orphans only those that count, those that
// processes have made or entered since, and those that were named since.
func (s *Snapshot) now(users map[uint64]int, named []Namespace, counts func(orphan *Namespace) bool) (all []*Namespace, others inside.Near) {
	known := map[uint64]bool{}
	own := procfs.IsOwn(s.Host.Proc())
	var paths []string
	add := func(ns Namespace) {
		ns.Verdict = ns.Seen()
		path, pid := "", users[ns.ID.Ino]
		if pid != 0 {
			ns.Verdict, ns.Pins = InUse, []Pin{{Kind: Process, PID: pid, FD: -1}}
			path = s.Host.Proc() + "/" + strconv.Itoa(pid) + "/ns/net"
		} else if len(ns.Names) > 0 {
			path = PathOf(s.Host, ns.Names[0])
		}
		if ns.ID == s.Own {
			// Those seen in our own may be our helper processes, which have ended, or none.
			path = s.Host.Proc() + "/thread-self/ns/net"
		}
		if !own || ns.ID == s.Own {
			pid = 0
		}
		known[ns.ID.Ino] = true
		all, paths = append(all, &ns), append(paths, path)
		others.Processes = append(others.Processes, pid)
	}
	others.Open = func(i int) (netns.NsHandle, error) {
		fd, err := sys.OpenNamespace(paths[i])
		if err != nil {
			return netns.None(), nil
		}
		return netns.NsHandle(fd), nil
	}
	for _, ns := range s.Namespaces {
		if ns.ID != (netnsctl.ID{}) && (ns.Seen() != Orphan || counts(ns)) {
			add(*ns)
		}
	}
	for ino := range users {
		if !known[ino] {
			add(Namespace{Identity: netnsctl.Identity{ID: netnsctl.ID{Dev: s.Own.Dev, Ino: ino}}})
		}
	}
	for _, ns := range named {
		if !known[ns.ID.Ino] {
			add(ns)
		}
	}
	return all, others
}

// namedSince gives the namespaces to which names lead that the snapshot has not.
func (s *Snapshot) namedSince() (all []Namespace, err error) {
	known := map[string]bool{}
	for _, ns := range s.Namespaces {
		for _, name := range ns.Names {
			known[name] = true
		}
	}
	for _, d := range runDirsOf(s.Host) {
		host := d.host(s.Host)
		entries, err := host.Names()
		if err != nil && !errors.Is(err, syscall.ENOENT) {
			return nil, err
		}
		for _, entry := range entries {
			name := d.name(entry)
			if known[name] {
				continue
			}
			if id, err := host.Identity(entry); err == nil {
				all = append(all, Namespace{Identity: id, Names: []string{name}, Verdict: Idle})
			}
		}
	}
	return all, nil
}

// tapsNow are the character devices of macvtaps that processes have open now.
func (s *Snapshot) tapsNow() []openFile {
	v, err := newVantage(s.Host)
	if err != nil {
		return nil
	}
	defer v.close()
	if v.readProcesses() != nil {
		return nil
	}
	sockets(v) // those in flight
	return v.taps()
}
