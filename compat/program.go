package compat

import (
	"os"

	"github.com/netnsctl/netnsctl/netnsctl"
)

// Program is one call of the binary.
type Program struct {
	Face Face
	// Version is netnsctl's own.
	Version string
	// Host's Resolve serves the face netnsctl only.
	Host netnsctl.Host
	// Help is what the option -help prints in the face netnsctl.
	Help func() string
	// Uncovered, if not nil, is told of a delete that has failed, after the message
	// about that, with what was mounted on the name before.
	Uncovered func(name string, before netnsctl.Layer)
	// Extend, if not nil, is asked before iproute2's grammar is: it gives what
	// runs a call, and its exit status then, or nil if the call is no extension.
	Extend func(Call) (run func() (status int))

	Stdin, Stdout, Stderr *os.File
}

// Run answers a command line, whose first word is the program's name, and gives
// the exit status. The caller must have locked its thread, which must be the
// process' first: what is executed in its place inherits that one's attributes,
// and options such as -netns move it for good. Run may replace the process.
func (p Program) Run(argv []string) int {
	netnsctl.RestoreIgnored()
	s := &session{
		program: p,
		out:     newOutput(p.Stdout),
		stdin:   int(p.Stdin.Fd()),
	}
	s.host = p.Host
	s.host.LockedThread = true
	if p.Face != FaceNetnsctl {
		s.host.Resolve = nil // iproute2 knows names only
	}
	s.host.Warn = func(e *netnsctl.OpError) { s.complain(s.words("", e)) }
	return s.end(s.run(argv))
}
