package discover

import (
	"errors"
	"strconv"

	"github.com/vishvananda/netns"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// errLinks is the error of [Snapshot.WiredNow].
var errLinks = errors.New("the links of a namespace in use could not be listed")

// WiredNow says which orphans of the snapshot carry traffic for others by now, or may have a
// physical device, by their inode number. users has a process for each namespace that processes are in now. The snapshot must
// hold its orphans, as [Options.Files] makes it do. An error says that the links of a namespace
// could not be listed that may depend on one of them.
func (s *Snapshot) WiredNow(users map[uint64]int) (map[uint64]string, error) {
	namespaces, handles := s.now(users)
	defer closeOthers(namespaces, handles)
	l := wirer{host: s.first, at: s.Host, taps: s.tapsNow}
	carried, contents := l.look(namespaces, handles)
	for i, ns := range namespaces {
		if ns.alive() && contents[i].Err != nil {
			return nil, errLinks
		}
	}
	found := map[uint64]string{}
	for ns, text := range carried {
		found[ns.ID.Ino] = "wired: " + text
	}
	for i, ns := range namespaces {
		if ns.held && contents[i].Err != nil {
			found[ns.ID.Ino] = "its devices could not be listed"
		}
		for _, d := range contents[i].Devices {
			if d.Physical {
				found[ns.ID.Ino] = "it holds a physical device: " + d.Name
			}
		}
	}
	return found, nil
}

// now gives the namespaces of the snapshot, those that processes have made or entered since,
// and those to which new names lead, with the open file of each that can be opened.
func (s *Snapshot) now(users map[uint64]int) (all []*Namespace, handles []netns.NsHandle) {
	known, named := map[uint64]bool{}, map[string]bool{}
	add := func(ns Namespace) {
		fd, path := netns.None(), ""
		pid := users[ns.ID.Ino]
		if pid != 0 {
			ns.Verdict, ns.Pins = InUse, []Pin{{Kind: Process, PID: pid, FD: -1}}
			path = s.Host.Proc() + "/" + strconv.Itoa(pid) + "/ns/net"
		} else if len(ns.Names) > 0 {
			path = s.Host.NamePath(ns.Names[0])
		}
		if ns.held {
			fd = netns.NsHandle(ns.fd)
		} else if opened, err := sys.OpenNamespace(path); err == nil {
			fd = netns.NsHandle(opened)
		}
		known[ns.ID.Ino] = true
		all, handles = append(all, &ns), append(handles, fd)
	}
	for _, ns := range s.Namespaces {
		for _, name := range ns.Names {
			named[name] = true
		}
		if ns.ID != (netnsctl.ID{}) {
			add(*ns)
		}
	}
	for ino := range users {
		if !known[ino] {
			add(Namespace{Identity: netnsctl.Identity{ID: netnsctl.ID{Dev: s.Own.Dev, Ino: ino}}})
		}
	}
	names, _ := s.Host.Names()
	for _, name := range names {
		if named[name] {
			continue
		}
		if id, err := s.Host.Identity(name); err == nil && !known[id.ID.Ino] {
			add(Namespace{Identity: id, Names: []string{name}, Verdict: Idle})
		}
	}
	return all, handles
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
	return v.classFiles(tapFile)
}
