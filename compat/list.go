package compat

import (
	"strconv"

	"github.com/netnsctl/netnsctl/netnsctl"
)

// complainOf says what the kernel said of an entry that is no network
// namespace. Why a file cannot be opened is left out, as `ip` does.
func (s *session) complainOf(e netnsctl.Entry) {
	if op := opError(e.Err); op != nil && op.Op == netnsctl.OpGetNSID {
		s.complain(s.words("list", op))
	}
}

// list prints every name, with its nsid. What is wrong with an entry `ip` says
// here and, the first time, when it reads the directory for [nsidNames].
func (s *session) list([]string) error {
	nsids, err := netnsctl.OpenNSIDs(true)
	if err != nil {
		return s.fail("list", err)
	}
	defer nsids.Close()
	scan := &directoryScan{host: s.host, nsids: nsids}
	s.fillNames(scan)
	list, ok := scan.read()
	if !ok {
		return nil
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
		j.name(e.Name)
		if e.NSID >= 0 {
			j.number("id", int32(e.NSID))
		}
		j.closeObject()
	}
	j.close()
}
