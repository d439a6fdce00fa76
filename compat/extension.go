package compat

import "github.com/netnsctl/netnsctl/netnsctl"

// Call is one command that iproute2's grammar alone does not answer.
type Call struct {
	Face Face
	// Command is the word that was given or, where that abbreviates one of
	// iproute2's commands, the whole word.
	Command string
	Args    []string
	// Host has been entered already if there was an option -netns.
	Host netnsctl.Host
	// JSON, Pretty, All and Color are the options before the command.
	JSON, Pretty, All bool
	Color             string // always, auto, never; "" without the option
	// Batch says that the call is a line of a batch, so that more may follow.
	Batch bool
	// Stdin is what a child gets as its standard input.
	Stdin int
	// Plain does a command of iproute2's as iproute2 does, with its messages, and
	// gives its status. With json it answers as with the option -json.
	Plain func(args []string, json bool) (status int)
}

// extended offers a command to the program's extensions, if iproute2's grammar
// alone does not answer it.
func (s *session) extended(words []string) (handled bool, err error) {
	if s.program.Extend == nil || isPlain(s.program.Face, s.host, words, s.opts.all) {
		return false, nil
	}
	call := Call{
		Face:    s.program.Face,
		Command: words[0],
		Args:    words[1:],
		Host:    s.host,
		JSON:    s.opts.json,
		Pretty:  s.opts.pretty,
		All:     s.opts.all,
		Color:   s.opts.color,
		Batch:   s.inBatch,
		Stdin:   s.stdin,
	}
	call.Host.Resolve = s.program.Host.Resolve
	if c, ok := lookupCommand(words[0]); ok {
		call.Command = c.names[0]
		call.Plain = func(args []string, json bool) int {
			given := s.opts
			defer func() { s.opts = given }() // the next line of a batch has its own
			s.opts.json = given.json || json
			s.opts.all = given.all && len(args) == 0
			return s.end(c.run(s, args))
		}
	}
	run := s.program.Extend(call)
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
