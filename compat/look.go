package compat

import (
	"errors"
	"strconv"
	"strings"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl"
)

// identify prints the last name, in directory order, of a process' namespace, or
// an empty line.
func (s *session) identify(args []string) error {
	pid := "self"
	switch len(args) {
	case 0:
	case 1:
		if pid = args[0]; strings.Trim(pid, "0123456789") != "" {
			return failed("Specified string '%s' is not a pid", pid)
		}
	default:
		return failed("extra arguments specified")
	}
	id, err := s.host.IDOfPID(pid)
	if err != nil {
		return s.fail("identify", err)
	}
	names, err := s.host.NamesOf(id)
	if err != nil && !errors.Is(err, syscall.ENOENT) {
		return s.fail("identify", err)
	}
	if len(names) > 0 {
		s.out.WriteString(names[len(names)-1])
	}
	s.out.endLine()
	return nil
}

func (s *session) pids(args []string) error {
	switch len(args) {
	case 0:
		return noName()
	case 1:
	default:
		return failed("extra arguments specified")
	}
	pids, err := s.host.PIDs(args[0])
	if err != nil {
		return s.fail("pids", err)
	}
	for _, pid := range pids {
		s.out.WriteString(strconv.Itoa(pid))
		s.out.endLine()
	}
	return nil
}

// monitor prints names as they come and go, at once, into a pipe too.
func (s *session) monitor([]string) error {
	netnsctl.RestoreSignals()
	w, err := s.host.Watch()
	if err != nil {
		return s.fail("monitor", err)
	}
	defer w.Close()
	for {
		events, err := w.Next()
		for _, e := range events {
			verb := "add "
			if e.Deleted {
				verb = "delete "
			}
			s.out.WriteString(verb + e.Name)
			s.out.endLine()
		}
		if err := s.out.flush(); err != nil {
			return err
		}
		if err != nil {
			return s.fail("monitor", err)
		}
	}
}
