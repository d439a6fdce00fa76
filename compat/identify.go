package compat

import (
	"errors"
	"strconv"
	"strings"
	"syscall"
)

// identify prints the last name, in directory order, of the namespace of a
// process. It prints an empty line if there is none.
func (s *session) identify(args []string) error {
	pid := "self"
	switch len(args) {
	case 0:
	case 1:
		if pid = args[0]; strings.Trim(pid, decimal) != "" {
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

// pids prints the pids of the processes in a namespace.
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
