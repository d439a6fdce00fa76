package compat

import "github.com/netnsctl/netnsctl/netnsctl"

// Call is one command that may be an extension of iproute2's grammar.
type Call struct {
	// Command is the word that was given or, where that abbreviates one of
	// iproute2's commands, the whole word.
	Command string
	Args    []string
	// Host has been entered already if there was an option -netns.
	Host netnsctl.Host
	// JSON, Pretty and All are the options before the command.
	JSON, Pretty, All bool
	// Batch says that the call is a line of a batch, so that more may follow.
	Batch bool
	// Stdin is what a child gets as its standard input.
	Stdin int
	// Plain does a command of iproute2's as iproute2 does, and gives its status.
	Plain func(args []string) (status int)
}

// extended offers a command to the program's extensions. A word of iproute2's
// keeps its meaning in the alias; in netnsctl a flag after it may change that.
// The face ip has no extensions.
func (s *session) extended(words []string) (handled bool, err error) {
	face, extend := s.program.Face, s.program.Extend
	if extend == nil || face == FaceIP {
		return false, nil
	}
	call := Call{
		Command: words[0],
		Args:    words[1:],
		Host:    s.host,
		JSON:    s.opts.json,
		Pretty:  s.opts.pretty,
		All:     s.opts.all,
		Batch:   s.inBatch,
		Stdin:   s.stdin,
	}
	if c, ok := lookupCommand(words[0]); ok {
		if face == FaceIPNetns {
			return false, nil
		}
		call.Command = c.names[0]
		call.Plain = func(args []string) int { return s.end(c.run(s, args)) }
	}
	run := extend(call)
	if run == nil {
		return false, nil
	}
	if err := s.out.flush(); err != nil {
		return true, err
	}
	netnsctl.RestoreSignals()
	if status := run(); status != 0 {
		return true, silent(status)
	}
	return true, nil
}
