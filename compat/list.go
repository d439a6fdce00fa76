package compat

import (
	"strconv"

	"github.com/netnsctl/netnsctl/netnsctl"
)

// entries asks for the nsid of every name. A directory that cannot be read is
// an empty one, ok false.
func (s *session) entries(nsids *netnsctl.NSIDs) (list []netnsctl.Entry, ok bool) {
	list, err := nsids.Entries(s.host)
	return list, err == nil
}

// complainOf says what the kernel said of an entry that is no network
// namespace. Why a file cannot be opened is left out, as `ip` does.
func (s *session) complainOf(e netnsctl.Entry) {
	if op := opError(e.Err); op != nil && op.Op == netnsctl.OpGetNSID {
		s.complain(s.words("list", op))
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
		s.out.WriteString(e.Name)
		if e.NSID >= 0 {
			s.out.WriteString(" (id: " + strconv.Itoa(int(e.NSID)) + ")")
		}
		s.out.endLine()
	}
	return nil
}

func (s *session) listJSON(list []netnsctl.Entry) {
	j := s.newJSON()
	for _, e := range list {
		s.complainOf(e)
		j.openObject()
		j.text("name", e.Name)
		if e.NSID >= 0 {
			j.number("id", int32(e.NSID))
		}
		j.closeObject()
	}
	j.close()
}
