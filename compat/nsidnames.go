package compat

import "github.com/netnsctl/netnsctl/netnsctl"

// nsidNames remembers which name has which nsid, the way `ip` does for as long
// as it runs, which shows in batches: it reads the directory before the first
// list or list-id, and says what is wrong with it; list-id forgets a name when
// it has printed it, and looks one that it does not know up in the directory
// again.
type nsidNames struct {
	filled bool
	names  map[netnsctl.NSID]string
}

// fillNames reads the directory, if that has not been done.
func (s *session) fillNames(scan *directoryScan) {
	n := &s.nsidNames
	if n.filled {
		return
	}
	entries, ok := scan.read()
	if !ok {
		return
	}
	n.filled, n.names = true, map[netnsctl.NSID]string{}
	for _, e := range entries {
		s.complainOf(e)
		n.add(e.NSID, e.Name)
	}
}

func (n *nsidNames) add(id netnsctl.NSID, name string) {
	if _, known := n.names[id]; !known && id >= 0 {
		n.names[id] = name
	}
}

// takeName gives the name for an nsid, or "". flush says that the output so far
// comes before anything that is said here.
func (s *session) takeName(scan *directoryScan, id netnsctl.NSID, flush bool) string {
	n := &s.nsidNames
	if name, known := n.names[id]; known {
		delete(n.names, id)
		return name
	}
	if id < 0 {
		return ""
	}
	entries, _ := scan.read()
	for _, e := range entries {
		if e.NSID == id {
			if n.names == nil {
				n.names = map[netnsctl.NSID]string{}
			}
			n.add(id, e.Name)
			return e.Name
		}
		if flush {
			s.out.Flush()
		}
		s.complainOf(e)
	}
	return ""
}

// directoryScan reads the names with their nsids when they are first needed.
type directoryScan struct {
	host    netnsctl.Host
	nsids   *netnsctl.NSIDs
	entries []netnsctl.Entry
	done    bool
	err     error
}

// read gives what is in the directory; ok is false if it cannot be read.
func (d *directoryScan) read() (entries []netnsctl.Entry, ok bool) {
	if !d.done {
		d.done = true
		d.entries, d.err = d.nsids.Entries(d.host)
	}
	return d.entries, d.err == nil
}
