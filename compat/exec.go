package compat

import (
	"errors"

	"github.com/netnsctl/netnsctl/compat/proc"
	"github.com/netnsctl/netnsctl/netnsctl"
)

// NameVariable is the variable of the environment in which netnsctl, unlike `ip`, tells a
// command the name of its namespace.
const NameVariable = "NETNS"

// setup is how a command is started.
func (s *session) setup() (setup netnsctl.Setup) {
	if s.program.Face == FaceNetnsctl {
		setup.NameVariable = NameVariable
	}
	return setup
}

// exec runs a command in a namespace. The command replaces the process, except in
// a batch and with -all.
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
		return s.execFailure(s.host.Exec(name, argv, s.setup()))
	}
	if err := s.out.flush(); err != nil {
		return err
	}
	return s.child(name, argv)
}

// child runs a command and waits for it. If a signal kills the command, `ip` exits
// at once.
func (s *session) child(name string, argv []string) error {
	proc.RestoreSignals()
	status, err := s.host.Run(name, argv, s.setup(),
		proc.IfOpen(s.stdin), proc.IfOpen(s.program.Stdout), proc.IfOpen(s.program.Stderr))
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

// execAll runs a command in every namespace. `ip` ignores the exit status of the
// command, and namespaces that it cannot enter.
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
		if f, ok := errors.AsType[*failure](s.child(name, argv)); ok && f.exits {
			return f
		}
	}
	return nil
}

// execFailure gives status 1 if the command could not be executed, and 255 if the
// namespace could not be entered.
func (s *session) execFailure(err error) error {
	if op := opError(err); op != nil && op.Op == netnsctl.OpExec {
		return s.failWith(statusFailed, "exec", err)
	}
	return s.failWith(statusUsage, "exec", err)
}
