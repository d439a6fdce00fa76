package compat

import (
	"errors"
	"strconv"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl"
)

func noName() error { return failed("No netns name specified") }

// allNames gives the names that -all stands for. It treats a run directory that
// does not exist as an empty one.
func (s *session) allNames() ([]string, error) {
	names, err := s.host.Names()
	if errors.Is(err, syscall.ENOENT) {
		return nil, nil
	}
	return names, err
}

func (s *session) add(args []string) error {
	if len(args) < 1 {
		return noName()
	}
	if s.adder != nil {
		return s.fail("add", s.adder.Add(args[0]))
	}
	return s.fail("add", s.host.Add(args[0]))
}

func (s *session) attach(args []string) error {
	if len(args) < 2 {
		return failed("No netns name and PID specified")
	}
	pid, ok := parseInt(args[1])
	if !ok || pid == 0 {
		return s.attachAny(args[0], args[1])
	}
	return s.fail("attach", s.host.Attach(args[0], s.host.PIDPath(strconv.Itoa(int(pid)))))
}

// attachAny attaches a namespace that is not given by a pid, which iproute2 cannot.
func (s *session) attachAny(name, word string) error {
	if s.host.Resolve != nil {
		err := s.host.AttachAny(name, word)
		if op := opError(err); op == nil || op.Op != netnsctl.OpOpenNetns {
			return s.fail("attach", err)
		}
	}
	return failed("Invalid PID: %s", word)
}

func (s *session) set(args []string) error {
	switch len(args) {
	case 0:
		return noName()
	case 1:
		return failed("No nsid specified")
	}
	name, word := args[0], args[1]
	id := netnsctl.NSIDUnassigned
	if word != "auto" {
		n, ok := parseInt(word)
		if !ok {
			return invalidArgument(word, `Invalid "netnsid" value`)
		}
		if n < 0 {
			return invalidArgument(word, `"netnsid" value should be >= 0`)
		}
		id = netnsctl.NSID(n)
	}
	nsids, err := netnsctl.OpenNSIDs(!s.inBatch)
	if err != nil {
		return s.fail("set", err)
	}
	defer nsids.Close()
	err = nsids.Set(s.host, name, id)
	if op := opError(err); op != nil && op.Op == netnsctl.OpSetNSID {
		return s.failWith(statusRefused, "set", err)
	}
	return s.fail("set", err)
}

func (s *session) delete(args []string) error {
	switch {
	case s.opts.all:
		return s.deleteAll()
	case len(args) < 1:
		return noName()
	}
	if s.deleter != nil {
		return s.fail("delete", s.deleter.Delete(args[0]))
	}
	return s.deleteOne(args[0])
}

// deleteOne deletes a name. If the kernel finds the file of the name busy, delete
// has already unmounted the topmost mount on it; the program then explains that.
func (s *session) deleteOne(name string) error {
	if s.program.Busy == nil {
		return s.fail("delete", s.host.Delete(name))
	}
	before, _ := s.host.TopLayer(name)
	err := s.host.Delete(name)
	if !errors.Is(err, syscall.EBUSY) {
		return s.fail("delete", err)
	}
	status := s.report(s.fail("delete", err))
	s.program.Busy(name, before)
	return silent(status)
}

// deleteAll deletes every name up to the first that it cannot delete. `ip` succeeds
// even then, and ignores any name after the command.
func (s *session) deleteAll() error {
	names, err := s.allNames()
	if err != nil {
		return s.fail("delete", err)
	}
	deleter := s.host.NewDeleter()
	defer deleter.Release()
	for _, name := range names {
		if err := deleter.Delete(name); err != nil {
			s.report(s.fail("delete", err))
			return nil
		}
	}
	return nil
}
