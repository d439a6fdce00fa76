package compat

import (
	"strconv"

	"github.com/netnsctl/netnsctl/netnsctl"
)

// listID prints the nsids that are assigned, or one of them.
func (s *session) listID(args []string) error {
	// In a batch `ip` asks the kernel for no strict checking, and a dump heeds
	// no target.
	nsids, err := netnsctl.OpenNSIDs(!s.inBatch)
	if err != nil {
		return s.fail("list-id", err)
	}
	defer nsids.Close()
	scan := &directoryScan{host: s.host, nsids: nsids}
	s.fillNames(scan)

	var filter nsidFilter
	if err := filter.parse(args, s.help); err != nil {
		return err
	}
	if filter.nsid != nil {
		peer, err := nsids.Peer(*filter.nsid, filter.target)
		if err != nil {
			return s.leave(statusRefused, "list-id", err)
		}
		s.printPeers([]netnsctl.Peer{peer}, filter.target != nil, scan)
		return nil
	}
	peers, err := nsids.Peers(filter.target)
	if err != nil {
		s.printPeers(nil, false, scan)
		return failed("%s\nDump terminated", s.words("list-id", opError(err)))
	}
	s.printPeers(peers, filter.target != nil && !s.inBatch, scan)
	return nil
}

// nsidFilter is what the words after list-id ask for; nil if they do not.
type nsidFilter struct{ target, nsid *netnsctl.NSID }

func (f *nsidFilter) parse(args []string, usage func([]string) error) error {
	for len(args) > 0 {
		var dst **netnsctl.NSID
		switch args[0] {
		case "target-nsid":
			dst = &f.target
		case "nsid":
			dst = &f.nsid
		default:
			return usage(nil)
		}
		if err := parseNSID(dst, args); err != nil {
			return err
		}
		args = args[2:]
	}
	return nil
}

// parseNSID reads a keyword and its value from the front of args.
func parseNSID(dst **netnsctl.NSID, args []string) error {
	key := args[0]
	if *dst != nil {
		return wrongWords("Error: duplicate \"%s\": \"%s\" is the second value.", key, key)
	}
	if len(args) < 2 {
		return wrongWords("Command line is not complete. Try option \"help\"")
	}
	n, ok := parseInt(args[1])
	if !ok {
		return invalidArgument(args[1], `"`+key+`" value is invalid`)
	}
	if n < 0 {
		// `ip` names the word after the value it refuses.
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

// printPeers prints the peers with their names. withCurrent says that their
// numbers are those in a target namespace. `ip` writes peer by peer here,
// whatever it writes to.
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
