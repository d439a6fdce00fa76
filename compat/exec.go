package compat

import (
	"errors"

	"github.com/netnsctl/netnsctl/netnsctl"
)

// exec runs a command inside: in our place, or as a child where more is to come.
func (s *session) exec(args []string) error {
	if s.opts.all {
		return s.execAll(args)
	}
	switch len(args) {
	case 0:
		return noName()
	case 1:
		return failed("No command specified")
	}
	name, argv := args[0], args[1:]
	if !s.inBatch {
		return s.execFailure(s.host.Exec(name, argv))
	}
	if err := s.out.flush(); err != nil {
		return err
	}
	return s.child(name, argv)
}

// child runs a command and waits for it. A signal that ends the command ends
// `ip`, too.
func (s *session) child(name string, argv []string) error {
	netnsctl.RestoreSignals()
	status, err := s.host.Run(name, argv, s.stdin)
	switch {
	case err != nil:
		s.report(s.execFailure(err))
		return silent(statusFailed)
	case status.Signal != 0:
		return &failure{status: statusFailed, exits: true}
	case status.Code != 0:
		return silent(statusFailed)
	}
	return nil
}

// execAll runs a command in every namespace. What it returns, or whether a
// namespace could be entered, does not matter to `ip`.
func (s *session) execAll(argv []string) error {
	if len(argv) == 0 {
		return failed("No command specified")
	}
	names, err := s.allNames()
	if err != nil {
		return s.fail("exec", err)
	}
	for _, name := range names {
		s.out.WriteString("\nnetns: " + name + "\n")
		if err := s.out.flush(); err != nil {
			return err
		}
		var f *failure
		if errors.As(s.child(name, argv), &f) && f.exits {
			return f
		}
	}
	return nil
}

// execFailure tells a namespace that cannot be entered from a command that
// cannot be run.
func (s *session) execFailure(err error) error {
	if op := opError(err); op != nil && op.Op == netnsctl.OpExec {
		return s.leave(statusFailed, "exec", err)
	}
	return s.leave(statusUsage, "exec", err)
}
