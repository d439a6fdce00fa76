package compat

import (
	"errors"
	"strconv"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl"
)

// list prints every name with its nsid. `ip` prints errors about an entry of the
// run directory here and, the first time, when it fills [nsidNames].
func (s *session) list([]string) error {
	nsids, err := netnsctl.OpenNSIDs(true)
	if err != nil {
		return s.fail("list", err)
	}
	defer nsids.Close()
	scan := &directoryScan{host: s.host, nsids: nsids}
	if err := s.fillNames(scan); err != nil {
		return s.fail("list", err)
	}
	entries, err := scan.read()
	if errors.Is(err, syscall.ENOENT) && s.opts.json && s.program.Face == FaceNetnsctl {
		err = nil // `ip` prints no list, which is no JSON
	}
	switch {
	case s.unreadable(err):
		return s.fail("list", err)
	case err != nil:
		return nil
	case s.opts.json:
		s.listJSON(entries)
		return nil
	}
	for _, e := range entries {
		s.reportEntry(e)
		s.out.WriteString(e.Name)
		if e.NSID >= 0 {
			s.out.WriteString(" (id: " + strconv.Itoa(int(e.NSID)) + ")")
		}
		s.out.endLine()
	}
	return nil
}

func (s *session) listJSON(entries []netnsctl.Entry) {
	j := s.newJSON()
	for _, e := range entries {
		s.reportEntry(e)
		j.openObject()
		j.name(e.Name)
		if e.NSID >= 0 {
			j.number("id", int32(e.NSID))
		}
		j.closeObject()
	}
	j.close()
}

// reportEntry prints the kernel's error about an entry that is not a network
// namespace. Like `ip`, it prints nothing about a file that cannot be opened.
func (s *session) reportEntry(e netnsctl.Entry) {
	if op := opError(e.Err); op != nil && op.Op == netnsctl.OpGetNSID {
		s.complain(s.message("list", op))
	}
}

// unreadable reports whether an error of reading the run directory is one of the command. For
// `ip` there are no names then. Without a run directory, that is right. Without a free
// descriptor, callers that look for a name in the list would take it to be free. In all other
// cases, such as a directory that the caller may not read, only the face netnsctl fails.
func (s *session) unreadable(err error) bool {
	return err != nil && !errors.Is(err, syscall.ENOENT) && (netnsctl.AtLimit(err) || s.program.Face == FaceNetnsctl)
}

// nsidNames maps nsids to names as `ip` does in its process, which is visible in
// batches: `ip` reads the run directory, and prints errors about it, before the
// first list or list-id. list-id removes a name that it has printed, and reads the
// directory again for an nsid that is not in the map.
type nsidNames struct {
	filled bool
	names  map[netnsctl.NSID]string
}

// fillNames reads the run directory into nsidNames, once in a session.
func (s *session) fillNames(scan *directoryScan) error {
	n := &s.nsidNames
	if n.filled {
		return nil
	}
	entries, err := scan.read()
	switch {
	case s.unreadable(err):
		return err
	case err != nil:
		return nil
	}
	n.filled, n.names = true, nil
	for _, e := range entries {
		s.reportEntry(e)
		n.add(e.NSID, e.Name)
	}
	return nil
}

func (n *nsidNames) add(id netnsctl.NSID, name string) {
	if n.names == nil {
		n.names = map[netnsctl.NSID]string{}
	}
	if _, known := n.names[id]; !known && id >= 0 {
		n.names[id] = name
	}
}

// takeName gives the name for an nsid, or "". With flush it flushes the output
// before it prints errors.
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
			n.add(id, e.Name)
			return e.Name
		}
		if flush {
			s.out.Flush()
		}
		s.reportEntry(e)
	}
	return ""
}

// directoryScan reads the run directory and the nsids of its names when they are
// first needed.
type directoryScan struct {
	host    netnsctl.Host
	nsids   *netnsctl.NSIDs
	entries []netnsctl.Entry
	done    bool
	err     error
}

// read gives the entries of the run directory. The error is also that of a name for whose nsid
// no descriptor was free.
func (d *directoryScan) read() ([]netnsctl.Entry, error) {
	if !d.done {
		d.done = true
		d.entries, d.err = d.nsids.Entries(d.host)
		for _, e := range d.entries {
			if d.err == nil && netnsctl.AtLimit(e.Err) {
				d.err = e.Err
			}
		}
	}
	return d.entries, d.err
}
