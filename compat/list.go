package compat

import (
	"strconv"

	"github.com/netnsctl/netnsctl/netnsctl"
)

// entry is a name and what the kernel said of its nsid.
type entry struct {
	name string
	nsid netnsctl.NSID
	// refusal is what the kernel said of a file that is not a network
	// namespace.
	refusal string
}

// entries asks for the nsid of every name. A directory that cannot be read is
// an empty one, ok false.
func (s *session) entries(nsids *netnsctl.NSIDs) (list []entry, ok bool) {
	names, err := s.host.Names()
	if err != nil {
		return nil, false
	}
	list = make([]entry, len(names))
	for i, name := range names {
		list[i] = s.entry(nsids, name)
	}
	return list, true
}

// entry leaves out why a file cannot be opened, as `ip` does.
func (s *session) entry(nsids *netnsctl.NSIDs, name string) entry {
	id, err := nsids.Of(s.host.NamePath(name))
	e := entry{name: name, nsid: id}
	if op := opError(err); op != nil && op.Op == netnsctl.OpGetNSID {
		e.refusal = s.words("list", op)
	}
	return e
}

func (s *session) complainOf(e entry) {
	if e.refusal != "" {
		s.complain(e.refusal)
	}
}

// list prints every name, with its nsid. `ip` goes through the directory twice,
// so it says twice what is wrong with an entry.
func (s *session) list([]string) error {
	nsids, err := netnsctl.OpenNSIDs(true)
	if err != nil {
		return s.fail("list", err)
	}
	defer nsids.Close()
	list, ok := s.entries(nsids)
	if !ok {
		return nil
	}
	for _, e := range list {
		s.complainOf(e)
	}
	if s.opts.json {
		s.listJSON(list)
		return nil
	}
	for _, e := range list {
		s.complainOf(e)
		s.out.WriteString(e.name)
		if e.nsid >= 0 {
			s.out.WriteString(" (id: " + strconv.Itoa(int(e.nsid)) + ")")
		}
		s.out.endLine()
	}
	return nil
}

func (s *session) listJSON(list []entry) {
	j := s.newJSON()
	for _, e := range list {
		s.complainOf(e)
		j.openObject()
		j.text("name", e.name)
		if e.nsid >= 0 {
			j.number("id", int32(e.nsid))
		}
		j.closeObject()
	}
	j.close()
}
