package compat

import (
	"strconv"

	"github.com/netnsctl/netnsctl/netnsctl"
)

// listID prints the assigned nsids, or one of them.
func (s *session) listID(args []string) error {
	// In a batch, `ip` does not switch on strict checking, and without it the
	// kernel ignores the target nsid of a dump.
	nsids, err := netnsctl.OpenNSIDs(!s.inBatch)
	if err != nil {
		return s.fail("list-id", err)
	}
	defer nsids.Close()
	scan := &directoryScan{host: s.host, nsids: nsids}
	if err := s.fillNames(scan); err != nil {
		return s.fail("list-id", err)
	}

	filter, err := parseNSIDFilter(args)
	if err != nil {
		return err
	}
	if filter.nsid != nil {
		peer, err := nsids.Peer(*filter.nsid, filter.target)
		if err != nil {
			return s.failWith(statusRefused, "list-id", err)
		}
		s.printPeers([]netnsctl.Peer{peer}, filter.target != nil, scan)
		return s.unlisted(scan)
	}
	peers, err := nsids.Peers(filter.target)
	if err != nil {
		s.printPeers(nil, false, scan)
		return failed("%s\nDump terminated", s.message("list-id", opError(err)))
	}
	s.printPeers(peers, filter.target != nil && !s.inBatch, scan)
	return s.unlisted(scan)
}

// unlisted is the failure of a list-id that has printed nsids without their names because the
// run directory could not be read.
func (s *session) unlisted(scan *directoryScan) error {
	if s.unreadable(scan.err) {
		return s.fail("list-id", scan.err)
	}
	return nil
}

// nsidFilter has the arguments of list-id, nil for those that are not given.
type nsidFilter struct{ target, nsid *netnsctl.NSID }

func parseNSIDFilter(args []string) (f nsidFilter, err error) {
	for len(args) > 0 {
		var dst **netnsctl.NSID
		switch args[0] {
		case "target-nsid":
			dst = &f.target
		case "nsid":
			dst = &f.nsid
		default:
			return f, usageError("%s", usage)
		}
		if err := parseNSID(dst, args); err != nil {
			return f, err
		}
		args = args[2:]
	}
	return f, nil
}

// parseNSID reads a keyword and its value, the first two of args.
func parseNSID(dst **netnsctl.NSID, args []string) error {
	key := args[0]
	if *dst != nil {
		return usageError("Error: duplicate \"%s\": \"%s\" is the second value.", key, key)
	}
	if len(args) < 2 {
		return usageError("Command line is not complete. Try option \"help\"")
	}
	n, ok := parseInt(args[1])
	if !ok {
		return invalidArgument(args[1], `"`+key+`" value is invalid`)
	}
	if n < 0 {
		// The message of `ip` has the word after the invalid value.
		next := "(null)"
		if len(args) > 2 {
			next = args[2]
		}
		return invalidArgument(next, `"`+key+`" value should be >= 0`)
	}
	id := netnsctl.NSID(n)
	*dst = &id
	return nil
}

// printPeers prints peers with their names. withCurrent is set if their nsids are
// those in the target namespace. `ip` flushes each peer here, even into a pipe.
func (s *session) printPeers(peers []netnsctl.Peer, withCurrent bool, scan *directoryScan) {
	var j *jsonList
	for i, p := range peers {
		own := p.NSID
		if withCurrent {
			own = p.Current
		}
		name := s.takeName(scan, own, i > 0)
		if s.opts.json {
			if j == nil {
				j = s.newJSON()
			}
			printPeerJSON(j, p, withCurrent, name)
			continue
		}
		s.out.WriteString("nsid " + nsidText(p.NSID) + " ")
		if withCurrent {
			s.out.WriteString("current-nsid " + nsidText(p.Current) + " ")
		}
		if name != "" {
			s.out.WriteString("(iproute2 netns name: " + name + ")")
		}
		s.out.endLine()
	}
	switch {
	case s.opts.json && j == nil:
		s.newJSON().close()
	case s.opts.json:
		j.close()
	case len(peers) > 0:
		s.out.Flush()
	}
}

func printPeerJSON(j *jsonList, p netnsctl.Peer, withCurrent bool, name string) {
	j.openObject()
	if p.NSID >= 0 {
		j.number("nsid", int32(p.NSID))
	}
	if withCurrent && p.Current >= 0 {
		j.number("current-nsid", int32(p.Current))
	}
	if name != "" {
		j.name(name)
	}
	j.closeObject()
}

func nsidText(id netnsctl.NSID) string {
	if id < 0 {
		return "unassigned"
	}
	return strconv.Itoa(int(id))
}
